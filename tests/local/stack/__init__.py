"""Tests of local/stack."""
