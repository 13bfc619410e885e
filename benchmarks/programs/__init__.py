"""Programs that measure in a process of their own, so that time and memory are theirs alone.

Each takes one JSON object as its argument, and prints one as its last line.
"""
