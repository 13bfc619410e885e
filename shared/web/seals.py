"""What pages need to recognise their own words when they come back from a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol


class Seals(Protocol):
    """Signs documents, each for one purpose: what was sealed for one opens for no other."""

    def seal(self, purpose: str, document: object) -> str:
        """Return a document of JSON's types, signed and dated, in letters that need no escaping."""
        ...

    def open(self, purpose: str, text: str, max_age: timedelta) -> Any:  # noqa: ANN401  # whatever was sealed
        """Return what was sealed. Raises BadLink where it is not ours, was changed, or is older."""
        ...
