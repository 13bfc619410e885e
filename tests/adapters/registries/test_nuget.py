"""Tests of reading NuGet's flat container, and the way there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.nuget import NuGet, lower_id
from shared.adapters.registries.nuget_resources import read_resources
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import AddressRefused, FeedwardenError, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.registries.junk import ANSWERS, JSON
from tests.adapters.registries.talk import Talk, talk

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_NAME: Final = PackageName.of(Ecosystem.NUGET, "Acme.Billing")
_INDEX: Final = "https://nuget.example.test/v3/index.json"
_FLAT: Final = "https://content.example.test/flat"
_REGISTRATION: Final = "https://nuget.example.test/v3/registration5-gz-semver2"
_MISSING: Final = Answer(404, {}, b"<Error><Code>BlobNotFound</Code></Error>")


def _json(document: object, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps(document).encode())


def _resource(kind: object, address: object) -> dict[str, Any]:
    return {"@id": address, "@type": kind, "comment": "x"}


_FLAT_RESOURCE: Final = _resource("PackageBaseAddress/3.0.0", f"{_FLAT}/")
_RESOURCES: Final = {
    "version": "3.0.0",
    "resources": [_FLAT_RESOURCE, _resource("RegistrationsBaseUrl/3.6.0", f"{_REGISTRATION}/")],
}
_FLAT_ONLY: Final = {"version": "3.0.0", "resources": [_FLAT_RESOURCE]}
_ALL: Final = ("1.0.0", "99.0.0", "100.0.0-beta")
_VERSIONS: Final = _json({"versions": _ALL})


def _look_up(*lines: Answer | FeedwardenError, location: str = _INDEX, name: PackageName = _NAME) -> Talk:
    return talk(NuGet(lambda: _NOW).look_up(name, location), *lines)


@pytest.mark.parametrize("location", [_INDEX, f"{_INDEX}/"])
def test_the_questions(location: str) -> None:
    """The service index first; what it names may be on another host; ids are asked for in lower case."""
    told = _look_up(_json(_RESOURCES), _VERSIONS, _MISSING, location=location)
    assert told.urls == [
        _INDEX,
        f"{_FLAT}/acme.billing/index.json",
        f"{_REGISTRATION}/acme.billing/index.json",
    ]
    assert told.twin == PublicTwin(Presence.PRESENT, latest_version="99.0.0", releases=3, versions=_ALL)


def test_the_service_index_is_asked_once_a_day() -> None:
    """Each location for itself; trouble is not remembered."""
    now = [_NOW]
    nuget = NuGet(lambda: now[0])
    with pytest.raises(UnexpectedAnswer):
        talk(nuget.look_up(_NAME, _INDEX), _MISSING)
    talk(nuget.look_up(_NAME, _INDEX), _json(_FLAT_ONLY), _MISSING)
    talk(nuget.look_up(_NAME, f"{_INDEX}/"), _MISSING)
    talk(nuget.look_up(_NAME, "https://other.example.test/index.json"), _json(_FLAT_ONLY), _MISSING)
    now[0] += timedelta(days=1)
    talk(nuget.look_up(_NAME, _INDEX), _json(_FLAT_ONLY), _MISSING)


@pytest.mark.parametrize(
    ("spelling", "lower"),
    [
        ("Acme.Billing", "acme.billing"),
        ("\u00c9cole", "\u00e9cole"),
        ("\u0130x", "\u0130x"),
        ("\u212aelvin", "kelvin"),
    ],
)
def test_ids_are_lowered_letter_by_letter(spelling: str, lower: str) -> None:
    """As .NET's invariant culture does: a dotted capital I stays, since it would become two."""
    assert lower_id(spelling) == lower


def test_letters_beyond_ascii_are_encoded() -> None:
    """Legacy ids have them."""
    told = _look_up(_json(_FLAT_ONLY), _MISSING, name=PackageName.of(Ecosystem.NUGET, "\u00c9cole"))
    assert told.urls[1] == f"{_FLAT}/%C3%A9cole/index.json"


def test_absent() -> None:
    """The documented status, where the service index has led."""
    assert _look_up(_json(_RESOURCES), _MISSING).twin == PublicTwin(Presence.ABSENT)


@pytest.mark.parametrize(
    "answer",
    [
        *(Answer(status, {}, b"") for status in (301, 304, 401, 403, 410, 429, 451, 503)),
        _json({"versions": []}),
        _json({"versions": [7, "", "x" * 500]}),
    ],
)
def test_unknown(answer: Answer) -> None:
    """Everything else tells nothing, and says so in words."""
    twin = _look_up(_json(_RESOURCES), answer).twin
    assert twin.presence is Presence.UNKNOWN
    assert twin.detail


