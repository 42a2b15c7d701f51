"""The database: the only place that sees SQL."""
