"""Addresses that an index names: the feed's own, or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.azure_devops.own_addresses import below_feed
from shared.domain.feeds import Feed
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import FEED_ID, PROJECT_FEED, PROJECT_ID, known_feed

_BASE = "https://packages.example.test"
_OURS = f"{_BASE}/acme/_packaging/{FEED_ID}"
_PAGE = f"{_OURS}/pypi/simple/acme-core/"
_FEED = known_feed()
_SCOPED = replace(known_feed(PROJECT_FEED), name="Büro core", project_name="Zürich Office 50%")


def _below(named: str, *, page: str = _PAGE, base: str = _BASE, feed: Feed = _FEED, protocol: str = "pypi") -> str:
    return below_feed(named, page=page, base=base, feed=feed, protocol=protocol)


@pytest.mark.parametrize(
    ("named", "whole"),
    [
        (f"{_OURS}/pypi/download/a/1/a-1.whl", f"{_OURS}/pypi/download/a/1/a-1.whl"),
        (f"{_OURS}/pypi/download/a/1/a-1.whl#sha256=00", f"{_OURS}/pypi/download/a/1/a-1.whl"),
        ("../../download/a/1/a-1.whl", f"{_OURS}/pypi/download/a/1/a-1.whl"),
        (f"/acme/_packaging/{FEED_ID}/pypi/f/a-1%2Blocal.whl", f"{_OURS}/pypi/f/a-1%2Blocal.whl"),
        ("HTTPS://Packages.Example.Test:443/Acme/_Packaging/CORE/PyPI/f", f"{_BASE}/Acme/_Packaging/CORE/PyPI/f"),
        (f"//packages.example.test/acme/_packaging/{FEED_ID}@44-55/pypi/f", f"{_OURS}@44-55/pypi/f"),
        ("f", f"{_PAGE}f"),
    ],
)
def test_the_feeds_own_addresses(named: str, whole: str) -> None:
    """Relative or whole, by the feed's id or name, in any letter case; never with what stands behind a number sign."""
    assert _below(named) == whole


@pytest.mark.parametrize("project", [PROJECT_ID, "Z%C3%BCrich%20Office%2050%25"])
@pytest.mark.parametrize("feed", [FEED_ID, "B%C3%BCro%20core"])
def test_a_project_by_id_or_name(project: str, feed: str) -> None:
    """The service writes either; the base address may carry a path of its own."""
    named = f"https://proxy.example.test:8443/azure/acme/{project}/_packaging/{feed}/npm/registry/@a%2fb/-/b-1.tgz"
    base = "https://proxy.example.test:8443/azure/"
    assert _below(named, base=base, feed=_SCOPED, protocol="npm") == named


@pytest.mark.parametrize(
    "named",
    [
        "https://files.example.test/a-1.whl",
        _OURS.replace("https", "http") + "/pypi/f",
        _OURS.replace("example.test", "example.test:8443") + "/pypi/f",
        _OURS.replace("//", "//user:sample@") + "/pypi/f",
        _OURS.replace("//", "//@") + "/pypi/f",
        _OURS.replace("example.test", "example.test.evil.example.test") + "/pypi/f",
        _OURS.replace("example.test", "example.test\\@evil.example.test") + "/pypi/f",
        _OURS.replace("example.test", "[broken") + "/pypi/f",
        _OURS.replace("example.test", "example.test:99999") + "/pypi/f",
        "file:///acme/_packaging/core/pypi/f",
        f"{_BASE}/other/_packaging/core/pypi/f",
        f"{_BASE}/acme@x/_packaging/core/pypi/f",
        f"{_BASE}/acme/_packaging/shared/pypi/f",
        f"{_BASE}/acme/{PROJECT_ID}/_packaging/core/pypi/f",
        f"{_BASE}/acme/_apis/packaging/feeds/core/pypi/f",
        f"{_OURS}/npm/registry/f",
        f"{_OURS}/pypi",
        f"{_OURS}/pypi/",
        f"{_OURS}",
        f"{_BASE}",
        "",
        f"{_OURS}/pypi/f?feed=other",
        f"{_OURS}/pypi//f",
        f"{_OURS}/pypi/../npm/f",
        f"{_OURS}/pypi/%2e%2e/npm/f",
        f"{_OURS}/pypi/a%2f..%2f..%2fnpm/f",
        f"{_OURS}/pypi/a%5C..%5Cf",
        f"{_OURS}/pypi/%252e%252e/f",
        f"{_OURS}/pypi/a%00",
        f"{_OURS}/pypi/a%0d%0ax",
        f"{_OURS}/pypi/ä",
        f"{_OURS}/pypi/a b",
        f"{_OURS}/pypi/a%2",
        f"{_OURS}/pypi/{'a' * 2048}",
        "../../../npm/f",
        "../../../../../../_apis/f",
    ],
)
def test_every_other_address_is_refused(named: str) -> None:
    """Another host, scheme, port or feed, credentials, a query, and whatever could be read in two ways."""
    with pytest.raises(UnexpectedAnswer, match="not below the feed itself"):
        _below(named)


@pytest.mark.parametrize("named", ["", "#core-1.0.0.tgz", "core", f"{_OURS}/npm/registry/core"])
def test_the_index_is_no_file_of_its_own(named: str) -> None:
    """An answer would be taken for a download."""
    with pytest.raises(UnexpectedAnswer):
        _below(named, page=f"{_OURS}/npm/registry/core", protocol="npm")


@settings(deadline=None)  # a busy machine is no finding
@given(st.text(max_size=60) | st.text(alphabet="/.%2efF5cC@:?#\\ ab", max_size=40))
def test_whatever_comes_out_is_below_the_feed(tail: str) -> None:
    """The credential goes along with it."""
    for named in (tail, f"{_OURS}/pypi/{tail}", f"{_BASE}{tail}", f"https:{tail}"):
        try:
            whole = _below(named)
        except UnexpectedAnswer:
            continue
        assert whole.isascii()
        assert whole.lower().startswith(f"{_OURS}/pypi/".lower())
        assert ".." not in whole.split("/")
