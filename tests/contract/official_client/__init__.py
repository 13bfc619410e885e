"""The simulator as Microsoft's own client sees it."""
