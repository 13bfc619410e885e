"""Tests of the adapters: everything that can be down."""
