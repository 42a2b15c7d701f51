"""The REST API, by what each part is about."""
