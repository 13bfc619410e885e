"""Tests of local/host."""
