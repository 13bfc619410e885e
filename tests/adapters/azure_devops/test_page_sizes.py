"""The size of a feed's pages: halved by each page too large, doubled again after some that fitted."""

from __future__ import annotations

from shared.adapters.azure_devops.page_sizes import PageSizes
from tests.adapters.azure_devops.samples import ORGANIZATION_FEED, PROJECT_FEED


def test_halved_down_to_one() -> None:
    """Never to nothing, and of this feed only."""
    sizes = PageSizes()
    seen = []
    for _ in range(12):
        seen.append(sizes.size(ORGANIZATION_FEED))
        sizes.was_too_large(ORGANIZATION_FEED, seen[-1])
    assert seen == [1000, 500, 250, 125, 62, 31, 15, 7, 3, 1, 1, 1]
    assert sizes.size(PROJECT_FEED) == 1000


def test_kept_for_a_while_and_grown_again() -> None:
    """Four pages of each size; at full size the feed is forgotten."""
    sizes = PageSizes()
    sizes.was_too_large(ORGANIZATION_FEED, 250)
    seen = []
    for _ in range(17):
        seen.append(sizes.size(ORGANIZATION_FEED))
        sizes.fitted(ORGANIZATION_FEED, seen[-1])
    assert seen == [125] * 4 + [250] * 4 + [500] * 4 + [1000] * 5
    assert sizes._reduced == {}  # nothing else shows that memory does not grow


def test_answers_to_older_questions_do_not_count() -> None:
    """A page of another size, asked for before, says nothing about this one."""
    sizes = PageSizes()
    sizes.was_too_large(ORGANIZATION_FEED, 1000)
    for _ in range(9):
        sizes.fitted(ORGANIZATION_FEED, 1000)
    assert sizes.size(ORGANIZATION_FEED) == 500
