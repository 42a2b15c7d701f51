"""Actas: a ChatOps bot for Matrix that acts as you, with your own credentials."""

__version__ = "0.1.0"
