"""Pages and what stands before them."""
