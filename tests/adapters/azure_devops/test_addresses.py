"""Addresses: every name stays one segment, whatever it is spelled with."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.azure_devops.addresses import Hosts, address, feed_address, index_address, segment
from shared.domain.feeds import FeedRef
from shared.errors import ConfigurationError, UntrustedInput
from tests.adapters.azure_devops.samples import FEED_ID, ORGANIZATION_FEED, PROJECT_FEED, PROJECT_ID


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("core", "core"),
        ("Team One", "Team%20One"),
        ("50%", "50%25"),
        ("a%2fb", "a%252fb"),
        ("a+b", "a%2Bb"),
        ("a#b?c", "a%23b%3Fc"),
        ("a/b\\c", "a%2Fb%5Cc"),
        ("Zürich", "Z%C3%BCrich"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("@scope", "%40scope"),
        ("..a", "..a"),
        ("\ud800", "%3F"),
    ],
)
def test_a_segment_is_encoded_by_itself(text: str, encoded: str) -> None:
    """Names with spaces, Unicode, "%", "+" and "#" reach the service as they are."""
    assert segment(text) == encoded


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_dots_and_nothing_are_no_segment(text: str) -> None:
    """Clients and proxies would resolve them, and another address would be asked."""
    with pytest.raises(UntrustedInput):
        segment(text)


@settings(deadline=None)  # a busy machine is no finding
@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_the_http_client_sends_a_segment_untouched(text: str) -> None:
    """What httpx puts on the wire is what was encoded here, and it decodes to one segment with the name."""
    url = httpx.URL(address("https://feeds.example.test", "acme", None, segment(text), "packages"))
    path = url.raw_path.decode("ascii")
    assert path == f"/acme/{segment(text)}/packages"
    assert unquote(path.split("/")[2]) == text.encode("utf-8", "replace").decode()


def test_the_scope_decides_whether_a_project_stands_in_the_address() -> None:
    """Organization-scoped feeds have none; a project-scoped feed is not found without it."""
    base = "https://feeds.example.test/"
    assert feed_address(base, ORGANIZATION_FEED, "packages") == (
        f"https://feeds.example.test/acme/_apis/packaging/feeds/{FEED_ID}/packages"
    )
    assert feed_address(base, PROJECT_FEED) == (
        f"https://feeds.example.test/acme/{PROJECT_ID}/_apis/packaging/feeds/{FEED_ID}"
    )
    assert index_address(base, PROJECT_FEED, "npm", "registry", "x") == (
        f"https://feeds.example.test/acme/{PROJECT_ID}/_packaging/{FEED_ID}/npm/registry/x"
    )


def test_a_base_address_may_carry_a_path() -> None:
    """A proxy in front, or a server on premises, puts the organization below a path."""
    ref = FeedRef("acme", None, "f")
    assert urlsplit(feed_address("http://127.0.0.1:81/tfs/", ref)).path == "/tfs/acme/_apis/packaging/feeds/f"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feeds.example.test",
        "ftp://feeds.example.test",
        "https://",
        "https://user:secret@feeds.example.test",
        "https://feeds.example.test?x=1",
        "https://feeds.example.test/#",
        "https://feeds.example.test:0",
        "https://feeds.example.test:99999",
        "https://[feeds",
        "https://feeds example.test",
        "https://feeds.example.test/a b",
        "https://feeds.example.test\\a",
        "https://f\u00fcr.example.test",
        "https://*",
    ],
)
def test_a_base_address_that_would_misplace_the_rest_is_refused(url: str) -> None:
    """A query or fragment would swallow the path; a user part would be a second credential. No secret is repeated."""
    good = "https://good.example.test"
    with pytest.raises(ConfigurationError) as refusal:
        Hosts(devops=good, feeds=url, packages=good, identity=url)
    assert len(refusal.value.problems) == 2
    assert "secret" not in str(refusal.value)
