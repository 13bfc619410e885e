"""The state in table storage."""
