"""What the doors for GitHub, Artifactory and Nexus answer alike: who is let in, and what cannot be read."""

from __future__ import annotations

import json
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.doors import doors
from shared.errors import BadSignature, ConfigurationError, UntrustedInput
from tests.adapters.doors.signing import read, signature
from tests.adapters.doors.vectors import AT, OLDER, SECRET, VECTORS, Vector

# Two cores may be busy with other tests: how long an example takes says nothing.
_PATIENT: Final = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

_DOORS: Final = doors(dict.fromkeys(VECTORS, (SECRET, OLDER)))

pytestmark = pytest.mark.parametrize(("source", "vector"), VECTORS.items(), ids=VECTORS)


def test_the_vectors_are_accepted(source: str, vector: Vector) -> None:
    """Signed with either secret of a rotation, by another program than ours."""
    for made in (vector.newest, vector.older):
        assert _DOORS[source].read(headers=vector.signed(made), body=vector.body, at=AT).watched


def test_the_sender_of_these_tests_signs_as_the_vectors_do(source: str, vector: Vector) -> None:
    """So the other tests' deliveries are as good as real ones."""
    assert signature(vector, vector.body) == vector.newest, source
    assert signature(vector, vector.body, secret=OLDER) == vector.older


def test_header_names_and_hex_have_no_letter_case(source: str, vector: Vector) -> None:
    """HTTP does not tell the first apart, and numbers have no capitals."""
    prefix, hex_digits = vector.newest[:-40], vector.newest[-40:]
    for name in (vector.header.lower(), vector.header.upper()):
        headers = {**vector.more, name: f" {prefix}{hex_digits.upper()}\t"}
        assert _DOORS[source].read(headers=headers, body=vector.body, at=AT).watched


def test_a_changed_body_is_refused(source: str, vector: Vector) -> None:
    """One byte is enough."""
    with pytest.raises(BadSignature):
        _DOORS[source].read(headers=vector.headers, body=vector.body + b" ", at=AT)


def test_without_a_signature_nobody_comes_in(source: str, vector: Vector) -> None:
    """The text says which header is missing."""
    for headers in (dict(vector.more), vector.signed(""), vector.signed(" ")):
        with pytest.raises(BadSignature, match=f"{vector.header} is missing"):
            _DOORS[source].read(headers=headers, body=vector.body, at=AT)


@pytest.mark.parametrize(
    "presented",
    ["sha256=", "sha1=", "=", "0", "\u00e4" * 64, "\ud800" * 40, "sha256=\u00e4", "\u0660" * 40, "null", "sample"],
)
def test_everybody_else_is_refused(source: str, vector: Vector, presented: str) -> None:
    """Whatever the header holds, it is our error, and it repeats nothing."""
    with pytest.raises(BadSignature) as caught:
        _DOORS[source].read(headers=vector.signed(presented), body=vector.body, at=AT)
    assert SECRET not in str(caught.value)
    assert vector.newest not in str(caught.value)


def test_a_signature_of_another_secret_or_of_none_is_refused(source: str, vector: Vector) -> None:
    """An empty key signs too, and anybody has it."""
    for secret in ("sample-secret-of-others", ""):
        presented = signature(vector, vector.body, secret=secret)
        with pytest.raises(BadSignature):
            _DOORS[source].read(headers=vector.signed(presented), body=vector.body, at=AT)


def test_a_signature_that_came_twice_is_refused(source: str, vector: Vector) -> None:
    """Nobody can say which one the sender meant."""
    with pytest.raises(BadSignature, match="sent twice"):
        _DOORS[source].read(headers={**vector.headers, vector.header.lower(): vector.newest}, body=vector.body, at=AT)


def test_without_secrets_nobody_comes_in(source: str, vector: Vector) -> None:
    """An empty list is a refusal, also of what is signed with nothing."""
    for presented in (vector.newest, signature(vector, vector.body, secret=""), "", SECRET):
        with pytest.raises(BadSignature):
            doors({})[source].read(headers=vector.signed(presented), body=vector.body, at=AT)


