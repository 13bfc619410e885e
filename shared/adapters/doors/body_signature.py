"""Signatures over nothing but the body: a keyed digest in hex, as GitHub, Artifactory and Nexus send it.

Such a signature is not dated and covers no header, so whoever saw one delivery can send it again. That
is no harm here: a delivery is a hint, and looking once more where somebody looked already costs little.
"""

from __future__ import annotations

import hmac
from typing import Literal

from shared.adapters.doors.shared_secret import SharedSecrets, as_bytes

type Digest = Literal["sha256", "sha1"]


def signed_by(secrets: SharedSecrets, body: bytes, *, presented: str, digest: Digest) -> bool:
    """Say whether one of the secrets made this signature of the body; letter case of the hex does not matter.

    Every secret is tried, so that time does not tell which one is the newest. SHA-1 is broken where
    somebody can choose two texts of one digest; in HMAC, where the key is secret, it still proves the sender.
    """
    given = as_bytes(presented).lower()
    expected = [hmac.new(secret, body, digest).hexdigest().encode("ascii") for secret in secrets.values]
    verdicts = [hmac.compare_digest(given, own) for own in expected]
    return any(verdicts)
