"""Tests of the simulated registries' change feeds."""
