"""What a laptop needs to run Feedwarden without Azure; never deployed."""
