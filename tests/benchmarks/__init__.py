"""Benchmarks: their pure parts, and each measurement once with tiny sizes."""
