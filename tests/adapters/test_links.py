"""Links in letters: they name something, and nobody else can make one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.links import LONGEST, MAX_AGE, SignedLinks
from shared.adapters.seals import Seals
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import RULES, PackageName
from shared.errors import BadLink
from shared.ports import Links, RequestRef
from tests.fakes.times import START, SettableClock

BASE: Final = "https://feedwarden.contoso.example.test"
FEED: Final = FeedRef("contoso", "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")
REQUEST: Final = RequestRef(FEED, PackageName.of(Ecosystem.NPM, "@contoso/billing"), "ab" * 16)
KEY: Final = "sample-key-of-thirty-two-characters"


def links(clock: SettableClock | None = None, *, key: str = KEY) -> SignedLinks:
    """Return links that are good for the usual time."""
    return SignedLinks(Seals((key,), clock or SettableClock()), BASE)


def token(address: str) -> str:
    """Return the token of an address, which begins as it should."""
    assert address.startswith(f"{BASE}/api/approvals/")
    return address.removeprefix(f"{BASE}/api/approvals/")


def _longest_names() -> Iterator[PackageName]:
    # Letters in no order, so that nothing of them is saved by compressing.
    letters = "".join(chr(97 + place * place * 7 % 25 + place % 2) for place in range(300))
    for ecosystem, rule in RULES.items():
        group = "org." if ecosystem is Ecosystem.MAVEN else ""
        artifact = ":" if ecosystem is Ecosystem.MAVEN else ""
        yield PackageName.of(ecosystem, f"{group}{letters[:20]}{artifact}{letters}"[: rule.longest])
    wide = "".join(chr(0x20000 + place * place * 31 % 40000) for place in range(RULES[Ecosystem.NUGET].longest))
    yield PackageName.of(Ecosystem.NUGET, wide)


def test_it_is_the_port() -> None:
    """As the use cases want it."""
    port: Links = links()
    assert port.read(token(port.to_request(REQUEST))).target == REQUEST


@pytest.mark.parametrize("feed", [FEED, FeedRef("contoso", None, "feed-1")])
def test_a_link_names_what_it_was_made_for(feed: FeedRef) -> None:
    """A request with the spelling of its package, or a feed; and when it was made."""
    request = RequestRef(feed, PackageName.of(Ecosystem.PYPI, "Contoso_Billing"), "request-1")
    read = links().read(token(links().to_request(request)))
    assert read.target == request
    assert isinstance(read.target, RequestRef)
    assert read.target.name.spelling == "Contoso_Billing"
    assert (read.made_at, read.expired) == (START, False)
    assert links().read(token(links().to_requests_of(feed))).target == feed


@pytest.mark.parametrize("name", list(_longest_names()), ids=lambda name: name.ecosystem.value)
def test_the_longest_names_fit_into_an_address(name: PackageName) -> None:
    """Nothing in it needs escaping, and no proxy takes its last part for a hidden file."""
    request = RequestRef(FeedRef("c" * 50, FEED.project_id, FEED.feed_id), name, "ab" * 16)
    text = token(links().to_request(request))
    assert links().read(text).target == request
    assert len(text) <= LONGEST / 2
    assert quote(text, safe="") == text
    assert not text.startswith(".")


def test_a_link_ends() -> None:
    """Read all the same, so that the page can show the present state."""
    clock = SettableClock()
    text = token(links(clock).to_request(REQUEST))
    clock.advance(MAX_AGE)
    assert not links(clock).read(text).expired
    clock.advance(timedelta(seconds=1))
    read = links(clock).read(text)
    assert (read.target, read.made_at, read.expired) == (REQUEST, START, True)


def test_only_our_key_makes_links() -> None:
    """And only as a whole."""
    text = token(links().to_request(REQUEST))
    for other in (token(links(key=f"another {KEY}").to_request(REQUEST)), text[:-1], text[1:], f"{text}A", f"{text}."):
        with pytest.raises(BadLink):
            links().read(other)


def test_a_token_of_one_purpose_is_none_of_another() -> None:
    """The letter in front chooses the salt; neither the other link nor what a form carries opens with it."""
    with pytest.raises(BadLink):
        links().read("f" + token(links().to_request(REQUEST))[1:])
    with pytest.raises(BadLink):
        links().read("r" + links().seals.seal("csrf", [1, ["contoso", None, "feed-1"]]))


_FEED: Final = ["contoso", None, "feed-1"]


@pytest.mark.parametrize(
    "document",
    [
        None,
        7,
        "text",
        {},
        [],
        [1],
        [2, _FEED],
        [1, "contoso"],
        [1, ["contoso", None]],
        [1, ["contoso", 7, "feed-1"]],
        [1, [None, None, "feed-1"]],
        [1, _FEED, "npm", "left-pad"],
        [1, _FEED, "npm", "left-pad", 7],
        [1, _FEED, "npm", "left pad", "id"],
        [1, _FEED, "gem", "rails", "id"],
        [1, _FEED, "npm", "left-pad", "id", "more"],
        [2, _FEED, "npm", "left-pad", "id"],
    ],
)
def test_a_document_of_another_version_is_refused(document: object) -> None:
    """Ours by its signature, and still not taken at its word."""
    with pytest.raises(BadLink):
        links().read("r" + links().seals.seal("request", document))


@given(st.text(st.characters(codec=None, exclude_categories=())), st.sampled_from(["", "r", "f", "r."]))
def test_junk_is_refused(junk: str, before: str) -> None:
    """Nothing but our error comes out."""
    with pytest.raises(BadLink):
        links().read(before + junk)


_JSON: Final = st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=8)


@given(st.lists(_JSON, max_size=6))
def test_signed_junk_is_refused(parts: list[object]) -> None:
    """Whatever a program of ours may once have sealed."""
    with pytest.raises(BadLink):
        links().read("f" + links().seals.seal("feed", [0, *parts]))


def test_a_token_that_is_too_long_is_not_read() -> None:
    """Although it is signed."""
    text = "r" + links().seals.seal("request", [1, _FEED, "npm", "x", "".join(f"{n:x}" for n in range(2000))])
    assert len(text) > LONGEST
    with pytest.raises(BadLink, match="no request of ours"):
        links().read(text)
