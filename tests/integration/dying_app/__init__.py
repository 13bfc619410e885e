"""A copy of the app that can pull its own plug."""
