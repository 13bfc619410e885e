"""A simulator of Azure Artifacts: its REST side and its install side, on one loopback server."""
