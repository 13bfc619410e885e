"""Tests of local/scanner, over HTTP; with a browser it is tested in tests/browser."""
