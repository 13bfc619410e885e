"""The settings as the program sees them: checked, frozen, and quiet about secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.names import PackageName
from shared.domain.policy import Mode


class Secret:
    """A text that hides itself: it shows only where `reveal` is called."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment said, checked. Addresses carry no trailing slash."""

    organization: str
    devops_url: str
    feeds_url: str
    packages_url: str
    identity_url: str
    pat: Secret | None
    client_id: str | None
    storage_connection: Secret | None
    storage_account: str | None
    policy_text: str | None
    mode: Mode
    hook_secrets: Mapping[str, tuple[Secret, ...]]
    contact: str
    allowed_registry_hosts: frozenset[str]
    sweep_schedule: str
    watch_schedule: str
    npm_replication_url: str
    npm_replication_of: str
    cargo_feed_url: str
    osv_url: str
    may_ask_by_name: bool
    teams_webhook_url: Secret | None
    smtp_url: Secret | None
    mail_from: str
    public_base_url: str
    audit_digests_url: str
    approval_keys: tuple[Secret, ...]
    entra_tenant_id: str
    canary_feed: str
    canary_package: PackageName | None

    @property
    def approvals_are_on(self) -> bool:
        """Say whether owners can decide: links can be signed, lead here, and it is known whose people may sign in."""
        return bool(self.approval_keys and self.public_base_url and self.entra_tenant_id)

    def plain_hook_secrets(self) -> dict[str, tuple[str, ...]]:
        """Return the secrets themselves, for the doors that compare them."""
        return {source: tuple(s.reveal() for s in secrets) for source, secrets in self.hook_secrets.items()}
