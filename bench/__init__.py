"""How fast and how heavy the bot is, beside the thinnest nio bot and beside a bare echo."""
