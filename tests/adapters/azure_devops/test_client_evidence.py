"""The client: the policy, the switch and the proof."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.adapters.azure_devops.exchange import Answer
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy, Proof, UpstreamingBehavior
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion, Origin
from shared.errors import PermissionMissing
from tests.adapters.azure_devops.samples import (
    FEED_ID,
    ORGANIZATION_FEED,
    OTHER_FEED_ID,
    answer,
    feed,
    internal_source,
    known_feed,
    listed,
    package,
    page,
    version,
    wrapped_error,
)
from tests.adapters.azure_devops.scripted import Bench, bench

_BELOW = f"/acme/_apis/packaging/feeds/{FEED_ID}"

_CORE = PackageName.of(Ecosystem.NPM, "core")


async def test_the_policy_is_read_once_in_five_minutes() -> None:
    """By however many checks that run at once."""
    b = bench(answer({"effectiveValue": True}), answer({"effectiveValue": False}))
    together = await asyncio.gather(*(b.feeds.organization_policy() for _ in range(5)))
    assert set(together) == {OrganizationPolicy.ON}
    b.clock.advance(timedelta(minutes=5))
    assert await b.feeds.organization_policy() is OrganizationPolicy.OFF
    assert len(b.service.asked) == 2


@pytest.mark.parametrize(
    "got",
    [
        answer({}, status=403),
        answer({}, status=404),
        answer({}, status=405),
        answer({}, status=503),
        answer({"effectiveValue": "true"}),
        page("<html>sign in"),
        httpx.ConnectError("no"),
    ],
)
async def test_a_policy_that_cannot_be_read_is_unknown(got: Answer | Exception) -> None:
    """Never an error, never "on"; asked again after a minute, because that may pass."""
    b = bench(got)
    assert await b.feeds.organization_policy() is OrganizationPolicy.UNKNOWN
    b.service.script[:] = [answer({"effectiveValue": True})]
    assert await b.feeds.organization_policy() is OrganizationPolicy.UNKNOWN
    b.clock.advance(timedelta(minutes=1))
    assert await b.feeds.organization_policy() is OrganizationPolicy.ON


async def test_the_switch_is_read() -> None:
    """In the letter case that comes."""
    b = bench(answer({"versionsFromExternalUpstreams": "AllowExternalVersions"}))
    behavior = await b.feeds.get_upstreaming_behavior(known_feed(), _CORE)
    assert behavior is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
    assert b.service.paths == [f"{_BELOW}/npm/packages/core/upstreaming"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda b: b.feeds.allow_external_versions(known_feed(), _CORE), "allowExternalVersions"),
        (lambda b: b.feeds.clear_upstreaming_behavior(known_feed(), _CORE), "auto"),
    ],
)
@pytest.mark.parametrize("got", [Answer(200, {}, b""), Answer(202, {}, b"{"), Answer(204, {}, b"")])
async def test_the_switch_is_set(change: Callable[[Bench], Any], word: str, got: Answer) -> None:
    """Whatever the body of a success says."""
    b = bench(got)
    await change(b)
    (sent,) = b.service.asked
    assert (sent.method, json.loads(sent.content)) == ("PATCH", {"versionsFromExternalUpstreams": word})


async def test_a_missing_role_is_said() -> None:
    """Not taken for done."""
    b = bench(answer(wrapped_error("FeedNeedsPermissionsException"), status=403))
    with pytest.raises(PermissionMissing):
        await b.feeds.clear_upstreaming_behavior(known_feed(), _CORE)


_HELD = (FeedVersion("1.0.0", Origin.INTERNAL, deleted=False),)


@pytest.mark.parametrize(
    ("got", "proof"),
    [
        (answer({"name": "core", "versions": {"1.0.0": {}}}), Proof.HOLDS),
        (answer({"name": "core", "versions": {"1.0.0": {}, "9.0.0": {}}}), Proof.LEAKS),
        (answer({"name": "core", "versions": {}}), Proof.UNKNOWN),
        (answer({"name": "other", "versions": {"1.0.0": {}}}), Proof.UNKNOWN),
        (answer({}, status=404), Proof.UNKNOWN),
        (answer({}, status=403), Proof.UNKNOWN),
        (answer({}, status=503), Proof.UNKNOWN),
        (page("<html>sign in"), Proof.UNKNOWN),
        (httpx.ReadTimeout("slow"), Proof.UNKNOWN),
    ],
)
async def test_the_proof_is_what_the_index_shows(got: Answer | Exception, proof: Proof) -> None:
    """An error proves nothing, in neither direction."""
    b = bench(got)
    assert await b.feeds.proof(known_feed(), _CORE, _HELD) is proof
    assert set(b.service.paths) == {f"/acme/_packaging/{FEED_ID}/npm/registry/core"}


async def test_an_internal_version_of_an_upstream_feed_is_no_leak() -> None:
    """The index shows it rightly; where it comes from, only the other feed can tell."""
    looks_at = internal_source(protocol="npm", internalUpstreamViewId="44")
    in_view = version("2.0.0", views=[{"id": "44"}])
    hidden = version("9.0.0", views=[{"id": "55"}])
    by_path = {
        f"/acme/_packaging/{FEED_ID}/npm/registry/core": {"name": "core", "versions": {"1.0.0": {}, "2.0.0": {}}},
        "/acme/_apis/packaging/feeds": listed(feed(looks_at), feed(id=OTHER_FEED_ID)),
        _BELOW: feed(looks_at),
        f"/acme/_apis/packaging/feeds/{OTHER_FEED_ID}": feed(id=OTHER_FEED_ID),
        f"/acme/_apis/packaging/feeds/{OTHER_FEED_ID}/packages": listed(package(None)),
        f"/acme/_apis/packaging/feeds/{OTHER_FEED_ID}/packages/id-of-core/versions": listed(in_view, hidden),
    }
    b = bench(lambda request: httpx.Response(200, json=by_path[request.url.path]))
    ours = await b.feeds.feed(ORGANIZATION_FEED)
    b.clock.advance(timedelta(minutes=6))
    assert await b.feeds.proof(ours, _CORE, _HELD) is Proof.HOLDS
    by_path[f"/acme/_packaging/{FEED_ID}/npm/registry/core"]["versions"]["9.0.0"] = {}
    assert await b.feeds.proof(ours, _CORE, _HELD) is Proof.LEAKS
    by_path[f"/acme/_apis/packaging/feeds/{OTHER_FEED_ID}/packages"] = listed()
    assert await b.feeds.proof(ours, _CORE, _HELD) is Proof.LEAKS


async def test_an_index_that_is_not_read_is_not_asked() -> None:
    """Unavailable is another thing than unknown."""
    b = bench(answer({}))
    assert await b.feeds.proof(known_feed(), PackageName.of(Ecosystem.NUGET, "Core"), _HELD) is Proof.UNAVAILABLE
    assert b.service.asked == []


async def test_closing_lets_go_of_the_credentials() -> None:
    """Not of the HTTP client, which is its owner's."""
    b = bench(answer({}))
    await b.feeds.aclose()
    assert not b.http.is_closed
