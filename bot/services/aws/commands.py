"""What can be said to AWS."""

from __future__ import annotations

from typing import Final

from bot.plugin import Call, command
from bot.reply import Reply, Strong, say
from bot.services.aws.api import AwsApi
from bot.services.aws.buckets import s3_ls
from bot.services.aws.logs import groups, tail
from bot.services.aws.looking import ec2_list, ec2_show, regions
from bot.services.aws.switching import reboot, start, stop


@command("whoami")
async def whoami(call: Call[AwsApi]) -> Reply:
    """Ask AWS which account you act as."""
    user, account = await call.api.me()
    return say("On AWS you are ", Strong(user), f" of account {account}.")


COMMANDS: Final = (ec2_list, ec2_show, start, stop, reboot, s3_ls, groups, tail, regions, whoami)
