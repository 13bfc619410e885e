"""Tests of what public registries are asked, and how their answers are read."""
