"""The triggers, indexed and invoked by the worker library that production runs."""
