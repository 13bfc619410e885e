"""The release: its package, bill of materials and notes."""
