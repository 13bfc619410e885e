"""Fetching a version: which calls are made, with the credential or without, and what comes of every answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.adapters.azure_devops import exchange, fetch, fetch_wire
from shared.adapters.azure_devops.exchange import Answer
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import (
    AuthenticationFailed,
    FeedNotFound,
    PermissionMissing,
    UnexpectedAnswer,
    UpstreamError,
    UpstreamUnavailable,
)
from shared.ports import FetchOutcome
from tests.adapters.azure_devops.samples import FEED_ID, answer, known_feed, page, wrapped_error
from tests.adapters.azure_devops.scripted import Bench, Reply, bench

_CORE = PackageName.of(Ecosystem.NPM, "core")
_INDEX = f"/acme/_packaging/{FEED_ID}/npm/registry/core"
_TARBALL = f"{_INDEX}/-/core-2.0.0.tgz"
_PACKUMENT = answer(
    {"name": "core", "versions": {"2.0.0": {"dist": {"tarball": f"https://packages.example.test{_TARBALL}"}}}}
)
_FILE = Answer(200, {"content-type": "application/octet-stream"}, b"\x1f\x8b")
_BLOB = "https://store.blob.example.test/b-1?sig=a%2Bb%3D"
_ONWARD = Answer(303, {"location": _BLOB}, b"")
_TROUBLE: list[tuple[Reply, type[UpstreamError]]] = [
    (answer(wrapped_error("FeedIdNotFoundException"), status=404), FeedNotFound),
    (page("not here", status=404), UnexpectedAnswer),
    (answer({}, status=400), UnexpectedAnswer),
    (answer({}, status=401), AuthenticationFailed),
    (page("<html>sign in", status=203), AuthenticationFailed),
    (page("<html>sign in"), AuthenticationFailed),
    (Answer(302, {"location": "https://x.example.test/_signin"}, b""), AuthenticationFailed),
    (answer(wrapped_error("FeedNeedsPermissionsException"), status=403), PermissionMissing),
    (answer({}, status=403), UnexpectedAnswer),
    (answer({}, status=429, headers={"retry-after": "60"}), UpstreamUnavailable),
    (answer({}, status=503), UpstreamUnavailable),
    (httpx.ReadError("cut"), UpstreamUnavailable),
]


async def _fetch(b: Bench, version: str = "2.0.0", name: PackageName = _CORE) -> FetchOutcome:
    return await b.feeds.fetch_version(known_feed(), name, version)


async def test_one_file_is_two_calls() -> None:
    """The index, and what it names; both with the credential."""
    b = bench(_PACKUMENT, _FILE)
    assert await _fetch(b) is FetchOutcome.FETCHED
    assert b.service.paths == [_INDEX, _TARBALL]
    assert all("authorization" in sent.headers for sent in b.service.asked)


async def test_a_redirect_is_followed_without_the_credential() -> None:
    """The signature in the address is kept as it is; nothing tells the other host who we are."""
    b = bench(_PACKUMENT, _ONWARD, _FILE)
    assert await _fetch(b) is FetchOutcome.FETCHED
    sent = b.service.asked[-1]
    assert (sent.url.host, sent.url.raw_path) == ("store.blob.example.test", b"/b-1?sig=a%2Bb%3D")
    assert not {"authorization", "cookie", "x-tfs-fedauthredirect"} & set(sent.headers)


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        (_ONWARD, AuthenticationFailed),
        (page("<html>sign in"), AuthenticationFailed),
        (answer({}, status=403), UnexpectedAnswer),
        (answer({}, status=404), UnexpectedAnswer),
    ],
)
async def test_a_redirect_is_followed_once(got: Answer, kind: type[UpstreamError]) -> None:
    """A blob that is not there says nothing about the feed: that is trouble, not absence."""
    b = bench(_PACKUMENT, _ONWARD, got)
    with pytest.raises(kind):
        await _fetch(b)
    assert len(b.service.asked) == 3


async def test_trouble_at_the_other_host_begins_at_the_feed_again() -> None:
    """A signature may have expired; how long that host wants us to wait does not hold our other calls."""
    busy = answer({}, status=503, headers={"retry-after": "3600"})
    b = bench(_PACKUMENT, _ONWARD, busy, _ONWARD, _FILE, _PACKUMENT, _FILE)
    assert await _fetch(b) is FetchOutcome.FETCHED
    assert b.sleep.slept == [timedelta(seconds=0.5)]
    assert await _fetch(b) is FetchOutcome.FETCHED
    assert b.sleep.slept == [timedelta(seconds=0.5)]


async def test_the_index_is_not_followed_elsewhere() -> None:
    """Only files are."""
    b = bench(_ONWARD)
    with pytest.raises(AuthenticationFailed):
        await _fetch(b)
    assert len(b.service.asked) == 1


@pytest.mark.parametrize(
    "script",
    [
        [answer({"name": "core", "versions": {}})],
        [answer({"name": "core", "versions": {"2.0.1": {"dist": {"tarball": "x"}}}})],
        [answer(wrapped_error("PackageNotFoundException"), status=404)],
        [_PACKUMENT, answer(wrapped_error("PackageNotFoundException"), status=404)],
    ],
)
async def test_what_is_not_there_is_not_offered(script: list[Reply]) -> None:
    """No such package, no such version, or a file that is kept out by the time that we come."""
    assert await _fetch(bench(*script)) is FetchOutcome.NOT_OFFERED


@pytest.mark.parametrize("before", [(), (_PACKUMENT,)])
@pytest.mark.parametrize(("got", "kind"), _TROUBLE)
async def test_every_other_answer_is_an_error(before: tuple[Reply, ...], got: Reply, kind: type[UpstreamError]) -> None:
    """At the index and at the file; none of them is taken for absence."""
    with pytest.raises(kind) as refusal:
        await _fetch(bench(*before, got))
    assert type(refusal.value) is kind


async def test_what_cannot_be_asked_for_is_not_asked() -> None:
    """An ecosystem that is not fetched, a text that is no version."""
    b = bench(_FILE)
    for name in (PackageName.of(Ecosystem.MAVEN, "test.acme:core"), PackageName.of(Ecosystem.CARGO, "core")):
        assert await _fetch(b, name=name) is FetchOutcome.UNSUPPORTED
    assert await _fetch(b, "../../../_apis") is FetchOutcome.NOT_OFFERED
    assert b.service.asked == []


async def test_a_foreign_address_is_not_asked() -> None:
    """However alike it looks."""
    tarball = f"https://packages.example.test.evil.example.test{_TARBALL}"
    b = bench(answer({"name": "core", "versions": {"2.0.0": {"dist": {"tarball": tarball}}}}), _FILE)
    with pytest.raises(UnexpectedAnswer, match="not below the feed itself"):
        await _fetch(b)
    assert b.service.paths == [_INDEX]


async def test_a_nuget_package() -> None:
    """Its place is told by the service index."""
    flat = f"/acme/_packaging/{FEED_ID}/nuget/v3/flat2"
    resource = {"@id": f"https://packages.example.test{flat}/", "@type": "PackageBaseAddress/3.0.0"}
    b = bench(answer({"version": "3.0.0", "resources": [resource]}), _ONWARD, _FILE)
    name = PackageName.of(Ecosystem.NUGET, "Acme.Core")
    assert await _fetch(b, "2.0", name) is FetchOutcome.FETCHED
    index, file, _ = b.service.paths
    assert index == f"/acme/_packaging/{FEED_ID}/nuget/v3/index.json"
    assert file == f"{flat}/acme.core/2.0.0/acme.core.2.0.0.nupkg"


async def test_a_missing_file_of_several_is_not_a_whole_version() -> None:
    """What was saved before it stays; the next attempt asks for all again."""
    listed = page('<a href="f/core-2.0.zip">x</a><a href="f/core-2.0.tar.gz">x</a><a href="f/core-3.0.zip">x</a>')
    missing = answer(wrapped_error("PackageNotFoundException"), status=404)
    name = PackageName.of(Ecosystem.PYPI, "core")
    b = bench(listed, _FILE, missing, listed, _FILE, _FILE)
    assert await _fetch(b, "2.0", name) is FetchOutcome.NOT_OFFERED
    assert await _fetch(b, "2.0", name) is FetchOutcome.FETCHED
    assert [path.rpartition("/")[2] for path in b.service.paths[4:]] == ["core-2.0.zip", "core-2.0.tar.gz"]


def _streamed(chunks: int, chunk: bytes) -> tuple[Callable[[httpx.Request], httpx.Response], list[int]]:
    sent: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        for number in range(chunks):
            sent.append(number)
            yield chunk

    return lambda _request: httpx.Response(200, content=body()), sent


async def test_a_file_is_read_to_its_end_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the sender hands on is the beginning, however long the file is."""
    reply, sent = _streamed(100, b"x" * 100_000)
    b = bench(_PACKUMENT, reply)
    answers: list[Answer] = []
    send = b.sender.send

    async def watched(request: exchange.Request) -> Answer:
        answers.append(await send(request))
        return answers[-1]

    monkeypatch.setattr(b.sender, "send", watched)
    assert await _fetch(b) is FetchOutcome.FETCHED
    assert (len(sent), len(answers[-1].body)) == (100, 64)


