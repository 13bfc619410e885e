"""The door for Sonatype Nexus Repository."""

from __future__ import annotations

from typing import Any, Final

import pytest

from shared.adapters.doors.nexus import nexus_door
from shared.domain.hints import Hint
from shared.errors import BadSignature
from tests.adapters.doors.signing import read
from tests.adapters.doors.vectors import AT, NEXUS, SECRET

_DOOR: Final = nexus_door((SECRET,))
_ID: Final = NEXUS.more["X-Nexus-Webhook-Delivery"]
# By `openssl dgst -sha256` too, and the hour in which it came.
_ID_OF_BODY: Final = "sha256:ee3d931be28a054abdcc3a83b2474acc42d1c2af90a082888318490ac730b12e@2026-03-04T12"
_KIND: Final = "rm:repository:component"
_COMPONENT: Final = {"format": "npm", "name": "billing", "group": "contoso", "version": "1.2.0"}


def _created(**members: Any) -> Hint:  # noqa: ANN401  # members of JSON
    return read(_DOOR, NEXUS, {"action": "CREATED", "component": {**_COMPONENT, **members}})


def test_a_created_component_is_a_hint() -> None:
    """The vector's own body: no feed is known, but what was published is."""
    hint = _DOOR.read(headers=NEXUS.headers, body=NEXUS.body, at=AT)
    assert hint == Hint(_ID, f"{_KIND}.created", None, None, "npm", "@contoso/billing", "1.2.0")


@pytest.mark.parametrize("delivery", [None, "", "x" * 101, "a\u202eb"])
def test_without_a_usable_id_one_is_made_of_the_body(delivery: str | None) -> None:
    """Older versions and proxies may lose the header."""
    headers = {name: value for name, value in NEXUS.headers.items() if not name.endswith("-Delivery")}
    if delivery is not None:
        headers["X-Nexus-Webhook-Delivery"] = delivery
    assert _DOOR.read(headers=headers, body=NEXUS.body, at=AT).delivery_id == _ID_OF_BODY


@pytest.mark.parametrize(
    ("members", "ecosystem", "package"),
    [
        ({"group": None}, "npm", "billing"),
        ({"group": ""}, "npm", "billing"),
        ({"group": "@contoso"}, "npm", "@contoso/billing"),
        ({"name": None}, "npm", None),
        ({"name": "../etc"}, "npm", None),
        ({"format": "NPM"}, "npm", "@contoso/billing"),
        ({"format": "pypi", "name": "Contoso_Billing", "group": None}, "pypi", "Contoso_Billing"),
        ({"format": "nuget", "name": "Contoso.Billing", "group": None}, "nuget", "Contoso.Billing"),
        ({"format": "cargo", "name": "contoso-billing", "group": None}, "cargo", "contoso-billing"),
        ({"format": "maven2", "group": "com.contoso"}, "maven", "com.contoso:billing"),
        ({"format": "maven2", "group": None}, "maven", None),
        ({"format": "maven2", "group": "com.contoso", "name": None}, "maven", None),
        ({"format": None}, None, None),
        ({"format": ["npm"]}, None, None),
    ],
)
def test_each_format_writes_names_its_own_way(
    members: dict[str, Any], ecosystem: str | None, package: str | None
) -> None:
    """A scope and a group id stand in `group`; what is unclear is left out."""
    version = None if package is None else "1.2.0"
    assert _created(**members) == Hint(_ID, f"{_KIND}.created", None, None, ecosystem, package, version)


@pytest.mark.parametrize("kind", ["docker", "raw", "helm", "rubygems", "apt"])
def test_other_formats_are_not_watched(kind: str) -> None:
    """No feed of ours confuses them with anything."""
    assert _created(format=kind) == Hint(_ID, f"{_KIND}.created", watched=False)


@pytest.mark.parametrize("kind", ["rm:repository:asset", "rm:global:audit", "rm:global", "nobody:knows"])
def test_other_events_are_not_watched(kind: str) -> None:
    """Also the files of a component, which come with it."""
    assert read(_DOOR, NEXUS, {"asset": {}}, {"X-Nexus-Webhook-Id": kind}) == Hint(_ID, kind, watched=False)


def test_an_event_that_cannot_be_shown_has_no_name() -> None:
    """And it is none of ours."""
    assert read(_DOOR, NEXUS, {}, {"X-Nexus-Webhook-Id": "rm\u202e"}) == Hint(_ID, "unknown", watched=False)


def test_an_event_without_its_kind_is_a_hint_all_the_same() -> None:
    """The header is not signed: its loss must not lose the event."""
    hint = read(_DOOR, NEXUS, {"component": _COMPONENT}, {"X-Nexus-Webhook-Id": None})
    assert hint == Hint(_ID, "unknown", None, None, "npm", "@contoso/billing", "1.2.0")


@pytest.mark.parametrize("component", [None, 7, [], "npm"])
def test_an_odd_component_is_the_widest_hint(component: object) -> None:
    """Something happened there."""
    hint = read(_DOOR, NEXUS, {"action": "DELETED", "component": component})
    assert hint == Hint(_ID, f"{_KIND}.deleted")


def test_the_plain_secret_is_no_signature() -> None:
    """Only Artifactory sends it so."""
    with pytest.raises(BadSignature, match="X-Nexus-Webhook-Signature was not made"):
        _DOOR.read(headers=NEXUS.signed(SECRET), body=NEXUS.body, at=AT)
