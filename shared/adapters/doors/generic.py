"""The door for everybody else: Standard Webhooks, and a body of our own that a publish job can send with curl."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.adapters.doors.body import is_clean
from shared.adapters.doors.signature import SigningKeys
from shared.domain.hints import Hint
from shared.errors import UntrustedInput

_LONGEST_ID: Final = 200


@dataclass(frozen=True, slots=True)
class GenericDoor:
    """Lets in who signs with a key that this door knows; `webhook-id` is the delivery's id."""

    keys: SigningKeys

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Return the hint.

        Raises:
            BadSignature: signed with no key of ours, or more than 5 minutes before or after `at`.
            UntrustedInput: the body does not fit, or names an ecosystem or a package that cannot be.
        """
        delivery_id = self.keys.verify(headers, body, at=at)
        if len(delivery_id) > _LONGEST_ID or not is_clean(delivery_id):
            raise UntrustedInput(f"webhook-id is longer than {_LONGEST_ID} characters, or not printable")
        from shared.adapters.doors.generic_body import read_hint  # noqa: PLC0415  # what checks it costs cold start

        return read_hint(delivery_id, body)


def generic_door(secrets: tuple[str, ...]) -> GenericDoor:
    """Build the door from its secrets, newest first. Raises ConfigurationError."""
    return GenericDoor(SigningKeys.of(secrets))
