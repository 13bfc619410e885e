"""Sample function apps that the host is tested with."""
