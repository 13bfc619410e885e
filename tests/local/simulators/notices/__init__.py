"""Tests of the simulated ways to reach people."""