def test_a_secret_that_can_be_guessed_is_a_problem_of_the_settings(source: str, vector: Vector) -> None:
    """An empty one above all: everybody could sign with it."""
    assert vector.body
    for secret in ("", "short"):
        with pytest.raises(ConfigurationError, match=f"{source}: secret 2 is shorter than 12"):
            doors({source: (SECRET, secret)})


def test_secrets_need_not_be_ascii(source: str, vector: Vector) -> None:
    """They are bytes to a signature; these were made by openssl too."""
    door = doors({source: ("gr\u00fc\u00dfe-aus-k\u00f6ln",)})[source]
    by_openssl = {
        "sha256": "ed9444aae177a7069162d9deb239860330bd44e60f7189beee6e70506feba95a",
        "sha1": "df56030d7fa91e867027e7d4fe6a716e4fd06f35",
    }
    prefix = "sha256=" if source == "github" else ""
    assert door.read(headers=vector.signed(prefix + by_openssl[vector.digest]), body=b"{}", at=AT).watched


def test_the_sender_is_proven_before_the_body_is_read(source: str, vector: Vector) -> None:
    """A stranger learns nothing about what we can read."""
    with pytest.raises(BadSignature):
        _DOORS[source].read(headers=vector.headers, body=b"\xff", at=AT)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"payload=%7B%7D", "no JSON"),
        (b"[]", "no JSON object"),
        (b'{"a":' + b"[" * 200_000, "nested too deeply"),
        (b'{"a": NaN}', "NaN, which is no JSON"),
        (b'{"action": "a", "action": "b"}', "one key twice"),
    ],
)
def test_a_signed_body_that_cannot_be_read_is_refused_in_words(
    source: str, vector: Vector, body: bytes, problem: str
) -> None:
    """The sender is ours, the delivery is not."""
    with pytest.raises(UntrustedInput, match=problem) as caught:
        read(_DOORS[source], vector, body)
    assert not isinstance(caught.value, BadSignature)


def test_a_body_that_says_nothing_is_the_widest_hint(source: str, vector: Vector) -> None:
    """Its sender is proven, so something happened."""
    hint = read(_DOORS[source], vector, {})
    assert hint.watched
    assert (hint.project, hint.feed, hint.ecosystem, hint.package, hint.version) == (None,) * 5


def test_a_door_hides_its_secrets(source: str, vector: Vector) -> None:
    """Neither it nor its parts show them."""
    assert vector.body
    assert "sample" not in repr(_DOORS[source])


_MEMBERS: Final = (
    *("action", "registry_package", "package", "package_type", "ecosystem", "namespace", "name", "package_version"),
    *("version", "owner", "login", "domain", "event_type", "data", "component", "format", "group", "npm", "maven2"),
)
_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(_MEMBERS),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(_MEMBERS), inner),
)


@_PATIENT
@given(presented=st.text(), event=st.text())
def test_any_headers_are_refused(source: str, vector: Vector, presented: str, event: str) -> None:
    """Nobody guesses a signature, and only our error comes out."""
    headers = {**dict.fromkeys(vector.more, event), vector.header: presented}
    with pytest.raises(BadSignature):
        _DOORS[source].read(headers=headers, body=vector.body, at=AT)


@_PATIENT
@given(body=st.binary() | _JSON.map(lambda value: json.dumps(value).encode()), event=st.none() | st.text())
def test_any_signed_body_is_read_or_refused(source: str, vector: Vector, body: bytes, event: str | None) -> None:
    """Only our error comes out, and what is read can be shown."""
    changed = {name: event for name in vector.more if name.endswith(("-Event", "-Id"))}
    try:
        hint = read(_DOORS[source], vector, body, changed)
    except UntrustedInput as error:
        assert not isinstance(error, BadSignature)  # noqa: PT017  # both outcomes are right, the error's kind is checked
        return
    assert (hint.delivery_id + hint.event + (hint.package or "")).isprintable()
    assert hint.ecosystem or not hint.package
    assert hint.package or not hint.version
    assert hint.feed is None
