"""Tests of asking a registry: attempts, pauses, and what is told when it does not work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.registries import registries
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twin_signs import PLACEHOLDER_DETAIL
from shared.domain.twins import Presence, PublicTwin
from shared.errors import AddressRefused, FeedwardenError, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.registries.basics import basics

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_LEFT_PAD: Final = PackageName.of(Ecosystem.NPM, "left-pad")
_ACME: Final = PackageName.of(Ecosystem.PYPI, "acme-billing")
_DOCUMENT: Final = {
    "name": "left-pad",
    "versions": {"1.0.0": {}},
    "dist-tags": {"latest": "1.0.0"},
    "time": {"created": "2026-08-01T10:00:00Z"},
    "maintainers": [{"name": "alice"}],
}
_ABBREVIATED: Final = {key: _DOCUMENT[key] for key in ("name", "versions", "dist-tags")}
_TIMED_OUT: Final = UpstreamUnavailable("no answer in time", service="registry")


def _answer(status: int, document: object = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, json.dumps(document).encode())


class _Script:
    """A sender that plays its lines in order and remembers what it was asked."""

    def __init__(self, lines: Sequence[Answer | FeedwardenError]) -> None:
        self._lines = list(lines)
        self.asked: list[Request] = []

    async def send(self, request: Request) -> Answer:
        self.asked.append(request)
        line = self._lines.pop(0)
        if isinstance(line, FeedwardenError):
            raise line
        return line


async def _look_up(
    *lines: Answer | FeedwardenError, name: PackageName = _LEFT_PAD, location: str = "https://npm.example.test/"
) -> tuple[PublicTwin, _Script, list[timedelta]]:
    script = _Script(lines)
    slept: list[timedelta] = []

    async def sleep(pause: timedelta) -> None:
        slept.append(pause)

    asked = registries(script, clock=lambda: _NOW, sleep=sleep)[name.ecosystem]
    return await asked.look_up(name, location=location), script, slept


def test_every_ecosystem_has_its_registry() -> None:
    """A new ecosystem without one would be unknown for ever."""

    async def sleep(_pause: timedelta) -> None:
        raise AssertionError

    known = registries(_Script([]), clock=lambda: _NOW, sleep=sleep)
    assert set(known) == set(Ecosystem)


async def test_a_present_package_is_asked_twice() -> None:
    """First whether it is there, then who and since when."""
    twin, script, slept = await _look_up(_answer(200, _ABBREVIATED), _answer(200, _DOCUMENT))
    assert basics(twin) == PublicTwin(Presence.PRESENT, "", _NOW, "1.0.0", ("alice",))
    assert len({request.headers["accept"] for request in script.asked}) == 2
    assert slept == []


@pytest.mark.parametrize(
    ("answer", "presence"),
    [
        (_answer(404, {"error": "Not found"}), Presence.ABSENT),
        (_answer(200, _ABBREVIATED | {"versions": {}}), Presence.TOMBSTONE),
        (_answer(403), Presence.UNKNOWN),
        (Answer(404, {}, b"<html>"), Presence.UNKNOWN),
    ],
)
async def test_anything_else_is_asked_once(answer: Answer, presence: Presence) -> None:
    """There is nothing more to learn about it."""
    twin, script, _ = await _look_up(answer)
    assert twin.presence is presence
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("second", "publishers"),
    [
        (
            _answer(200, _DOCUMENT | {"versions": {"0.0.1-security": {"_npmUser": {"name": "mallory"}}}}),
            "mallory alice",
        ),
        (_answer(200, {"name": "left-pad", "time": {"unpublished": {}}}), ""),
        (_answer(403), ""),
        (Answer(200, {}, b"<html>"), ""),
    ],
)
async def test_a_placeholder_is_asked_twice(second: Answer, publishers: str) -> None:
    """Whose it is and what it runs is told by the full document only; whatever that is, the name stays taken."""
    small = _ABBREVIATED | {"versions": {"0.0.1-security": {}}, "dist-tags": {"latest": "0.0.1-security"}}
    twin, script, _ = await _look_up(_answer(200, small), second)
    assert (twin.presence, twin.detail, len(script.asked)) == (Presence.TOMBSTONE, PLACEHOLDER_DETAIL, 2)
    assert " ".join(twin.publishers) == publishers


@pytest.mark.parametrize(
    "trouble",
    [
        [UnexpectedAnswer("a body of more than 10485760 bytes", service="npm registry")],
        [_answer(404, {"error": "Not found"})],
        [_answer(403)],
        [Answer(200, {}, b"<html>")],
        [_TIMED_OUT, _answer(500), _TIMED_OUT],
        [_answer(429, retry_after="3600")],
        [AddressRefused("it redirects elsewhere")],
    ],
)
async def test_a_package_stays_present_without_its_details(trouble: Sequence[Answer | FeedwardenError]) -> None:
    """What was said to be there is there, however the second question ends."""
    twin, _, _ = await _look_up(_answer(200, _ABBREVIATED), *trouble)
    assert twin == PublicTwin(
        Presence.PRESENT, latest_version="1.0.0", releases=1, name="left-pad", versions=("1.0.0",)
    )


@pytest.mark.parametrize("trouble", [_TIMED_OUT, _answer(500), _answer(503), _answer(429)])
async def test_trouble_that_passes_is_waited_for(trouble: Answer | FeedwardenError) -> None:
    """Two more attempts, with growing pauses."""
    twin, script, slept = await _look_up(trouble, trouble, _answer(404, {"error": "Not found"}))
    assert twin.presence is Presence.ABSENT
    assert len(script.asked) == 3
    assert slept == [timedelta(seconds=0.5), timedelta(seconds=2)]


@pytest.mark.parametrize(
    ("trouble", "words"), [(_TIMED_OUT, "no answer in time"), (_answer(502), "502"), (_answer(429), "429")]
)
async def test_trouble_that_stays_is_unknown(trouble: Answer | FeedwardenError, words: str) -> None:
    """After the third attempt nothing is known, and why is told."""
    twin, _, slept = await _look_up(trouble, trouble, trouble)
    assert twin.presence is Presence.UNKNOWN
    assert words in twin.detail
    assert len(slept) == 2


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", timedelta(seconds=7)),
        ("0", timedelta(seconds=0.5)),
        ("Sat, 01 Aug 2026 10:00:09 GMT", timedelta(seconds=9)),
        ("soon", timedelta(seconds=0.5)),
    ],
)
async def test_a_short_wait_is_kept(asked: str, waited: timedelta) -> None:
    """A registry that asks for a moment gets it, and never less than our own pause."""
    twin, _, slept = await _look_up(_answer(429, retry_after=asked), _answer(404, {"error": "Not found"}))
    assert twin.presence is Presence.ABSENT
    assert slept == [waited]


@pytest.mark.parametrize("asked", ["11", "3600", "Sat, 01 Aug 2026 11:00:00 GMT"])
async def test_a_long_wait_is_left_to_the_application(asked: str) -> None:
    """Nothing more is sent, and how long the registry asked to wait is told."""
    twin, script, slept = await _look_up(_answer(429, retry_after=asked))
    assert twin.presence is Presence.UNKNOWN
    assert "asks to wait" in twin.detail
    assert (len(script.asked), slept) == (1, [])


@pytest.mark.parametrize(
    "error",
    [
        AddressRefused("10.0.0.1 is not on the public internet"),
        UnexpectedAnswer("a body of more than 16777216 bytes", service="npm registry"),
    ],
)
async def test_what_will_not_change_is_not_tried_again(error: FeedwardenError) -> None:
    """A refused address or an oversize answer is unknown at once, with the reason."""
    twin, script, slept = await _look_up(error)
    assert twin == PublicTwin(Presence.UNKNOWN, str(error))
    assert (len(script.asked), slept) == (1, [])


async def test_a_location_that_cannot_be_asked_is_unknown() -> None:
    """It is not even tried."""
    twin, script, _ = await _look_up(location="https://npm.example.test/?x=", name=_ACME)
    assert twin.presence is Presence.UNKNOWN
    assert script.asked == []


_METADATA: Final = (
    b"<metadata><groupId>com.acme</groupId><artifactId>a</artifactId><versioning><release>1.0</release>"
    b"</versioning></metadata>"
)


async def test_maven_is_left_alone_after_a_429() -> None:
    """No further name is sent before the time is over, and each is told why; other ecosystems go on."""
    now = [_NOW]
    script = _Script(
        [_answer(429, retry_after="1800"), _answer(404, {"error": "Not found"}), Answer(200, {}, _METADATA)]
    )

    async def sleep(_pause: timedelta) -> None:
        raise AssertionError

    known = registries(script, clock=lambda: now[0], sleep=sleep)
    name = PackageName.of(Ecosystem.MAVEN, "com.acme:a")
    twins = [await known[Ecosystem.MAVEN].look_up(name, location="https://maven.example.test") for _ in range(3)]
    assert {twin.presence for twin in twins} == {Presence.UNKNOWN}
    assert "2026-08-01 10:30:00 UTC" in twins[1].detail
    assert len(script.asked) == 1
    npm = await known[Ecosystem.NPM].look_up(_LEFT_PAD, location="https://npm.example.test")
    assert npm.presence is Presence.ABSENT
    now[0] += timedelta(minutes=30)
    later = await known[Ecosystem.MAVEN].look_up(name, location="https://maven.example.test")
    assert later.presence is Presence.PRESENT


async def test_what_a_registry_says_of_itself_is_remembered_across_names() -> None:
    """The service index is asked for once, not once a name."""
    flat = {"@id": "https://nuget.example.test/flat/", "@type": "PackageBaseAddress/3.0.0"}
    lines = [_answer(200, {"version": "3.0.0", "resources": [flat]}), _answer(404), _answer(404)]
    script = _Script(lines)

    async def sleep(_pause: timedelta) -> None:
        raise AssertionError

    nuget = registries(script, clock=lambda: _NOW, sleep=sleep)[Ecosystem.NUGET]
    for spelling in ("Acme.One", "Acme.Two"):
        name = PackageName.of(Ecosystem.NUGET, spelling)
        twin = await nuget.look_up(name, location="https://nuget.example.test/v3/index.json")
        assert twin == PublicTwin(Presence.ABSENT)
    assert len(script.asked) == 3


async def test_who_waits_for_maven_is_not_sent_after_a_429() -> None:
    """Those that were let in before it came neither."""
    script = _Script([_answer(404), _answer(429, retry_after="1800")])

    async def sleep(_pause: timedelta) -> None:
        await asyncio.sleep(0)

    maven = registries(script, clock=lambda: _NOW, sleep=sleep)[Ecosystem.MAVEN]
    names = [PackageName.of(Ecosystem.MAVEN, f"com.acme:a{number}") for number in range(6)]
    twins = await asyncio.gather(*(maven.look_up(name, location="https://maven.example.test") for name in names))
    assert [twin.presence for twin in twins] == [Presence.ABSENT] + [Presence.UNKNOWN] * 5
    assert len(script.asked) == 2


async def test_maven_is_asked_at_its_pace() -> None:
    """Two seconds lie between two requests, whichever names they are about; another distance can be told."""
    name = PackageName.of(Ecosystem.MAVEN, "com.acme:a")
    for told, distance in (({}, 2), ({"maven_spacing": timedelta(seconds=5)}, 5)):
        script, slept = _Script([_answer(404)] * 2), list[timedelta]()

        async def sleep(pause: timedelta, slept: list[timedelta] = slept) -> None:
            slept.append(pause)

        maven = registries(script, clock=lambda: _NOW, sleep=sleep, **told)[Ecosystem.MAVEN]
        for _ in range(2):
            assert await maven.look_up(name, location="https://maven.example.test") == PublicTwin(Presence.ABSENT)
        assert slept == [timedelta(seconds=distance)]


@pytest.mark.parametrize("ecosystem", [Ecosystem.NPM, Ecosystem.PYPI, Ecosystem.CARGO])
async def test_a_look_up_again_is_conditional(ecosystem: Ecosystem) -> None:
    """What did not change is not sent again, and means the same."""
    name = PackageName.of(ecosystem, "left-pad")
    documents = {
        Ecosystem.NPM: _ABBREVIATED,
        Ecosystem.PYPI: {"meta": {"api-version": "1.0"}, "name": "left-pad", "files": []},
        Ecosystem.CARGO: {"name": "left-pad", "vers": "1.0.0", "yanked": False},
    }
    first = [_answer(200, documents[ecosystem], etag='"1"')] + [_answer(404, {})] * (ecosystem is Ecosystem.NPM)
    script = _Script([*first, _answer(304), *first[1:]])

    async def sleep(_pause: timedelta) -> None:
        raise AssertionError

    registry = registries(script, clock=lambda: _NOW, sleep=sleep)[ecosystem]
    twins = [await registry.look_up(name, location="https://registry.example.test") for _ in range(2)]
    assert twins[0] == twins[1]
    assert twins[0].presence is not Presence.UNKNOWN
    assert script.asked[len(first)].headers["if-none-match"] == '"1"'


async def test_a_location_that_cannot_be_read_is_unknown() -> None:
    """For every ecosystem, and without an error of a library."""

    async def sleep(_pause: timedelta) -> None:
        raise AssertionError

    for ecosystem in Ecosystem:
        refusal = AddressRefused("no")
        known = registries(_Script([refusal] * 3), clock=lambda: _NOW, sleep=sleep)
        name = PackageName.of(ecosystem, "com.acme:a" if ecosystem is Ecosystem.MAVEN else "acme")
        twin = await known[ecosystem].look_up(name, location="https://[::1")
        assert twin.presence is Presence.UNKNOWN
