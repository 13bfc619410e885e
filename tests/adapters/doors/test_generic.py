"""The door for everybody else: Standard Webhooks and our own body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.doors.generic import GenericDoor, generic_door
from shared.domain.hints import Hint
from shared.errors import BadSignature, ConfigurationError, RefusedName, UntrustedInput

# Two cores may be busy with other tests: how long an example takes says nothing.
_PATIENT: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_AT: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)
_KEY, _OLDER_KEY = b"sample key, newest, 32 bytes long", b"sample key, before, 24 bytes or so"
_SECRET: Final = "whsec_" + base64.b64encode(_KEY).decode()
_OLDER: Final = base64.b64encode(_OLDER_KEY).decode().rstrip("=")
_DOOR: Final = generic_door((_SECRET, _OLDER))
_DATA: Final = {"project": "Shop", "feed": "Payments", "ecosystem": "PyPI", "package": "My_Pkg", "version": "1.2.0"}
_BODY: Final = {"type": "package.published", "timestamp": "2026-03-04T12:00:00Z", "data": _DATA}


def _signature(body: bytes, *, message: str = "msg_1", seconds: str, key: bytes = _KEY) -> str:
    # Written out after the specification, not with the library: an independent sender.
    signed = message.encode("utf-8", "surrogatepass") + f".{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _headers(
    body: bytes,
    changed: Mapping[str, str | None] | None = None,
    *,
    message: str = "msg_1",
    sent: datetime = _AT,
    key: bytes = _KEY,
) -> dict[str, str]:
    seconds = str(int(sent.timestamp()))
    headers = {
        "webhook-id": message,
        "webhook-timestamp": seconds,
        "webhook-signature": _signature(body, message=message, seconds=seconds, key=key),
    }
    for name, value in (changed or {}).items():
        headers.pop(f"webhook-{name}")
        if value is not None:
            headers[f"webhook-{name}"] = value
    return headers


def _bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode("utf-8")


def _read(body: object = _BODY, headers: dict[str, str] | None = None, door: GenericDoor = _DOOR) -> Hint:
    sent = _bytes(body)
    return door.read(headers=_headers(sent) if headers is None else headers, body=sent, at=_AT)


def test_a_published_package_is_a_hint() -> None:
    """Every member arrives; the id is the header's, the ecosystem Azure's word."""
    assert _read() == Hint("msg_1", "package.published", "Shop", "Payments", "pypi", "My_Pkg", "1.2.0")


def test_the_specifications_own_vector_is_accepted() -> None:
    """Key, id, time, body and signature as the reference implementations test them."""
    door = generic_door(("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",))
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    with pytest.raises(UntrustedInput, match="type is missing") as caught:
        door.read(headers=headers, body=body, at=datetime.fromtimestamp(1614265330, tz=UTC))
    assert not isinstance(caught.value, BadSignature)


@pytest.mark.parametrize("key", [_KEY, _OLDER_KEY])
def test_every_key_of_a_rotation_is_good(key: bytes) -> None:
    """The newest and the one before, with prefix and padding or without."""
    assert _read(headers=_headers(_bytes(_BODY), key=key)).delivery_id == "msg_1"


def test_one_good_signature_among_several_is_enough() -> None:
    """Senders that rotate send one with each key, and others send versions that are not ours."""
    body = _bytes(_BODY)
    good = _headers(body)["webhook-signature"]
    others = f"v1a,AAAA junk v1, v1,\ud800 {good.replace('v1,', 'v2,')} ,"
    assert _read(headers=_headers(body, {"signature": f"{others} {good}"})).delivery_id == "msg_1"
    with pytest.raises(BadSignature, match="no signature"):
        _read(headers=_headers(body, {"signature": others}))


def test_header_names_are_matched_without_letter_case() -> None:
    """HTTP does not tell them apart."""
    assert (
        _read(headers={name.title(): value for name, value in _headers(_bytes(_BODY)).items()}).delivery_id == "msg_1"
    )


@pytest.mark.parametrize("minutes", [-5, -4, 0, 5])
def test_five_minutes_either_way_are_tolerated(minutes: int) -> None:
    """Clocks differ, and queues take a while."""
    assert _read(headers=_headers(_bytes(_BODY), sent=_AT + timedelta(minutes=minutes))).delivery_id == "msg_1"


@pytest.mark.parametrize("off", [timedelta(minutes=5, seconds=1), timedelta(minutes=-5, seconds=-1), timedelta(days=9)])
def test_a_replay_is_refused(off: timedelta) -> None:
    """However good its signature is."""
    with pytest.raises(BadSignature, match="more than 5 minutes off"):
        _read(headers=_headers(_bytes(_BODY), sent=_AT + off))


@pytest.mark.parametrize("name", ["id", "timestamp", "signature"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_each_header_is_needed(name: str, value: str | None) -> None:
    """The text says which one is missing."""
    with pytest.raises(BadSignature, match=f"webhook-{name} is missing"):
        _read(headers=_headers(_bytes(_BODY), {name: value}))


@pytest.mark.parametrize(
    "seconds",
    ["-1", "+1772625600", "01772625600", "1772625600.0", "1e9", "nan", "0x10", "1_0", "\u0661\u0662", "9" * 12, "1\n"],
)
def test_a_time_is_written_in_one_way(seconds: str) -> None:
    """What the signature covers must be what is compared with the clock."""
    body = _bytes(_BODY)
    headers = _headers(body, {"timestamp": seconds, "signature": _signature(body, seconds=seconds)})
    with pytest.raises(BadSignature, match="no whole number"):
        _read(headers=headers)


def test_the_largest_time_that_is_read_can_be_compared() -> None:
    """Eleven digits are a date far away, no overflow."""
    body, seconds = _bytes(_BODY), "9" * 11
    with pytest.raises(BadSignature, match="more than 5 minutes off"):
        _read(headers=_headers(body, {"timestamp": seconds, "signature": _signature(body, seconds=seconds)}))


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "msg_2"},
        {"timestamp": str(int(_AT.timestamp()) + 1)},
        {"signature": "v1,"},
        {"signature": "v1," + "A" * 43 + "="},
        {"signature": "\u00e4" * 9},
        {"id": "\ud800"},
    ],
)
def test_what_was_not_signed_so_is_refused(changed: dict[str, str | None]) -> None:
    """Id, time and body are all covered."""
    with pytest.raises(BadSignature):
        _read(headers=_headers(_bytes(_BODY), changed))


def test_a_changed_body_is_refused() -> None:
    """One byte is enough."""
    with pytest.raises(BadSignature, match="no signature"):
        _read({**_BODY, "type": "package.other"}, _headers(_bytes(_BODY)))


def test_a_header_that_came_twice_is_refused() -> None:
    """Nobody can say which one the sender meant."""
    with pytest.raises(BadSignature, match="sent twice"):
        _read(headers={**_headers(_bytes(_BODY)), "Webhook-Id": "msg_1"})


def test_seventeen_signatures_are_too_many() -> None:
    """A stranger does not make us compare for long."""
    good = _headers(_bytes(_BODY))["webhook-signature"]
    assert _read(headers=_headers(_bytes(_BODY), {"signature": " ".join([good] * 16)})).delivery_id == "msg_1"
    with pytest.raises(BadSignature, match="too many"):
        _read(headers=_headers(_bytes(_BODY), {"signature": " ".join([good] * 17)}))


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"type": "\xe4"}'])
def test_a_body_that_is_not_utf_8_cannot_have_been_signed(body: bytes) -> None:
    """The signature covers text."""
    with pytest.raises(BadSignature, match="not UTF-8"):
        _read(body)


def test_without_keys_nobody_comes_in() -> None:
    """An empty list is a refusal, also of what is signed with nothing."""
    body = _bytes(_BODY)
    for headers in (_headers(body), _headers(body, key=b"")):
        with pytest.raises(BadSignature):
            _read(headers=headers, door=generic_door(()))


@pytest.mark.parametrize("message", ["x" * 201, "a b\u200b", "\u00e4\x7f"])
def test_an_id_that_cannot_be_kept_is_refused(message: str) -> None:
    """Signed, but too long or not printable: the sender is ours, the delivery is not."""
    with pytest.raises(UntrustedInput, match="webhook-id") as caught:
        _read(headers=_headers(_bytes(_BODY), message=message))
    assert not isinstance(caught.value, BadSignature)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, Hint("msg_1", "t")),
        ({}, Hint("msg_1", "t")),
        ({"project": "Shop"}, Hint("msg_1", "t", "Shop")),
        ({"feed": "Payments"}, Hint("msg_1", "t", None, "Payments")),
        ({"ecosystem": "npm"}, Hint("msg_1", "t", ecosystem="npm")),
        ({"package": "core", "version": "1"}, Hint("msg_1", "t")),
        ({"feed": "Payments", "package": "core"}, Hint("msg_1", "t", feed="Payments")),
        ({"ecosystem": "npm", "package": "core"}, Hint("msg_1", "t", ecosystem="npm")),
        ({"feed": "F", "ecosystem": "npm", "version": "1"}, Hint("msg_1", "t", feed="F", ecosystem="npm")),
        (
            {"feed": "F", "ecosystem": "NPM", "package": "@acme/core"},
            Hint("msg_1", "t", None, "F", "npm", "@acme/core"),
        ),
        (
            {"project": " ", "feed": " F ", "ecosystem": "npm", "package": "core", "version": ""},
            Hint("msg_1", "t", None, "F", "npm", "core"),
        ),
        ({"project": None, "feed": None, "unheard": {"of": 1}}, Hint("msg_1", "t")),
    ],
)
def test_missing_members_widen_the_hint(data: object, expected: Hint) -> None:
    """To what is unambiguous; an empty text is a variable that nobody set."""
    assert _read({"type": "t"} if data is None else {"type": "t", "data": data}) == expected


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "type is missing"),
        ({"type": 1}, "type must be a text"),
        ({"type": ""}, "type must be 1 to 255 printable characters"),
        ({"type": "a\tb"}, "type must be 1 to 255 printable characters"),
        ({"type": "t", "data": "x"}, "data must be an object"),
        ({"type": "t", "data": []}, "data must be an object"),
        ({"type": "t", "data": {"feed": 1}}, "data.feed must be a text"),
        ({"type": "t", "data": {"feed": "x" * 256}}, "data.feed must be 1 to 255"),
        ({"type": "t", "data": {"project": "a\u202eb"}}, "data.project must be 1 to 255 printable"),
        ({"type": "t", "data": {"version": "\ud800"}}, "data.version must be 1 to 255 printable"),
        ({"type": 1, "data": {"feed": 1}}, "type must be a text; data.feed must be a text"),
        ({"type": "t", "data": {"ecosystem": "nugget"}}, "unknown ecosystem 'nugget'"),
        ({"type": "t", "data": {"ecosystem": "UPack"}}, "nothing to guard"),
        ([], "no JSON object"),
        (b"", "no JSON: Expecting value at line 1"),
        (b"{", "no JSON: "),
        (b'{"type": "t", "type": "u"}', "one key twice"),
        (b'{"type": NaN}', "NaN, which is no JSON"),
        (b'{"type": -Infinity}', "-Infinity, which is no JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"type": ' + b"9" * 5000 + b"}", "too long"),
        (b'\xef\xbb\xbf\xef\xbb\xbf{"type": "t"}', "no JSON"),
    ],
)
def test_a_signed_body_that_does_not_fit_is_refused_in_words(body: object, problem: str) -> None:
    """The text says what is wrong, for whoever writes the sender."""
    with pytest.raises(UntrustedInput, match=problem) as caught:
        _read(body)
    assert not isinstance(caught.value, BadSignature)


def test_data_of_null_is_no_data() -> None:
    """Every member of it may be missing, so all of them may."""
    assert _read({"type": "t", "data": None}) == Hint("msg_1", "t")


def test_a_byte_order_mark_is_no_part_of_the_body() -> None:
    """Windows tools write one; it is signed with the rest, and then passed over."""
    body = b"\xef\xbb\xbf" + _bytes(_BODY)
    assert _read(body) == _read(_BODY)


def test_a_name_that_cannot_be_is_refused() -> None:
    """The sender mistook something: nothing is guessed."""
    data = {"feed": "F", "ecosystem": "cargo", "package": "../core"}
    with pytest.raises(RefusedName, match="no cargo package name"):
        _read({"type": "t", "data": data})


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "a plain password", "\u00e4" * 40, base64.b64encode(b"x" * 23).decode(), "A" * 100, "A" * 33],
)
def test_a_secret_that_is_no_key_is_a_problem_of_the_settings(secret: str) -> None:
    """It says which one and what to do, and does not show it."""
    with pytest.raises(ConfigurationError, match=r"secret 2 is no base64 of 24 to 64 bytes.*openssl") as caught:
        generic_door((_SECRET, secret))
    assert len(caught.value.problems) == 1
    assert not secret or secret not in str(caught.value)


def test_a_door_hides_its_keys() -> None:
    """Neither it nor its parts show them."""
    assert repr(_DOOR) == "GenericDoor(keys=SigningKeys())"


_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["type", "timestamp", "data", *_DATA]), inner)
    ),
)


@_PATIENT
@given(headers=st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()))
def test_any_headers_are_refused(headers: dict[str, str]) -> None:
    """Nobody guesses a signature, and only our error comes out."""
    with pytest.raises(BadSignature):
        _read(headers=headers)


@_PATIENT
@given(body=st.binary() | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_signed_body_is_read_or_refused(body: bytes) -> None:
    """Only our error comes out, and what is read can be shown."""
    try:
        hint = _read(body)
    except UntrustedInput:
        return
    assert hint.event.isprintable()


@_PATIENT
@given(
    data=st.fixed_dictionaries(
        {},
        optional={
            "project": st.text(max_size=5),
            "feed": st.sampled_from(["", "F"]),
            "ecosystem": st.sampled_from(["", "npm", "PyPI"]),
            "package": st.sampled_from(["", "core"]),
            "version": st.text(max_size=5),
        },
    )
)
def test_a_package_never_comes_without_its_ecosystem_and_feed(data: dict[str, str]) -> None:
    """And a version never without its package."""
    try:
        hint = _read({"type": "t", "data": data})
    except UntrustedInput:
        return
    if hint.package is not None:
        assert hint.ecosystem
        assert hint.feed
    if hint.version is not None:
        assert hint.package
