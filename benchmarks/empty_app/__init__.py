"""A function app that does nothing: what the platform itself costs."""
