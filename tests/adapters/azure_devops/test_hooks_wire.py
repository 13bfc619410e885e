"""The list of subscriptions: read whatever of it is there, and never taken for healthy where it does not say so."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.azure_devops.hooks_wire import list_subscriptions, read_subscriptions
from shared.domain.subscriptions import Subscription, SubscriptionList, SubscriptionStatus
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import HOSTS, PROJECT_ID, answer, listed

_ID = "5f7c1bd2-0b5c-4f0a-8a6e-0d1f2a3b4c5d"
_URL = "https://guard.example.test/api/hooks/azure-devops"


def _row(**changes: object) -> dict[str, Any]:
    return {
        "id": _ID,
        "status": "enabled",
        "publisherId": "tfs",
        "eventType": "build.complete",
        "consumerId": "webHooks",
        "consumerActionId": "httpRequest",
        "probationRetries": 0,
        "publisherInputs": {"projectId": PROJECT_ID, "buildStatus": ""},
        "consumerInputs": {"url": _URL, "basicAuthPassword": "********"},
    } | changes


def test_all_webhooks_of_the_organization_are_asked_for_at_once() -> None:
    """Without a project."""
    request = list_subscriptions(HOSTS, "acme")
    assert (request.method, request.url) == ("GET", "https://devops.example.test/acme/_apis/hooks/subscriptions")
    assert request.params == {"consumerId": "webHooks", "api-version": "7.1"}


def test_a_subscription_is_read() -> None:
    """Ids in small letters, so that they compare."""
    (read,) = read_subscriptions(answer(listed(_row(id=_ID.upper()))))
    assert read == Subscription(_ID, "build.complete", PROJECT_ID, _URL, SubscriptionStatus.ENABLED)


@pytest.mark.parametrize("status", [one for one in SubscriptionStatus if one is not SubscriptionStatus.UNKNOWN])
def test_every_documented_status_is_known(status: SubscriptionStatus) -> None:
    """In any letter case."""
    for text in (status.value, status.value.upper()):
        (read,) = read_subscriptions(answer(listed(_row(status=text))))
        assert read.status is status


@pytest.mark.parametrize("status", ["", "paused", "enabled ", None, 1, True, {}, ["enabled"], "e" * 200])
def test_any_other_status_is_unknown(status: object) -> None:
    """Above all not enabled."""
    (read,) = read_subscriptions(answer(listed(_row(status=status))))
    assert read.status is SubscriptionStatus.UNKNOWN


def test_members_may_be_missing() -> None:
    """All but the id."""
    (read,) = read_subscriptions(answer(listed({"id": _ID})))
    assert read == Subscription(_ID, "", "", "", SubscriptionStatus.UNKNOWN)


@pytest.mark.parametrize(
    "value", [None, [], "x", {"projectId": None, "url": 7}, {"projectId": "a\nb", "url": "x\u2028"}]
)
def test_what_cannot_be_shown_is_as_good_as_missing(value: object) -> None:
    """It ends in letters."""
    (read,) = read_subscriptions(answer(listed(_row(publisherInputs=value, consumerInputs=value, eventType=value))))
    assert (read.project_id, read.url) == ("", "")
    assert read.event_type.isprintable()


def test_other_consumers_are_left_out() -> None:
    """Whatever the filter of the service made of it."""
    rows = listed(_row(consumerId="azureStorageQueue"), _row(id="other", consumerId="WEBHOOKS"))
    assert [one.subscription_id for one in read_subscriptions(answer(rows))] == ["other"]


@pytest.mark.parametrize("consumer", ["", None, 7, "x\n", "x" * 200])
def test_a_consumer_that_cannot_be_read_is_the_one_that_was_asked_for(consumer: object) -> None:
    """Left out, it would pass for gone."""
    assert len(read_subscriptions(answer(listed(_row(consumerId=consumer)))).subscriptions) == 1


@pytest.mark.parametrize("row", [{}, {"id": 7}, {"id": ""}, {"id": "a b"}, {"id": "x" * 200}, None, "x"])
def test_a_row_without_an_id_hides_no_other(row: object) -> None:
    """But where no row can be read, that is no answer."""
    read = read_subscriptions(answer({"value": [row, _row()]}))
    assert (len(read.subscriptions), read.unreadable) == (1, 1)
    with pytest.raises(UnexpectedAnswer):
        read_subscriptions(answer({"value": [row]}))


@pytest.mark.parametrize("body", [{}, [], {"value": None}, {"value": {}}, {"count": 0}])
def test_no_list_is_no_answer(body: object) -> None:
    """An empty list is one."""
    with pytest.raises(UnexpectedAnswer):
        read_subscriptions(answer(body))
    assert read_subscriptions(answer({"count": 0, "value": []})) == SubscriptionList(())