@pytest.mark.parametrize("redirected", [False, True])
async def test_a_file_that_is_too_large_is_cut_off(monkeypatch: pytest.MonkeyPatch, *, redirected: bool) -> None:
    """At the feed and behind a redirect; it is not tried again."""
    monkeypatch.setattr(fetch_wire, "FILE_ANSWER", 250)
    reply, sent = _streamed(1000, b"x" * 100)
    b = bench(_PACKUMENT, *([_ONWARD] if redirected else []), reply)
    with pytest.raises(UnexpectedAnswer, match="more than 250 bytes"):
        await _fetch(b)
    assert len(sent) == 3


async def test_a_fetch_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that never ends would outlive the function that waits for it."""
    monkeypatch.setattr(fetch, "_LONGEST_FETCH", timedelta(0))

    async def endless() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            yield b"x"

    b = bench(_PACKUMENT, lambda _request: httpx.Response(200, content=endless()))
    with pytest.raises(UpstreamUnavailable, match="longer to download"):
        await _fetch(b)


async def test_a_wait_on_a_file_holds_the_next_call() -> None:
    """As on every other answer of the service."""
    patient: dict[str, Any] = {"content-type": "application/octet-stream", "retry-after": "7"}
    b = bench(_PACKUMENT, Answer(200, patient, b"x"), _PACKUMENT, _FILE)
    assert await _fetch(b) is FetchOutcome.FETCHED
    assert await _fetch(b) is FetchOutcome.FETCHED
    assert b.sleep.slept == [timedelta(seconds=7)]
