"""The door for Sonatype Nexus Repository: components created, updated or deleted there.

Nexus signs the body alone, with HMAC-SHA1, so the event's kind and the delivery's id are the sender's
word only. Neither can do harm: a wrong kind is a hint more or less, and the sweep finds what no hint told.

Source: https://help.sonatype.com/en/example-headers-and-payloads.html
    and https://help.sonatype.com/en/working-with-hmac-payloads.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from shared.adapters.doors.body import is_clean, read_object, text_at
from shared.adapters.doors.body_signature import signed_by
from shared.adapters.doors.delivery_ids import id_of_body, usable_id
from shared.adapters.doors.headers import header, needed_header
from shared.adapters.doors.published import Dialect
from shared.adapters.doors.shared_secret import SharedSecrets
from shared.domain.ecosystems import Ecosystem
from shared.domain.hints import Hint
from shared.errors import BadSignature

SIGNATURE_HEADER: Final = "X-Nexus-Webhook-Signature"

# Assets are the files of a component, and each comes with an event of its own that tells nothing more.
_WATCHED: Final = "rm:repository:component"


def _npm_name(component: object) -> str | None:
    name, group = text_at(component, "name"), text_at(component, "group")
    return name if name is None or group is None else f"@{group.removeprefix('@')}/{name}"


def _maven_name(component: object) -> str | None:
    name, group = text_at(component, "name"), text_at(component, "group")
    return None if name is None or group is None else f"{group}:{name}"


def _plain_name(component: object) -> str | None:
    return text_at(component, "name")


_DIALECT: Final = Dialect(
    kinds=MappingProxyType(
        {
            "npm": Ecosystem.NPM,
            "pypi": Ecosystem.PYPI,
            "nuget": Ecosystem.NUGET,
            "maven2": Ecosystem.MAVEN,
            "cargo": Ecosystem.CARGO,
        }
    ),
    spell=MappingProxyType(
        {
            Ecosystem.NPM: _npm_name,
            Ecosystem.PYPI: _plain_name,
            Ecosystem.NUGET: _plain_name,
            Ecosystem.MAVEN: _maven_name,
            Ecosystem.CARGO: _plain_name,
        }
    ),
)


def _hint(delivery_id: str, kind: str | None, payload: Mapping[str, object]) -> Hint:
    word = kind if kind is not None and is_clean(kind) else "unknown"
    if kind is not None and kind != _WATCHED:
        return Hint(delivery_id, word, watched=False)
    action, component = text_at(payload, "action"), payload.get("component")
    return _DIALECT.hint(
        delivery_id,
        word if action is None else f"{word}.{action.lower()}",
        package=component,
        kinds=(text_at(component, "format"),),
        version=text_at(component, "version"),
    )


@dataclass(frozen=True, slots=True)
class NexusDoor:
    """Lets in who signed the body with a secret that this door knows."""

    secrets: SharedSecrets

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Return the hint; its id is `X-Nexus-Webhook-Delivery`, else made of the body and of the hour of `at`.

        Raises:
            BadSignature: signed with no secret of ours, or not at all.
            UntrustedInput: the body is no JSON object.
        """
        presented = needed_header(headers, SIGNATURE_HEADER)
        if not signed_by(self.secrets, body, presented=presented, digest="sha1"):
            raise BadSignature(f"{SIGNATURE_HEADER} was not made with a secret that this door knows")
        payload = read_object(body)
        delivery_id = usable_id(header(headers, "X-Nexus-Webhook-Delivery")) or id_of_body(body, at=at)
        return _hint(delivery_id, header(headers, "X-Nexus-Webhook-Id"), payload)


def nexus_door(secrets: tuple[str, ...]) -> NexusDoor:
    """Build the door from its secrets, newest first. Raises ConfigurationError."""
    return NexusDoor(SharedSecrets.of(secrets))
