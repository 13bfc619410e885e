"""Tests of what change feeds are asked, and how their answers are read."""
