"""A sample function app; the host loads function_app.py by its folder."""
