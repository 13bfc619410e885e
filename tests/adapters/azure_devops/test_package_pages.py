"""A fat page never stops a feed: it is asked for in pieces, and every package comes once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import httpx
import pytest

from shared.adapters.azure_devops import packages_wire
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer
from shared.ports import ListedPackage
from tests.adapters.azure_devops.samples import PUBLIC_ID, known_feed, listed, package
from tests.adapters.azure_devops.scripted import Bench, bench

_LIMIT = 20_000


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pages too large that a test can afford."""
    monkeypatch.setattr(packages_wire, "PAGE_ANSWER", _LIMIT)


@dataclass(slots=True)
class _Feed:
    """Packages by name with the bytes that their versions take; `asked` = skip, top, whether with all versions."""

    weights: dict[str, int]
    asked: list[tuple[int, int, bool]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        skip, top, whole = int(params["$skip"]), int(params["$top"]), params["includeAllVersions"] == "true"
        self.asked.append((skip, top, whole))
        rows = []
        for name in list(self.weights)[skip : skip + top]:
            versions = [{"directUpstreamSourceId": PUBLIC_ID, "fat": "x" * self.weights[name] * whole}]
            rows.append(package(None, name=name, versions=versions))
        return httpx.Response(200, content=json.dumps(listed(*rows)).encode())

    def sizes(self) -> list[int]:
        """Return what was asked for, page by page."""
        return [top for _, top, _ in self.asked]


async def _walk(b: Bench) -> list[ListedPackage]:
    seen: list[ListedPackage] = []
    skip: int | None = 0
    while skip is not None:
        page = await b.feeds.packages(known_feed(), skip=skip)
        seen += page.packages
        assert page.next_skip is None or page.next_skip > skip
        skip = page.next_skip
    return seen


async def test_a_fat_stretch_is_walked_in_pieces() -> None:
    """No package is missed or doubled, and the size that fitted is kept for the following pages."""
    feed = _Feed({f"p{number}": 100 for number in range(300)})
    seen = await _walk(bench(feed))
    assert [row.name.spelling for row in seen] == list(feed.weights)
    assert feed.sizes() == [1000, 500, 250, 125, 62, 62, 62, 62, 124]


async def test_one_package_that_is_too_fat_is_listed_without_its_versions(caplog: pytest.LogCaptureFixture) -> None:
    """It may hold anything then, and the packages behind it are reached."""
    feed = _Feed({"thin": 10, "fat": _LIMIT * 2, "last": 10})
    seen = await _walk(bench(feed))
    assert [row.name.spelling for row in seen] == ["thin", "fat", "last"]
    assert seen[1].maybe_internal
    assert seen[1].maybe_external
    assert [asked for asked in feed.asked if not asked[2]] == [(1, 1, False)]
    assert "page too large" in caplog.text


async def test_one_row_that_is_too_large_without_versions_is_told() -> None:
    """There is nothing smaller to ask for."""
    b = bench(lambda _: httpx.Response(200, content=b"[" * (_LIMIT + 1)))
    with pytest.raises(UnexpectedAnswer, match="more than 20000 bytes"):
        await b.feeds.packages(known_feed(), skip=0)
    assert len(b.service.asked) == 11


async def test_another_odd_answer_is_not_asked_for_in_pieces() -> None:
    """Only size is mended by asking for less."""
    b = bench(lambda _: httpx.Response(200, content=b"{}"))
    with pytest.raises(UnexpectedAnswer, match="not as documented"):
        await b.feeds.packages(known_feed(), skip=0)
    assert len(b.service.asked) == 1


async def test_a_search_goes_through_fat_pages() -> None:
    """The package is found behind others whose pages are too large."""
    feed = _Feed({f"core-{number}": 5_000 for number in range(5)} | {"core": 5_000})
    found = await bench(feed).feeds.find_package(known_feed(), PackageName.of(Ecosystem.NPM, "core"))
    assert found is not None
    assert found.name.spelling == "core"
    assert feed.sizes()[-1] == 3
