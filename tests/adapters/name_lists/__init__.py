"""Tests of reading registries' lists of names."""
