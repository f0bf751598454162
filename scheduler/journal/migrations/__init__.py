"""The versions of the schema; each is applied once, in order, when a journal is opened."""
