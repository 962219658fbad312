"""SYNC. Everything between a source of people and the index."""
