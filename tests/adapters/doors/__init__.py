"""Tests of the doors: who is let in, and what is read from what they bring."""
