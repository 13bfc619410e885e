"""The door for Azure DevOps service hooks.

Azure DevOps signs nothing: it sends a basic password or a header of our choice, both set in the
subscription. No event tells of packages, so each delivery is a hint to look at its project's feeds.
Nothing but the sender and the id is insisted on, because a refusal puts the whole subscription on
probation, and what else is missing only widens the hint.

Source: https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.adapters.doors.body import read_object, text_at
from shared.adapters.doors.headers import header
from shared.adapters.doors.shared_secret import SharedSecrets, header_bytes
from shared.domain.hints import Hint
from shared.errors import BadSignature, UntrustedInput

SECRET_HEADER: Final = "X-Feedwarden-Secret"  # noqa: S105  # a header's name, no secret

_NO_PROJECT: Final = "00000000-0000-0000-0000-000000000000"
# Where the project's id stands; the last two in events whose containers were left out.
_PROJECT_PATHS: Final = (
    ("resourceContainers", "project", "id"),
    ("resource", "project", "id"),
    ("resource", "repository", "project", "id"),
)
_LONGEST_ID: Final = 100


def _basic_password(value: str) -> Iterator[bytes]:
    scheme, _, credentials = value.partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        user_and_password = base64.b64decode(credentials.strip(" "), validate=True)
    except (ValueError, binascii.Error):  # ValueError: not ASCII
        return
    _, colon, password = user_and_password.partition(b":")
    if colon:
        yield password
        yield password.decode("latin-1").encode("utf-8")  # a sender that writes Latin-1


def _presented(headers: Mapping[str, str]) -> Iterator[bytes]:
    authorization, own = header(headers, "Authorization"), header(headers, SECRET_HEADER)
    if authorization is not None:
        yield from _basic_password(authorization)
    if own is not None:
        yield from header_bytes(own)


def _project(envelope: Mapping[str, object]) -> str | None:
    found = {text.lower() for path in _PROJECT_PATHS if (text := text_at(envelope, *path))} - {_NO_PROJECT}
    # Two different projects: only the organization is certain.
    return found.pop() if len(found) == 1 else None


def _delivery_id(envelope: Mapping[str, object]) -> str:
    event_id, subscription = text_at(envelope, "id"), text_at(envelope, "subscriptionId")
    if event_id is None or len(event_id) > _LONGEST_ID:
        raise UntrustedInput("the body has no usable id: nothing would tell a repeat from a new event")
    # Two subscriptions may send the same event; a retry keeps both ids.
    return event_id if subscription is None else f"{event_id}:{subscription[:_LONGEST_ID]}"


@dataclass(frozen=True, slots=True)
class AzureDevOpsDoor:
    """Lets in who presents a shared secret, as a basic password (of any user name) or as a header."""

    secrets: SharedSecrets

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Return the hint; nothing of the delivery is dated, so `at` proves nothing here.

        Raises:
            BadSignature: no secret of ours was presented.
            UntrustedInput: the body is no JSON object with an id.
        """
        del at
        if not self.secrets.admit(_presented(headers)):
            raise BadSignature("the delivery carries no secret that this door knows")
        envelope = read_object(body)
        return Hint(
            delivery_id=_delivery_id(envelope),
            event=text_at(envelope, "eventType") or "unknown",
            project=_project(envelope),
        )


def azure_devops_door(secrets: tuple[str, ...]) -> AzureDevOpsDoor:
    """Build the door from its secrets, newest first. Raises ConfigurationError."""
    return AzureDevOpsDoor(SharedSecrets.of(secrets))