@pytest.mark.parametrize(
    "answer",
    [
        _json({}),
        _json({"versions": {}}),
        _json({"versions": ["1.0.0"] * 20_001}),
        _json([]),
        Answer(200, {}, b"<!DOCTYPE html>"),
    ],
)
def test_no_list_of_versions_is_unexpected(answer: Answer) -> None:
    """A page of HTML with status 200 is what proxies show."""
    with pytest.raises(UnexpectedAnswer):
        _look_up(_json(_RESOURCES), answer)


def test_a_registry_without_registrations_is_enough() -> None:
    """Presence needs the flat container only."""
    told = _look_up(_json(_FLAT_ONLY), _json({"versions": ["1.0.0-beta"]}))
    beta = "1.0.0-beta"
    assert told.twin == PublicTwin(Presence.PRESENT, latest_version=beta, releases=1, versions=(beta,))


@pytest.mark.parametrize(
    "trouble",
    [
        _MISSING,
        Answer(200, {}, b"<html>"),
        UpstreamUnavailable("no answer in time", service="NuGet registry"),
        AddressRefused("it redirects elsewhere"),
    ],
)
def test_a_package_stays_present_without_its_registration(trouble: Answer | FeedwardenError) -> None:
    """What was said to be there is there, and counts as listed."""
    twin = _look_up(_json(_RESOURCES), _VERSIONS, trouble).twin
    assert twin == PublicTwin(Presence.PRESENT, latest_version="99.0.0", releases=3, versions=_ALL)


@pytest.mark.parametrize(
    "answer",
    [
        _MISSING,
        Answer(403, {}, b""),
        Answer(200, {}, b"<html>"),
        _json({"version": "4.0.0", "resources": [_FLAT_RESOURCE]}),
        _json({"version": 3, "resources": [_FLAT_RESOURCE]}),
        _json({"resources": [_FLAT_RESOURCE]}),
        _json({"version": "3.0.0", "resources": {}}),
        _json({"version": "3.0.0", "resources": ["x", _resource(7, _FLAT), _resource("Catalog/3.0.0", _FLAT)]}),
        _json({"version": "3.0.0", "resources": [_resource("PackageBaseAddress/3.0.0", 7)]}),
        _json({"version": "3.0.0", "resources": [_resource("PackageBaseAddress/3.0.0", f"{_FLAT}/{'x' * 3000}")]}),
    ],
)
def test_without_a_service_index_nothing_is_known(answer: Answer) -> None:
    """Its 404 says nothing about any package."""
    with pytest.raises(UnexpectedAnswer):
        _look_up(answer)


@pytest.mark.parametrize("location", [f"{_INDEX}?x=1", f"{_INDEX}#x"])
def test_a_location_with_a_query_is_refused(location: str) -> None:
    """Nothing is asked."""
    with pytest.raises(AddressRefused):
        _look_up(location=location)


def test_an_address_with_a_query_is_refused_too() -> None:
    """The id would end in the query, and the 404 be about something else."""
    with pytest.raises(AddressRefused):
        _look_up(_json({"version": "3.0.0", "resources": [_resource("PackageBaseAddress/3.0.0", f"{_FLAT}?id=")]}))


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        (["RegistrationsBaseUrl", "RegistrationsBaseUrl/3.6.0", "RegistrationsBaseUrl/3.4.0"], 1),
        (["RegistrationsBaseUrl/3.0.0-beta", "RegistrationsBaseUrl", "RegistrationsBaseUrl/3.4.0"], 2),
        (["RegistrationsBaseUrl/3.4.0", "RegistrationsBaseUrl/Versioned"], 1),
        (["RegistrationsBaseUrl"], 0),
    ],
)
def test_the_registration_that_leaves_nothing_out_is_chosen(kinds: list[str], chosen: int) -> None:
    """Older ones hide versions of SemVer 2.0.0."""
    told = [_resource(kind, f"{_REGISTRATION}/{place}/") for place, kind in enumerate(kinds)]
    resources = read_resources({"version": "3.0.0", "resources": [*told, _FLAT_RESOURCE]}, service="NuGet registry")
    assert resources.registrations == f"{_REGISTRATION}/{chosen}"


@given(ANSWERS | st.builds(lambda versions: _json({"versions": versions}), JSON))
def test_junk_is_never_absent_by_accident(answer: Answer) -> None:
    """Whatever comes, it is a twin or our error; absent needs a 404."""
    try:
        twin = _look_up(_json(_FLAT_ONLY), answer).twin
    except UnexpectedAnswer:
        return
    assert (twin.presence is Presence.ABSENT) == (answer.status == 404)
    assert twin.detail or twin.presence in (Presence.PRESENT, Presence.ABSENT)


@given(JSON)
def test_junk_is_no_service_index(document: object) -> None:
    """It is our error."""
    with pytest.raises(UnexpectedAnswer):
        _look_up(_json(document))
