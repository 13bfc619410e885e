"""Tests of local/setup."""
