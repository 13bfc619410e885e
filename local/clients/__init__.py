"""Real package clients, each in a home of its own: what a developer's machine would do, and nothing of ours."""

from local.clients.npm import NpmClient
from local.clients.pip import PipClient
from local.clients.run import ClientFailed

__all__ = ["ClientFailed", "NpmClient", "PipClient"]
