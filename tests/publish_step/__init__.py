"""The step that tells of a publish, run as both systems run it, against the product's own door."""
