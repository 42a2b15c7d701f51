"""Connecting by OAuth 2: with a certified server, and with hostile ones."""
