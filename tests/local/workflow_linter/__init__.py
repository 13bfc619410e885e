"""The linter of workflows."""
