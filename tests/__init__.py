"""The second text of the design."""
