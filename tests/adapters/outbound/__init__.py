"""Tests of asking other machines over HTTP."""
