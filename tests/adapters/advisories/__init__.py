"""Tests of asking advisory databases."""
