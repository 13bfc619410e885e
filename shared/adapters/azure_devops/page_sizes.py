"""How many packages a page of each feed is asked for: fewer where a page was too large, more again after a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.domain.feeds import FeedRef

PAGE: Final = 1000
# So many pages of a reduced size come well before twice the size is tried: a fat stretch of a feed costs few
# answers in vain, and a thin one behind it does not stay slow.
_KEPT_FOR: Final = 4


@dataclass(frozen=True, slots=True)
class _Reduced:
    size: int
    pages: int = 0


class PageSizes:
    """Remembers reduced sizes; feeds whose pages fit leave nothing here."""

    def __init__(self) -> None:
        """Begin with full pages for every feed."""
        self._reduced: dict[FeedRef, _Reduced] = {}

    def size(self, ref: FeedRef) -> int:
        """Return how many packages to ask for."""
        known = self._reduced.get(ref)
        return PAGE if known is None else known.size

    def was_too_large(self, ref: FeedRef, size: int) -> None:
        """Ask that feed for half of that size; below one nothing is left to halve."""
        self._reduced[ref] = _Reduced(max(1, size // 2))

    def fitted(self, ref: FeedRef, size: int) -> None:
        """Count a page of that size that came well."""
        known = self._reduced.get(ref)
        if known is None or known.size != size:
            return
        if known.pages + 1 < _KEPT_FOR:
            self._reduced[ref] = _Reduced(size, known.pages + 1)
        elif size * 2 < PAGE:
            self._reduced[ref] = _Reduced(size * 2)
        else:
            del self._reduced[ref]
