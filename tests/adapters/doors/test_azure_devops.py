"""The door for Azure DevOps service hooks."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.doors.azure_devops import AzureDevOpsDoor, azure_devops_door
from shared.domain.hints import Hint
from shared.errors import BadSignature, UntrustedInput
from tests.adapters.doors.samples import EVENTS, PROJECT

# Two cores may be busy with other tests: how long an example takes says nothing.
_PATIENT: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_AT: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)
_SECRET: Final = "sample-secret-newest"
_OLDER: Final = "sample-secret-before"
_DOOR: Final = azure_devops_door((_SECRET, _OLDER))


def _basic(password: str, *, user: str = "hooks", encoding: str = "utf-8") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode(encoding)).decode("ascii")}


def _own(secret: str) -> dict[str, str]:
    return {"X-Feedwarden-Secret": secret}


def _read(body: object, headers: dict[str, str] | None = None, door: AzureDevOpsDoor = _DOOR) -> Hint:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8")
    return door.read(headers=_own(_SECRET) if headers is None else headers, body=sent, at=_AT)


def _envelope(**members: Any) -> dict[str, Any]:  # noqa: ANN401  # members of JSON
    return {**EVENTS["build.complete"], **members}


@pytest.mark.parametrize("event", EVENTS)
def test_each_kind_of_event_is_a_hint_to_its_project(event: str) -> None:
    """Pushes, builds, runs and alerts alike: the truth is read elsewhere."""
    assert _read(EVENTS[event]) == Hint(
        delivery_id="a0a00000-0000-4000-8000-000000000004:aaaa0000-0000-4000-8000-000000000003",
        event=event,
        project=PROJECT,
    )


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(_basic(_SECRET), id="basic"),
        pytest.param(_basic(_OLDER), id="basic, the older secret"),
        pytest.param(_basic(_SECRET, user=""), id="basic, no user"),
        pytest.param(_basic(_SECRET, user="j\u00fcrgen"), id="basic, any user"),
        pytest.param({"authorization": _basic(_SECRET)["Authorization"]}, id="basic, lower-case header"),
        pytest.param(
            {"AUTHORIZATION": _basic(_SECRET)["Authorization"].replace("Basic", "bAsIc ")}, id="basic, odd letter case"
        ),
        pytest.param(_own(_SECRET), id="header"),
        pytest.param(_own(_OLDER), id="header, the older secret"),
        pytest.param(_own(f" \t{_SECRET} "), id="header, with blanks around it"),
        pytest.param({"x-feedwarden-secret": _SECRET}, id="header, lower-case"),
        pytest.param({**_basic("wrong-wrong-wrong"), **_own(_SECRET)}, id="one of both is right"),
    ],
)
def test_who_presents_a_secret_comes_in(headers: dict[str, str]) -> None:
    """As a basic password or as a header; while secrets are rotated, both are good."""
    assert _read(_envelope(), headers).project == PROJECT


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param(_basic("wrong-wrong-wrong"), id="a wrong password"),
        pytest.param(_basic(""), id="an empty password"),
        pytest.param(_basic(_SECRET + "x"), id="the secret and more"),
        pytest.param(_basic(_SECRET[:-1]), id="the secret but for its end"),
        pytest.param(_basic("x", user=_SECRET), id="the secret as user name"),
        pytest.param({"Authorization": "Basic " + base64.b64encode(_SECRET.encode()).decode()}, id="no colon"),
        pytest.param({"Authorization": f"Bearer {_SECRET}"}, id="another scheme"),
        pytest.param({"Authorization": _SECRET}, id="no scheme"),
        pytest.param({"Authorization": "Basic"}, id="no credentials"),
        pytest.param({"Authorization": "Basic !!!"}, id="no base64"),
        pytest.param({"Authorization": "Basic \u00e4\u00f6"}, id="no ASCII"),
        pytest.param({"Authorization": "Basic \ud800"}, id="a lone surrogate in basic"),
        pytest.param(_own(""), id="an empty header"),
        pytest.param(_own(_SECRET.upper()), id="another letter case"),
        pytest.param(_own("\u00e4" * 20), id="a non-ASCII header"),
        pytest.param(_own("\ud800" * 20), id="lone surrogates"),
        pytest.param({"X-Feedwarden-Secret": _SECRET, "x-feedwarden-secret": _SECRET}, id="the header twice"),
        pytest.param({**_basic(_SECRET), "authorization": "Basic x"}, id="the other header twice"),
    ],
)
def test_everybody_else_is_refused(headers: dict[str, str]) -> None:
    """Whatever the headers hold, it is our error, and it repeats no secret."""
    with pytest.raises(BadSignature) as caught:
        _read(_envelope(), headers)
    assert _SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "secret",
    ["gr\u00fc\u00dfe-aus-k\u00f6ln", "\u79d8\u5bc6\u79d8\u5bc6\u79d8\u5bc6\u79d8\u5bc6\u79d8\u5bc6\u79d8\u5bc6"],
)
def test_secrets_need_not_be_ascii(secret: str) -> None:
    """They are compared as bytes, however the server handed the header over."""
    door = azure_devops_door((secret,))
    assert _read(_envelope(), _basic(secret), door).project == PROJECT
    assert _read(_envelope(), _own(secret), door).project == PROJECT
    as_latin_1 = secret.encode("utf-8").decode("latin-1")
    assert _read(_envelope(), _own(as_latin_1), door).project == PROJECT


def test_a_sender_may_write_latin_1() -> None:
    """Basic credentials have no agreed encoding."""
    door = azure_devops_door(("gr\u00fc\u00dfe-aus-k\u00f6ln",))
    assert _read(_envelope(), _basic("gr\u00fc\u00dfe-aus-k\u00f6ln", encoding="latin-1"), door).project == PROJECT


def test_without_secrets_nobody_comes_in() -> None:
    """An empty list is a refusal, not an open door."""
    door = azure_devops_door(())
    for headers in ({}, _own(""), _basic(""), _own(_SECRET)):
        with pytest.raises(BadSignature):
            _read(_envelope(), headers, door)


def test_the_sender_is_proven_before_the_body_is_read() -> None:
    """A stranger learns nothing about what we can read."""
    with pytest.raises(BadSignature):
        _read(b"\xff", {})


def test_two_subscriptions_to_one_event_are_two_deliveries() -> None:
    """And a retry of one is the same: it keeps both ids."""
    one = _read(_envelope())
    assert _read(_envelope(notificationId=8)).delivery_id == one.delivery_id
    assert _read(_envelope(subscriptionId="other")).delivery_id != one.delivery_id
    assert _read(_envelope(id="other")).delivery_id != one.delivery_id


def test_an_older_sample_is_read() -> None:
    """Without subscription, containers and notification id, and with a scope."""
    old = {"id": "1", "eventType": "build.complete", "publisherId": "tfs", "scope": "all", "resource": {"id": 2}}
    assert _read(old) == Hint(delivery_id="1", event="build.complete")


@pytest.mark.parametrize("event_type", ["ms.vss-release.deployment-completed-event", "nobody.knows.this"])
def test_an_unknown_kind_of_event_is_a_hint_too(event_type: str) -> None:
    """Something happened there."""
    assert _read(_envelope(eventType=event_type)).event == event_type


@pytest.mark.parametrize("event_type", [None, 7, "", "a\nb", "x" * 300, {}])
def test_an_odd_kind_is_no_reason_to_refuse(event_type: object) -> None:
    """A refusal would put the subscription on probation, and the hint is good without it."""
    assert _read(_envelope(eventType=event_type)) == Hint(
        delivery_id=_read(_envelope()).delivery_id, event="unknown", project=PROJECT
    )


@pytest.mark.parametrize(
    ("members", "project"),
    [
        ({"resourceContainers": None}, PROJECT),
        ({"resourceContainers": {}}, PROJECT),
        ({"resourceContainers": {"project": {"id": PROJECT.upper()}}}, PROJECT),
        ({"resource": None}, PROJECT),
        ({"resource": {"id": 1, "url": "x", "name": "y"}}, PROJECT),
        ({"resourceContainers": {}, "resource": {"repository": {"project": {"id": PROJECT}}}}, PROJECT),
        ({"resourceContainers": [], "resource": "x"}, None),
        ({"resourceContainers": {"project": "x"}, "resource": {"project": {"id": 7}}}, None),
        ({"resourceContainers": {"project": {"id": "a\nb"}}, "resource": {}}, None),
        ({"resourceContainers": {"project": {"id": "0" * 8 + "-0000-0000-0000-" + "0" * 12}}, "resource": {}}, None),
        ({"resource": {"project": {"id": "another"}}}, None),
    ],
)
def test_the_project_is_read_where_it_stands_else_the_hint_is_wider(
    members: dict[str, Any], project: str | None
) -> None:
    """Missing, odd or contradictory: the organization is looked at."""
    assert _read(_envelope(**members)).project == project


@pytest.mark.parametrize("event_id", [None, "", 7, [], "a\0b", "\ud800", "\u202e", "x" * 101])
def test_an_event_without_a_usable_id_is_refused(event_id: object) -> None:
    """Nothing would tell a repeat."""
    with pytest.raises(UntrustedInput, match="no usable id"):
        _read(_envelope(id=event_id))


def test_an_odd_subscription_is_left_out_of_the_id() -> None:
    """The event's own id is enough."""
    assert _read(_envelope(subscriptionId=7)).delivery_id == "a0a00000-0000-4000-8000-000000000004"
    assert len(_read(_envelope(id="x" * 100, subscriptionId="y" * 255)).delivery_id) == 201


def test_a_door_hides_its_secrets() -> None:
    """Neither it nor an error shows them."""
    assert "sample" not in repr(_DOOR)


_HEADER_TEXTS: Final = st.text() | st.sampled_from(["Basic ", "Basic Og==", _SECRET])
_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(sorted(_envelope())), inner),
)


@_PATIENT
@given(headers=st.dictionaries(st.sampled_from(["Authorization", "X-Feedwarden-Secret", "x"]), _HEADER_TEXTS))
def test_any_headers_are_read_or_refused(headers: dict[str, str]) -> None:
    """Only our error comes out, and only where no secret was presented."""
    if headers.get("X-Feedwarden-Secret", "").strip(" \t") in {_SECRET, _OLDER}:
        assert _read(_envelope(), headers).project == PROJECT
    else:
        with pytest.raises(BadSignature):
            _read(_envelope(), headers)


@_PATIENT
@given(body=st.binary() | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """Only our error comes out, and what is read can be shown."""
    try:
        hint = _read(body)
    except UntrustedInput as error:
        assert str(error).isprintable()  # noqa: PT017  # both outcomes are right, the error's text is checked
    else:
        assert hint.delivery_id.isprintable()
