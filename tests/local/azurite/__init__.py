"""Tests of local/azurite."""
