"""The door for GitHub: packages published on GitHub Packages.

GitHub signs the body alone, so the event's kind and the delivery's id are the sender's word only. Neither
can do harm: a wrong kind is a hint more or less, and the sweep finds what no hint told.

Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    and https://docs.github.com/en/webhooks/webhook-events-and-payloads#registry_package
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from shared.adapters.doors.body import is_clean, read_object, text_at
from shared.adapters.doors.body_signature import signed_by
from shared.adapters.doors.delivery_ids import usable_id
from shared.adapters.doors.headers import header, needed_header
from shared.adapters.doors.published import Dialect
from shared.adapters.doors.shared_secret import SharedSecrets
from shared.domain.ecosystems import Ecosystem
from shared.domain.hints import Hint
from shared.errors import BadSignature, UntrustedInput

SIGNATURE_HEADER: Final = "X-Hub-Signature-256"

_PREFIX: Final = "sha256="
_FORM: Final = "application/x-www-form-urlencoded"
# The two events of GitHub Packages, and the member of the body that tells of the package.
_WATCHED: Final = ("registry_package", "package")


def _npm_name(package: object) -> str | None:
    name = text_at(package, "name")
    owner = text_at(package, "namespace") or text_at(package, "owner", "login")
    if name is None or name.startswith("@"):
        return name
    # GitHub writes the bare name; the scope is the owner, who may be spelt in capitals where a scope may not.
    return None if owner is None else f"@{owner.partition('/')[0].lower()}/{name}"


def _plain_name(package: object) -> str | None:
    return text_at(package, "name")


_DIALECT: Final = Dialect(
    kinds=MappingProxyType({"npm": Ecosystem.NPM, "nuget": Ecosystem.NUGET, "maven": Ecosystem.MAVEN}),
    # No Maven: `com.contoso.core.client` is group and artifact joined by a dot, and nothing says where the one ends.
    spell=MappingProxyType({Ecosystem.NPM: _npm_name, Ecosystem.NUGET: _plain_name}),
)


def _read_payload(headers: Mapping[str, str], body: bytes) -> Mapping[str, object]:
    # GitHub's own default, and its `ping` is the moment to tell.
    if (header(headers, "Content-Type") or "").lower().startswith(_FORM):
        raise UntrustedInput("the body is a form: set the webhook's content type to application/json")
    return read_object(body)


def _hint(delivery_id: str, kind: str | None, payload: Mapping[str, object]) -> Hint:
    word = kind if kind is not None and is_clean(kind) else "unknown"
    if kind is not None and kind not in _WATCHED:
        return Hint(delivery_id, word, watched=False)
    action = text_at(payload, "action")
    package = next((payload[member] for member in _WATCHED if member in payload), None)
    return _DIALECT.hint(
        delivery_id,
        word if action is None else f"{word}.{action}",
        package=package,
        kinds=(text_at(package, "package_type"), text_at(package, "ecosystem")),
        version=text_at(package, "package_version", "version"),
    )


@dataclass(frozen=True, slots=True)
class GitHubDoor:
    """Lets in who signed the body with a secret that this door knows; `X-GitHub-Delivery` is the delivery's id."""

    secrets: SharedSecrets

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Return the hint; nothing of the delivery is dated, so `at` proves nothing here.

        Raises:
            BadSignature: signed with no secret of ours, or not at all.
            UntrustedInput: no id, or the body is no JSON object.
        """
        del at
        presented = needed_header(headers, SIGNATURE_HEADER)
        signature = presented.removeprefix(_PREFIX)
        if signature == presented or not signed_by(self.secrets, body, presented=signature, digest="sha256"):
            raise BadSignature(f"{SIGNATURE_HEADER} was not made with a secret that this door knows")
        delivery_id = usable_id(header(headers, "X-GitHub-Delivery"))
        if delivery_id is None:
            raise UntrustedInput("X-GitHub-Delivery is no usable id: nothing would tell a repeat from a new event")
        payload = _read_payload(headers, body)
        return _hint(delivery_id, header(headers, "X-GitHub-Event"), payload)


def github_door(secrets: tuple[str, ...]) -> GitHubDoor:
    """Build the door from its secrets, newest first. Raises ConfigurationError."""
    return GitHubDoor(SharedSecrets.of(secrets))
