"""Tests of approvals: view, ask, decide, advance, expire."""
