"""The main job, told as two stories with real clients: every step is printed and checked."""
