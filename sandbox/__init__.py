"""A private world on loopback: a homeserver, stand-ins for the services, the bot, and people.

The demo plays in it and the tests use it. Nothing in it leaves the machine, every secret in it is
made up, and all of it is gone when it ends.
"""
