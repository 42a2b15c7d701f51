"""The ways to connect an account: flows that services declare and do not write."""
