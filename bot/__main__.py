"""``python -m bot`` is ``actas``."""

from bot.cli import main

main()
