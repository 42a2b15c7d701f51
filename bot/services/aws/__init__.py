"""AWS: instances, buckets and logs with everybody's own access key, and a code where one is due."""

from bot.services.aws.service import SERVICE

__all__ = ["SERVICE"]
