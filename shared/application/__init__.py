"""Use cases: what Feedwarden does, in terms of ports."""
