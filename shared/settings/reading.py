"""Reading the environment: every setting, then what only several of them together tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.domain.policy import Mode
from shared.errors import ConfigurationError
from shared.settings import formats, keys
from shared.settings.schedules import schedule
from shared.settings.table import SETTINGS
from shared.settings.values import Secret, Settings


@dataclass(slots=True)
class _Reader:
    """Reads variables one by one and collects what is wrong with them."""

    environment: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        setting = next(s for s in SETTINGS if s.name == name)
        value = self.environment.get(name, "").strip() or (setting.default or "")
        if not value and setting.default is None:
            self.problems.append(f"{name} is not set: {setting.purpose}")
        return value

    def parsed[T](self, name: str, parse: Callable[[str], T], fallback: T) -> T:
        """Parse one variable; its error becomes a problem that never shows the value of a secret."""
        value = self.text(name)
        if not value:
            return fallback
        try:
            return parse(value)
        except (ValueError, OSError) as error:
            self.problems.append(f"{name}: {error}")
            return fallback


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read all settings.

    Raises:
        ConfigurationError: with every problem, each saying what to do.
    """
    settings, problems = examine_settings(environment)
    if problems:
        raise ConfigurationError(problems)
    return settings


def examine_settings(environment: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings as far as they can be read, and every problem, each saying what to do."""
    read = _Reader(environment)
    connection = read.parsed("STORAGE_CONNECTION", formats.connection, "")
    account = read.text("STORAGE_CONNECTION__accountName")
    if not connection and not account and not read.problems:
        read.problems.append(
            "STORAGE_CONNECTION is not set: give a connection string, or STORAGE_CONNECTION__accountName"
        )
    settings = Settings(
        organization=read.parsed("AZURE_DEVOPS_ORGANIZATION", formats.organization, ""),
        devops_url=read.parsed("AZURE_DEVOPS_URL", formats.address, ""),
        feeds_url=read.parsed("AZURE_DEVOPS_FEEDS_URL", formats.address, ""),
        packages_url=read.parsed("AZURE_DEVOPS_PACKAGES_URL", formats.address, ""),
        identity_url=read.parsed("AZURE_DEVOPS_IDENTITY_URL", formats.address, ""),
        pat=_secret(read.text("AZURE_DEVOPS_PAT")),
        client_id=read.text("AZURE_CLIENT_ID") or None,
        storage_connection=_secret(connection),
        storage_account=account or None,
        policy_text=read.parsed("POLICY_FILE", formats.file, None),
        mode=read.parsed("MODE", formats.mode, Mode.AUDIT),
        hook_secrets=read.parsed("HOOK_SECRETS", keys.hook_secrets, {}),
        contact=read.parsed("CONTACT", formats.contact, ""),
        allowed_registry_hosts=read.parsed("ALLOWED_REGISTRY_HOSTS", formats.hosts, frozenset()),
        sweep_schedule=read.parsed("SWEEP_SCHEDULE", schedule, ""),
        watch_schedule=read.parsed("WATCH_SCHEDULE", schedule, ""),
        npm_replication_url=read.parsed("NPM_REPLICATION_URL", formats.address, ""),
        npm_replication_of=read.parsed("NPM_REPLICATION_OF", formats.address, ""),
        cargo_feed_url=read.parsed("CARGO_FEED_URL", formats.address, ""),
        osv_url=read.parsed("OSV_URL", formats.address, ""),
        may_ask_by_name=read.parsed("DISCLOSE_NAMES", formats.may_ask_by_name, fallback=False),
        teams_webhook_url=_secret(read.parsed("TEAMS_WEBHOOK_URL", formats.webhook, "")),
        smtp_url=_secret(read.parsed("SMTP_URL", formats.mail_server, "")),
        mail_from=read.parsed("MAIL_FROM", formats.mail_sender, ""),
        public_base_url=read.parsed("PUBLIC_BASE_URL", formats.public_address, ""),
        audit_digests_url=read.parsed("AUDIT_DIGESTS_URL", formats.container, ""),
        approval_keys=read.parsed("APPROVAL_KEYS", keys.approval_keys, ()),
        entra_tenant_id=read.parsed("ENTRA_TENANT_ID", formats.tenant, ""),
        canary_feed=read.parsed("CANARY_FEED", formats.feed_title, ""),
        canary_package=read.parsed("CANARY_PACKAGE", formats.canary_name, None),
    )
    return settings, (*read.problems, *_missing_companions(read))


# What one setting needs beside it, and what to do about it.
_COMPANIONS: Final = (
    ("SMTP_URL", "MAIL_FROM", "a sender, such as feedwarden@contoso.example"),
    (
        "APPROVAL_KEYS",
        "PUBLIC_BASE_URL",
        "the address that links begin with, such as https://feedwarden.contoso.example",
    ),
    ("APPROVAL_KEYS", "ENTRA_TENANT_ID", "the id of the tenant whose people decide: Entra's overview page shows it"),
    ("CANARY_FEED", "CANARY_PACKAGE", "the npm package that is exercised in it"),
    ("CANARY_PACKAGE", "CANARY_FEED", "the feed that holds nothing but that package"),
)


def _missing_companions(read: _Reader) -> Iterator[str]:
    for name, needed, what in _COMPANIONS:
        if read.text(name) and not read.text(needed):
            yield f"{needed} is not set: {name} needs {what}"


def _secret(text: str) -> Secret | None:
    return Secret(text) if text else None
