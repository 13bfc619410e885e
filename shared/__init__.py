"""The core of Feedwarden: what it knows, decides and does."""
