"""All doors by the name of their source."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Final

import pytest

from shared.adapters.doors import SOURCES, doors
from shared.errors import BadSignature, ConfigurationError

_KEY: Final = "whsec_" + base64.b64encode(b"sample key of 24 bytes..").decode()


def test_every_source_has_its_door() -> None:
    """In the order in which they are told to whoever knocks at another."""
    built = doors({**dict.fromkeys(SOURCES, ("sample-secret-newest",)), "generic": (_KEY,)})
    assert tuple(built) == SOURCES == ("azure-devops", "github", "artifactory", "nexus", "generic")


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_without_secrets_has_a_door_that_refuses(source: str) -> None:
    """Its name is known, so the sender is told "not you", not "nobody here"."""
    with pytest.raises(BadSignature):
        doors({})[source].read(headers={}, body=b"{}", at=datetime(2026, 3, 4, tzinfo=UTC))


def test_all_problems_are_told_at_once() -> None:
    """Unknown sources and every secret that cannot serve, by place, never by value."""
    with pytest.raises(ConfigurationError) as caught:
        doors({"azure": ("x",), "azure-devops": ("short", "long-enough-to-serve", ""), "generic": ("hunter2",)})
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "HOOK_SECRETS",
        "HOOK_SECRETS, azure-devops",
        "HOOK_SECRETS, azure-devops",
        "HOOK_SECRETS, generic",
    ]
    first = caught.value.problems[0]
    assert first == f"HOOK_SECRETS: entry 1 is for a source that does not exist: use one of {', '.join(SOURCES)}"
    assert "secret 1 is shorter than 12 characters" in caught.value.problems[1]
    assert "secret 3" in caught.value.problems[2]
    assert "hunter2" not in str(caught.value)
    assert "short'" not in str(caught.value)


def test_a_secret_in_the_place_of_a_source_is_not_quoted() -> None:
    """Whoever writes the entries the wrong way round would else read the secret in the log."""
    with pytest.raises(ConfigurationError) as caught:
        doors({"nexus": ("long-enough-to-serve",), _KEY: ("generic",), "sample-password": ("github",)})
    assert [problem.partition(" is for")[0] for problem in caught.value.problems] == [
        "HOOK_SECRETS: entry 2",
        "HOOK_SECRETS: entry 3",
    ]
    assert not any(part in str(caught.value) for part in ("whsec", _KEY[6:14], "sample-password"))
