"""Signatures after Standard Webhooks 1.0.0, proven against a time that comes in as an argument.

The library's own `verify` reads the clock itself, rounds fractions of a second before it signs, and
lets ValueError out where a signature is no base64. So its `sign` is used, the one part that must
agree with every sender, and the rest is read here.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

from shared.adapters.doors.headers import needed_header
from shared.adapters.doors.shared_secret import as_bytes
from shared.errors import BadSignature, ConfigurationError

TOLERANCE: Final = timedelta(minutes=5)

_PREFIX: Final = "whsec_"
_SHORTEST_KEY, _LONGEST_KEY = 24, 64
# Seconds, written in the one way that the signature covers: no sign, no fraction, no leading zero.
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,10}")
_MOST_SIGNATURES: Final = 16


def _key(secret: str) -> bytes | None:
    text = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:  # not base64, or not even ASCII
        return None
    return key if _SHORTEST_KEY <= len(key) <= _LONGEST_KEY else None


def _sent_at(text: str) -> datetime:
    if not _SECONDS.fullmatch(text):
        raise BadSignature("webhook-timestamp is no whole number of seconds since 1970")
    return datetime.fromtimestamp(int(text), tz=UTC)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys that a sender may sign with, newest first; while they are rotated both are good."""

    webhooks: tuple[Webhook, ...] = field(repr=False)

    @classmethod
    def of(cls, secrets: tuple[str, ...]) -> SigningKeys:
        """Take the keys from the settings, written `whsec_` and base64, as senders show them.

        Raises:
            ConfigurationError: one is no base64 of 24 to 64 bytes.
        """
        keys = [_key(secret) for secret in secrets]
        problems = tuple(
            f"secret {place} is no base64 of {_SHORTEST_KEY} to {_LONGEST_KEY} bytes, as Standard Webhooks asks: "
            "make one with `openssl rand -base64 32`"
            for place, key in enumerate(keys, start=1)
            if key is None
        )
        if problems:
            raise ConfigurationError(problems)
        return cls(tuple(Webhook(key) for key in keys if key is not None))

    def verify(self, headers: Mapping[str, str], body: bytes, *, at: datetime) -> str:
        """Prove that a key of ours signed this body at about this time; return the id, which is signed too.

        Raises:
            BadSignature: it is not proven; one text for each way, none tells a key.
        """
        message_id = needed_header(headers, "webhook-id")
        sent_at = _sent_at(needed_header(headers, "webhook-timestamp"))
        presented = needed_header(headers, "webhook-signature").split()
        if len(presented) > _MOST_SIGNATURES:
            raise BadSignature("webhook-signature holds too many signatures")
        expected = self._signatures(message_id, sent_at, body)
        # Every pair is compared, so that time does not tell which key is the newest.
        verdicts = [hmac.compare_digest(as_bytes(one), own) for one in presented for own in expected]
        if not any(verdicts):
            raise BadSignature("no signature in webhook-signature was made with a key that this door knows")
        if abs(at - sent_at) > TOLERANCE:
            raise BadSignature("webhook-timestamp is more than 5 minutes off: a replay, or a clock that is wrong")
        return message_id

    def _signatures(self, message_id: str, sent_at: datetime, body: bytes) -> list[bytes]:
        try:
            text = body.decode("utf-8")
            return [hook.sign(message_id, sent_at, text).encode("ascii") for hook in self.webhooks]
        except UnicodeError as error:
            # The library signs texts, so nobody can have signed this; a lone surrogate in the id is the same.
            raise BadSignature("what was signed is not UTF-8") from error
