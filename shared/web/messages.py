"""A request as pages see it, and their answer: no platform's types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebRequest:
    """What a browser sent. Names of headers are in lower case; `path` is without the query."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header by its name in lower case; empty where there is none."""
        return self.headers.get(name, "")

    @property
    def wants_json(self) -> bool:
        """Whether it came to the JSON interface, where nobody reads pages."""
        return "/v1/" in self.path


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What goes back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
