"""Use cases over in-memory ports: the whole house runs, only the world outside is scripted."""
