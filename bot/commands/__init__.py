"""The language: from a message's text to a command and its typed arguments. Pure functions."""
