"""Tests of the simulated advisory database."""
