"""Asking other machines over HTTP: trusted ones by `trusted_client`, addresses that others chose by `GuardedClient`.

Importing this package imports no HTTP library: the first request does.
"""
