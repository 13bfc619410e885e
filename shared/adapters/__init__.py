"""Everything that can be down, each behind a port."""
