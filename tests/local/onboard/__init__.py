"""Tests of `make onboard`."""
