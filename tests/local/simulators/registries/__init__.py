"""Tests of the simulated public registries, and of the pieces that they share with the feed simulator."""
