"""The door for JFrog Artifactory."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Final

import pytest

from shared.adapters.doors.artifactory import artifactory_door
from shared.domain.hints import Hint
from shared.errors import BadSignature
from tests.adapters.doors.signing import read
from tests.adapters.doors.vectors import ARTIFACTORY, AT, OLDER, SECRET

_DOOR: Final = artifactory_door((SECRET, OLDER))
# By `openssl dgst -sha256` too, and the hour in which it came.
_ID: Final = "sha256:7c565c7484ecdc7059a04e59bab1ce715c7fcc29b9ee279850ea77b33f95a4f6@2026-03-04T12"


def test_a_deployed_artifact_is_the_widest_hint() -> None:
    """A repository and a path say neither ecosystem nor package for certain."""
    hint = _DOOR.read(headers=ARTIFACTORY.headers, body=ARTIFACTORY.body, at=AT)
    assert hint == Hint(_ID, "artifact.deployed")


@pytest.mark.parametrize("secret", [SECRET, OLDER])
def test_the_plain_secret_is_accepted_too(secret: str) -> None:
    """It is what JFrog sends where signing was not asked for; both secrets of a rotation are good."""
    hint = _DOOR.read(headers=ARTIFACTORY.signed(secret), body=ARTIFACTORY.body, at=AT)
    assert hint == Hint(_ID, "artifact.deployed")


@pytest.mark.parametrize("secret", [SECRET.upper(), SECRET[:-1], f"{SECRET}x", f"Bearer {SECRET}", f"sha256={SECRET}"])
def test_nearly_the_plain_secret_is_refused(secret: str) -> None:
    """Letter case counts in a secret, in a signature's hex it does not."""
    with pytest.raises(BadSignature, match="neither a secret"):
        _DOOR.read(headers=ARTIFACTORY.signed(secret), body=ARTIFACTORY.body, at=AT)


def test_a_plain_secret_need_not_be_ascii() -> None:
    """However the server hands the header over."""
    secret = "gr\u00fc\u00dfe-aus-k\u00f6ln"
    for value in (secret, secret.encode("utf-8").decode("latin-1")):
        assert artifactory_door((secret,)).read(headers=ARTIFACTORY.signed(value), body=ARTIFACTORY.body, at=AT).watched


@pytest.mark.parametrize(
    ("body", "event", "watched"),
    [
        ({"domain": "artifact", "event_type": "deployed"}, "artifact.deployed", True),
        ({"domain": "artifact", "event_type": "moved"}, "artifact.moved", True),
        ({"domain": "artifact", "event_type": "copied"}, "artifact.copied", True),
        ({"domain": "artifact", "event_type": "deleted"}, "artifact.deleted", True),
        ({"domain": "artifact", "event_type": "nobody-knows"}, "artifact.nobody-knows", True),
        ({"domain": "artifact", "event_type": "cached"}, "artifact.cached", False),
        ({"domain": "artifact_property", "event_type": "added"}, "artifact_property.added", False),
        ({"domain": "docker", "event_type": "pushed"}, "docker.pushed", False),
        ({"domain": "build", "event_type": "uploaded"}, "build.uploaded", False),
        ({"domain": "artifact"}, "artifact", True),
        ({"event_type": "deployed"}, "deployed", True),
        ({"domain": 7, "event_type": "a\u202eb"}, "unknown", True),
    ],
)
def test_what_is_said_to_be_no_publish_is_not_watched(body: object, event: str, *, watched: bool) -> None:
    """What is not said may be anything, so it is a hint."""
    hint = read(_DOOR, ARTIFACTORY, body)
    assert (hint.event, hint.watched) == (event, watched)


def test_the_same_bytes_within_an_hour_are_one_delivery() -> None:
    """A retry is soon; the same artifact deployed anew later is looked at, although its event is the same."""

    def id_at(after: timedelta, *, ahead: int = 0) -> str:
        moment = (AT + after).astimezone(timezone(timedelta(hours=ahead)))
        return _DOOR.read(headers=ARTIFACTORY.headers, body=ARTIFACTORY.body, at=moment).delivery_id

    assert id_at(timedelta(minutes=25)) == id_at(timedelta(minutes=-34)) == id_at(timedelta(), ahead=9) == _ID
    assert id_at(timedelta(minutes=26)) != _ID
    assert id_at(timedelta(days=1)) != _ID


def test_other_bytes_are_another_delivery() -> None:
    """The order of members is not read into."""
    assert (
        read(_DOOR, ARTIFACTORY, {"a": 1, "b": 2}).delivery_id != read(_DOOR, ARTIFACTORY, {"b": 2, "a": 1}).delivery_id
    )
