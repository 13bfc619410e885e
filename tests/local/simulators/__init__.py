"""Tests of the simulators: they must behave as what they stand for."""
