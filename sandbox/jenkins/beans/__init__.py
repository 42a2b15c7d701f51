"""What Jenkins says of its things under ``api/json``; times are milliseconds."""
