"""Tests of asking NuGet's search whose a package is."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.nuget import NuGet
from shared.adapters.registries.nuget_resources import read_resources
from shared.adapters.registries.nuget_search import add_owners, search_request
from shared.adapters.registries.wire import NOT_SHOWN
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import FeedwardenError, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.registries.junk import ANSWERS, JSON
from tests.adapters.registries.simulated import NOW
from tests.adapters.registries.talk import Talk, talk

_NAME: Final = PackageName.of(Ecosystem.NUGET, "Acme.Billing")
_TWIN: Final = PublicTwin(Presence.PRESENT, latest_version="1.0.0", releases=1, versions=("1.0.0",))
_SERVICE: Final = "NuGet registry"
_FLAT: Final = {"@type": "PackageBaseAddress/3.0.0", "@id": "https://nuget.example.test/flat/"}
_REGISTRATIONS: Final = {"@type": "RegistrationsBaseUrl/3.6.0", "@id": "https://nuget.example.test/registration/"}
_SEARCH: Final = {"@type": "SearchQueryService", "@id": "https://search.example.test/query"}


def _json(document: object, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps(document).encode())


def _add(*results: object) -> PublicTwin:
    return add_owners(_json({"data": list(results)}), _TWIN, _NAME, service=_SERVICE)


def _result(owners: object, name: object = "acme.BILLING") -> dict[str, Any]:
    return {"id": name, "owners": owners, "authors": ["Mallory"], "verified": True}


def test_the_question() -> None:
    """One package by its id, prereleases and newer versions' forms too, with a limit of its own."""
    request = search_request("https://search.example.test/query", _NAME, service=_SERVICE)
    assert request.url == (
        "https://search.example.test/query?q=packageid%3AAcme.Billing&prerelease=true&semVerLevel=2.0.0&skip=0&take=5"
    )
    assert request.max_bytes == 2 * 1024 * 1024


@pytest.mark.parametrize(
    ("owners", "publishers"),
    [
        (["alice", "bob", "alice"], ("alice", "bob")),
        ("alice", ("alice",)),
        (["alice\u202e", 7, "", "bob"], (NOT_SHOWN, "bob")),
        ([f"user{number}" for number in range(100)], (*(f"user{number}" for number in range(19)), NOT_SHOWN)),
        (None, ()),
        ({}, (NOT_SHOWN,)),
    ],
)
def test_owners_are_publishers(owners: object, publishers: tuple[str, ...]) -> None:
    """One text or a list, each once; authors are free text, and do not count."""
    assert _add(_result(owners)).publishers == publishers


@pytest.mark.parametrize(
    "results", [[], ["junk"], [_result(["mallory"], "Acme.Billing.Core")], [_result(["x"], 7)], [_result(["x"], "-")]]
)
def test_other_packages_owners_do_not_count(results: list[object]) -> None:
    """A registry that does not know the question answers with what resembles the id."""
    assert _add(*results) == _TWIN
    assert _add(*results, _result(["alice"])).publishers == ("alice",)


def _look_up(*lines: Answer | FeedwardenError, resources: list[dict[str, str]]) -> Talk:
    index = _json({"version": "3.0.0", "resources": [_FLAT, *resources]})
    versions = _json({"versions": ["1.0.0"]})
    location = "https://nuget.example.test/v3/index.json"
    return talk(NuGet(lambda: NOW).look_up(_NAME, location), index, versions, *lines)


@pytest.mark.parametrize(
    "trouble",
    [
        _json({}, status=404),
        Answer(429, {}, b""),
        Answer(200, {}, b"<html>"),
        UpstreamUnavailable("no answer in time", service=_SERVICE),
    ],
)
def test_a_package_stays_present_without_its_owners(trouble: Answer | FeedwardenError) -> None:
    """However the search ends."""
    assert _look_up(trouble, resources=[_SEARCH]).twin == _TWIN


def test_a_search_is_asked_even_where_the_registration_fails() -> None:
    """Each tells something of its own."""
    told = _look_up(_json({}, status=404), _json({"data": [_result("alice")]}), resources=[_REGISTRATIONS, _SEARCH])
    assert told.twin.publishers == ("alice",)


def test_of_a_tombstone_nothing_more_is_asked() -> None:
    """Search hides what is unlisted."""
    entry = {"id": "Acme.Billing", "version": "1.0.0", "listed": False}
    registration = _json({"items": [{"items": [{"catalogEntry": entry}]}]})
    told = _look_up(registration, resources=[_REGISTRATIONS, _SEARCH])
    assert told.twin.presence is Presence.TOMBSTONE
    assert (told.twin.releases, told.twin.withdrawn) == (1, 1)


def test_a_search_that_cannot_be_asked_is_as_none() -> None:
    """What is there can be asked all the same."""
    resources = [_FLAT, {**_SEARCH, "@id": "https://search.example.test/query?x=1"}]
    assert read_resources({"version": "3.0.0", "resources": resources}, service=_SERVICE).search is None


@given(ANSWERS | JSON.map(lambda data: _json({"data": data})) | JSON.map(lambda owners: _json({"data": [owners]})))
def test_junk_changes_no_presence(answer: Answer) -> None:
    """Whatever comes, it is the twin that is there, or our error."""
    try:
        twin = add_owners(answer, _TWIN, _NAME, service=_SERVICE)
    except UnexpectedAnswer:
        return
    assert (twin.presence, twin.latest_version, twin.releases) == (Presence.PRESENT, "1.0.0", 1)
