"""The door for JFrog Artifactory: artifacts deployed, moved, copied or deleted there.

Where the webhook's box "use secret for payload signing" is ticked, the header carries a signature of the
body; else the secret itself. Both stand in the same header and nothing tells which, so both are tried.
The event names a repository and a path in it, which say neither ecosystem nor package for certain: the
hint is the organization.

Source: https://docs.jfrog.com/administration/docs/event-types
    and https://jfrog.com/help/r/jfrog-platform-administration-documentation/webhooks
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.adapters.doors.body import read_object, text_at
from shared.adapters.doors.body_signature import signed_by
from shared.adapters.doors.delivery_ids import id_of_body
from shared.adapters.doors.headers import needed_header
from shared.adapters.doors.shared_secret import SharedSecrets, header_bytes
from shared.domain.hints import Hint
from shared.errors import BadSignature

AUTH_HEADER: Final = "X-JFrog-Event-Auth"

_WATCHED_DOMAIN: Final = "artifact"
# Artifactory fetched it from elsewhere for somebody: nothing was published.
_NOT_PUBLISHED: Final = "cached"


def _is_watched(domain: str | None, event_type: str | None) -> bool:
    # What is not said may be anything, so it is a hint.
    return domain in {None, _WATCHED_DOMAIN} and event_type != _NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class ArtifactoryDoor:
    """Lets in who presents a shared secret, or signed the body with one."""

    secrets: SharedSecrets

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Return the hint; its id is made of the body, because JFrog sends none, and of the hour of `at`.

        Raises:
            BadSignature: neither a secret of ours nor a signature made with one.
            UntrustedInput: the body is no JSON object.
        """
        presented = needed_header(headers, AUTH_HEADER)
        verdicts = (
            self.secrets.admit(header_bytes(presented)),
            signed_by(self.secrets, body, presented=presented, digest="sha256"),
        )
        if not any(verdicts):
            raise BadSignature(f"{AUTH_HEADER} is neither a secret that this door knows nor a signature made with one")
        payload = read_object(body)
        domain, event_type = text_at(payload, "domain"), text_at(payload, "event_type")
        return Hint(
            delivery_id=id_of_body(body, at=at),
            event=".".join(word for word in (domain, event_type) if word is not None) or "unknown",
            watched=_is_watched(domain, event_type),
        )


def artifactory_door(secrets: tuple[str, ...]) -> ArtifactoryDoor:
    """Build the door from its secrets, newest first. Raises ConfigurationError."""
    return ArtifactoryDoor(SharedSecrets.of(secrets))
