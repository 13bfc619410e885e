"""Readers meet whatever a network can bring: a value or one of our errors comes out, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.azure_devops.errors_wire import refuse_failures, retry_after
from shared.adapters.azure_devops.exchange import Answer, Request
from shared.adapters.azure_devops.feeds_wire import read_feed, read_feeds
from shared.adapters.azure_devops.fetch_wire import Wanted, read_downloads, wanted_version
from shared.adapters.azure_devops.hooks_wire import read_subscriptions
from shared.adapters.azure_devops.index_wire import INDEXES
from shared.adapters.azure_devops.owners_identities_wire import read_identities
from shared.adapters.azure_devops.owners_wire import read_permissions
from shared.adapters.azure_devops.packages_wire import read_changes, read_packages
from shared.adapters.azure_devops.policy_wire import read_policy
from shared.adapters.azure_devops.upstreaming_wire import read_behavior
from shared.adapters.azure_devops.versions_wire import read_versions, with_origins
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import FeedwardenError, UnexpectedAnswer
from tests.adapters.azure_devops.samples import (
    HOSTS,
    answer,
    feed,
    known_feed,
    listed,
    package,
    public_source,
    version,
)
from tests.fakes.times import START

_NPM, _PYPI = (PackageName.of(ecosystem, "core") for ecosystem in (Ecosystem.NPM, Ecosystem.PYPI))


def _wanted(ecosystem: Ecosystem) -> Wanted:
    wanted = wanted_version(known_feed(), PackageName.of(ecosystem, "core"), "1.0.0")
    assert wanted is not None
    return wanted


_READERS: dict[str, Callable[[Answer], object]] = {
    "feeds": lambda got: read_feeds(got, "acme"),
    "feed": lambda got: read_feed(got, "acme", {}),
    "packages": lambda got: read_packages(got, (), skip=0, top=1000),
    "changes": lambda got: read_changes(got, token="1"),
    "versions": lambda got: with_origins(read_versions(got), ()),
    "behavior": read_behavior,
    "policy": read_policy,
    "subscriptions": read_subscriptions,
    "permissions": lambda got: read_permissions(got, of="x"),
    "identities": lambda got: read_identities(got, ["a"]),
    "npm index": lambda got: INDEXES[Ecosystem.NPM].offer(got, _NPM),
    "Python index": lambda got: INDEXES[Ecosystem.PYPI].offer(got, _PYPI),
    "npm downloads": lambda got: read_downloads(got, HOSTS, _wanted(Ecosystem.NPM)),
    "Python downloads": lambda got: read_downloads(got, HOSTS, _wanted(Ecosystem.PYPI)),
    "NuGet downloads": lambda got: read_downloads(got, HOSTS, _wanted(Ecosystem.NUGET)),
}

_MEMBERS = st.from_regex(
    r"value|id|name|versions?|upstreamSources|packageChanges|package|files|filename|project|protocolType|sourceChain"
    r"|role|identityId|descriptor|isContainer|memberIds|properties|Mail|publishDate|effectiveValue|nextPackageContinuationToken"
    r"|dist|tarball|url|resources|@id|@type|status|eventType|consumerId|publisherInputs|consumerInputs|projectId",
    fullmatch=True,
)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["npm", "public"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEMBERS | st.text(max_size=4), inner, max_size=5),
    max_leaves=20,
)
_SAMPLES = st.sampled_from(
    [
        listed(feed(public_source())),
        feed(public_source()),
        listed(package(None)),
        listed(version()),
        listed({"role": "administrator", "identityId": "A", "identityDescriptor": "x;y"}),
        listed(
            {
                "id": "a-1",
                "status": "enabled",
                "eventType": "git.push",
                "consumerInputs": {"url": "https://x.example.test/"},
            }
        ),
        listed({"id": "a", "descriptor": "x;y", "memberIds": ["b"], "properties": {"Mail": {"$value": "m"}}}),
        {"packageChanges": [{"package": package(None)}], "nextPackageContinuationToken": 2},
        {"name": "core", "versions": {"1.0": {}}},
        {"name": "core", "versions": {"1.0.0": {"dist": {"tarball": "core/-/core-1.0.0.tgz"}}}},
        {"files": [{"filename": "core-1.0.tar.gz", "url": "../../download/core/1.0/core-1.0.tar.gz"}]},
        {"resources": [{"@id": "flat2/", "@type": "PackageBaseAddress/3.0.0"}]},
    ]
)


def _replaced(sample: Any, path: list[int], junk: Any) -> Any:  # noqa: ANN401  # any JSON
    """Put junk somewhere into a sample, wherever the path of numbers leads."""
    if not path or not isinstance(sample, dict | list) or not sample:
        return junk
    keys: list[Any] = list(sample) if isinstance(sample, dict) else list(range(len(sample)))
    key = keys[path[0] % len(keys)]
    changed = sample.copy()
    changed[key] = _replaced(sample[key], path[1:], junk)
    return changed


_BODIES = (
    st.binary(max_size=200)
    | st.text(alphabet="<>![]a href='-/&;#.whl1 \n", max_size=60).map(str.encode)
    | _JSON.map(lambda value: json.dumps(value).encode())
    | st.builds(_replaced, _SAMPLES, st.lists(st.integers(0, 9), max_size=6), _JSON).map(
        lambda value: json.dumps(value).encode()
    )
)


@pytest.mark.parametrize("reader", _READERS)
@settings(deadline=None)  # a busy machine is no finding
@given(body=_BODIES, content_type=st.sampled_from(["application/json", "text/html", ""]))
def test_a_reader_returns_or_raises_our_error(reader: str, body: bytes, content_type: str) -> None:
    """Nothing raw leaks: a ValueError would end a sweep, an AssertionError a function."""
    try:
        read = _READERS[reader](Answer(200, {"content-type": content_type}, body))
    except FeedwardenError:
        return
    assert read is not None


@pytest.mark.parametrize("reader", _READERS)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"value":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"value":' + b"9" * 100_000 + b"}",
        b"",
        b"null",
    ],
)
def test_depth_and_length_do_not_bring_a_reader_down(reader: str, body: bytes) -> None:
    """Also where they stand in members that nobody reads."""
    with pytest.raises(UnexpectedAnswer):
        _READERS[reader](Answer(200, {}, body))


@settings(deadline=None)  # a busy machine is no finding
@given(
    status=st.integers(100, 599),
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "content-type", "activityid", "x-vss-e2eid"]), st.text(max_size=40)
    ),
    body=_BODIES,
    method=st.sampled_from(["GET", "PATCH"]),
)
def test_every_status_is_a_success_or_our_error(status: int, headers: dict[str, str], body: bytes, method: str) -> None:
    """A GET is a success with 200 alone, a PATCH with 2xx; texts stay on one line."""
    got = Answer(status, headers, body)
    try:
        refuse_failures(Request(method, "https://x.example.test/"), got, now=START)
    except FeedwardenError as error:
        assert str(error).isprintable()  # noqa: PT017  # whether it is raised is what is being found out
    else:
        assert status == 200 or (method == "PATCH" and 200 <= status < 300)


@settings(deadline=None)  # a busy machine is no finding
@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [-+A-Z0-9]{1,5}"))
def test_every_wait_is_bounded(text: str) -> None:
    """Whatever stands in the header."""
    wait = retry_after(answer({}, headers={"retry-after": text}), now=START)
    assert wait is None or 0 <= wait.total_seconds() <= 86_400
