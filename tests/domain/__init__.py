"""Tests of the rules on plain data."""
