"""Tests of what a laptop needs."""
