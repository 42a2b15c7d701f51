"""X, formerly Twitter: search and post as oneself."""

from bot.services.twitter.service import TwitterType

SERVICE = TwitterType()
