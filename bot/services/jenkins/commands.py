"""What can be said to Jenkins. The words are those of the original scripts."""

from __future__ import annotations

from typing import Final

from bot.services.jenkins.browsing import describe, last, list_jobs, ls, whoami
from bot.services.jenkins.building import build
from bot.services.jenkins.inputs import approve, reject, show_input
from bot.services.jenkins.live import watch
from bot.services.jenkins.logs import log
from bot.services.jenkins.results import RESULTS
from bot.services.jenkins.retrying import retry
from bot.services.jenkins.upkeep import UPKEEP

COMMANDS: Final = (
    *(list_jobs, ls, describe, last),
    *(build, retry, watch, log),
    *(show_input, approve, reject),
    *RESULTS,
    *UPKEEP,
    whoami,
)
