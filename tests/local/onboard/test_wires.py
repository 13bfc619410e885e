"""Readers meet whatever a network can bring: a value or one of our errors comes out, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.onboard import pats_wire, rest_wire, roles_wire, subscriptions_wire
from local.onboard.rest_wire import Subject
from shared.adapters.azure_devops.exchange import Answer
from shared.errors import FeedwardenError

_ME = Subject("i", "me", "d;t\\me", is_service=False)
_ID = "00000000-0000-0000-0000-00000000f001"
_READERS: dict[str, Callable[[Answer], object]] = {
    "connection": rest_wire.read_connection,
    "identity": lambda got: rest_wire.read_service_identity(got, _ID),
    "entitlement": rest_wire.read_entitlement,
    "project": rest_wire.read_project,
    "feed ids": roles_wire.read_feed_ids,
    "role": lambda got: roles_wire.read_role(got, _ME),
    "tokens": pats_wire.read_tokens,
    "made": subscriptions_wire.read_made,
}
_KEYS = st.sampled_from(
    [
        "value",
        "id",
        "name",
        "role",
        "descriptor",
        "authenticatedUser",
        "accessLevel",
        "patTokens",
        "validTo",
        "isActive",
    ]
)
_JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.just(_ID),
    lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner),
)


@pytest.mark.parametrize("name", _READERS)
@given(body=st.binary() | _JUNK.map(lambda value: json.dumps(value).encode()))
def test_junk_becomes_our_error_or_a_value(name: str, body: bytes) -> None:
    """Nothing else is ever raised."""
    with suppress(FeedwardenError):
        _READERS[name](Answer(200, {}, body))


@pytest.mark.parametrize("text", ["", "soon", "9999-99-99", "0001-01-01T00:00:00+23:00", "x" * 100])
def test_a_token_without_a_readable_end_is_our_error(text: str) -> None:
    """It might be about to end."""
    body = json.dumps({"patTokens": [{"displayName": "a", "validTo": text}]}).encode()
    with pytest.raises(FeedwardenError):
        pats_wire.read_tokens(Answer(200, {}, body))


def test_the_stranger_of_public_projects_is_nobody() -> None:
    """A credential that does not count is no identity."""
    user = {"id": _ID, "descriptor": "System:PublicAccess;aaaa"}
    with pytest.raises(FeedwardenError, match="nobody"):
        rest_wire.read_connection(Answer(200, {}, json.dumps({"authenticatedUser": user}).encode()))


def test_a_subscription_of_visual_studio_is_enough() -> None:
    """Its account licence is called none."""
    level = {
        "accountLicenseType": "none",
        "licensingSource": "msdn",
        "msdnLicenseType": "enterprise",
        "status": "active",
    }
    assert rest_wire.read_entitlement(Answer(200, {}, json.dumps({"accessLevel": level}).encode())).by_subscription


def test_rows_of_other_people_give_no_role() -> None:
    """Letter case makes no difference, whose row it is does."""
    rows = [
        {"role": "administrator", "identityDescriptor": "d;t\\other"},
        {"role": "Reader", "identityDescriptor": "D;T\\ME"},
        {"role": "administrator"},
        "junk",
    ]
    assert roles_wire.read_role(Answer(200, {}, json.dumps({"value": rows}).encode()), _ME) == "reader"
