"""A service of another package: the one that docs/writing-a-service.md walks through."""
