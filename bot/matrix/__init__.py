"""Matrix: the session, its encryption, identities, rooms and messages. The only importer of nio."""
