"""What can be said to AWS."""

from __future__ import annotations

from typing import Final

from bot.services.aws.buckets import s3_ls
from bot.services.aws.logs import groups, tail
from bot.services.aws.looking import ec2_list, ec2_show, regions
from bot.services.aws.switching import reboot, start, stop

COMMANDS: Final = (ec2_list, ec2_show, start, stop, reboot, s3_ls, groups, tail, regions)
