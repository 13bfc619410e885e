"""Settings: read once from the environment, all problems reported at once, secrets print as ***."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from shared.domain.policy import Mode
from shared.errors import ConfigurationError


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
class Setting:
    """One environment variable: what it is for, its default (None = must be set), whether it is secret."""

    name: str
    purpose: str
    default: str | None = ""
    secret: bool = False


# The one list: README's table, local.settings.sample.json and the deployment are compared with it.
SETTINGS: Final = (
    Setting("AZURE_DEVOPS_ORGANIZATION", "name of the organization, as in its address", default=None),
    Setting("AZURE_DEVOPS_URL", "Azure DevOps itself", "https://dev.azure.com"),
    Setting("AZURE_DEVOPS_FEEDS_URL", "its feeds service", "https://feeds.dev.azure.com"),
    Setting("AZURE_DEVOPS_PACKAGES_URL", "its packages service", "https://pkgs.dev.azure.com"),
    Setting(
        "AZURE_DEVOPS_IDENTITY_URL", "its identity service, for the coming approvals", "https://vssps.dev.azure.com"
    ),
    Setting("AZURE_DEVOPS_PAT", "personal access token; empty = managed identity", secret=True),
    Setting("AZURE_CLIENT_ID", "client id of a user-assigned managed identity; empty = system-assigned"),
    Setting("STORAGE_CONNECTION", "connection string of the storage account; empty = managed identity", secret=True),
    Setting("STORAGE_CONNECTION__accountName", "storage account, where no connection string is given"),
    Setting("POLICY_FILE", "path of the policy file; empty = MODE for everything"),
    Setting("MODE", "`audit` reports, `enforce` acts, wherever the policy file does not say", "audit"),
    Setting(
        "HOOK_SECRETS", 'JSON: source → list of secrets, newest first: `{"generic": ["whsec_…"]}`', "{}", secret=True
    ),
    Setting("CONTACT", "mail or web address in the User-Agent that registries see"),
    Setting("ALLOWED_REGISTRY_HOSTS", "host:port, … that may be asked although they are not public https"),
    Setting(
        "NPM_REPLICATION_URL",
        "change feed and list of names of the public npm registry; empty = npm is asked for each name",
    ),
    Setting(
        "NPM_REPLICATION_OF",
        "location of the npm registry that it replicates; empty = the only one when it was first used",
    ),
    Setting(
        "CARGO_FEED_URL", "RSS of new crates of the public Cargo registry; empty = new crates are found by rounds only"
    ),
    Setting("OSV_URL", "advisory database with the OSV interface; empty = not asked whether a twin is known malware"),
    Setting(
        "DISCLOSE_NAMES",
        "`where-needed` asks registries that give no list of their names about internal names; `never` does not, "
        "and those packages are not judged",
        "where-needed",
    ),
    Setting(
        "TEAMS_WEBHOOK_URL",
        "address of the Teams workflow that posts our cards; empty = nothing is posted",
        secret=True,
    ),
    Setting(
        "SMTP_URL",
        "mail server: `smtp://user:password@host:587` (STARTTLS is required) or `smtps://…:465`; empty = no mails",
        secret=True,
    ),
    Setting("MAIL_FROM", "sender of our mails, such as `Feedwarden <feedwarden@contoso.example>`"),
    Setting("PUBLIC_BASE_URL", "address under which people reach this app, for the links of the coming approvals"),
    Setting("WATCH_SCHEDULE", "when change feeds are read, six-field NCRONTAB", default=None),
    Setting("SWEEP_SCHEDULE", "when every package of every feed is walked, six-field NCRONTAB", default=None),
)


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

    def plain_hook_secrets(self) -> dict[str, tuple[str, ...]]:
        """Return the secrets themselves, for the doors that compare them."""
        return {source: tuple(s.reveal() for s in secrets) for source, secrets in self.hook_secrets.items()}


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
    connection = read.parsed("STORAGE_CONNECTION", _connection, "")
    account = read.text("STORAGE_CONNECTION__accountName")
    if not connection and not account and not read.problems:
        read.problems.append(
            "STORAGE_CONNECTION is not set: give a connection string, or STORAGE_CONNECTION__accountName"
        )
    settings = Settings(
        organization=read.parsed("AZURE_DEVOPS_ORGANIZATION", _organization, ""),
        devops_url=read.parsed("AZURE_DEVOPS_URL", _address, ""),
        feeds_url=read.parsed("AZURE_DEVOPS_FEEDS_URL", _address, ""),
        packages_url=read.parsed("AZURE_DEVOPS_PACKAGES_URL", _address, ""),
        identity_url=read.parsed("AZURE_DEVOPS_IDENTITY_URL", _address, ""),
        pat=_secret(read.text("AZURE_DEVOPS_PAT")),
        client_id=read.text("AZURE_CLIENT_ID") or None,
        storage_connection=_secret(connection),
        storage_account=account or None,
        policy_text=read.parsed("POLICY_FILE", _file, None),
        mode=read.parsed("MODE", _mode, Mode.AUDIT),
        hook_secrets=read.parsed("HOOK_SECRETS", _hook_secrets, {}),
        contact=read.parsed("CONTACT", _contact, ""),
        allowed_registry_hosts=read.parsed("ALLOWED_REGISTRY_HOSTS", _hosts, frozenset()),
        sweep_schedule=read.parsed("SWEEP_SCHEDULE", _schedule, ""),
        watch_schedule=read.parsed("WATCH_SCHEDULE", _schedule, ""),
        npm_replication_url=read.parsed("NPM_REPLICATION_URL", _address, ""),
        npm_replication_of=read.parsed("NPM_REPLICATION_OF", _address, ""),
        cargo_feed_url=read.parsed("CARGO_FEED_URL", _address, ""),
        osv_url=read.parsed("OSV_URL", _address, ""),
        may_ask_by_name=read.parsed("DISCLOSE_NAMES", _may_ask_by_name, fallback=False),
        teams_webhook_url=_secret(read.parsed("TEAMS_WEBHOOK_URL", _webhook, "")),
        smtp_url=_secret(read.parsed("SMTP_URL", _mail_server, "")),
        mail_from=read.parsed("MAIL_FROM", _mail_sender, ""),
        public_base_url=read.parsed("PUBLIC_BASE_URL", _address, ""),
    )
    if read.text("SMTP_URL") and not read.text("MAIL_FROM"):
        read.problems.append("MAIL_FROM is not set: SMTP_URL needs a sender, such as feedwarden@contoso.example")
    return settings, tuple(read.problems)


def _secret(text: str) -> Secret | None:
    return Secret(text) if text else None


def _connection(text: str) -> str:
    # The storage library would find out with the first delivery only.
    if "=" not in text:
        raise ValueError("this is no connection string: copy the storage account's, of the form Name=value;Name=value")
    return text


def _organization(text: str) -> str:
    # The name becomes a segment of addresses that carry the credential.
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", text):
        raise ValueError("write only the organization's name: `contoso` of https://dev.azure.com/contoso")
    return text.lower()


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise ValueError("write an address such as https://dev.azure.com, without user name or query")
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme == "http" and not loopback:
        raise ValueError("use https: the credential would travel in the open")
    return text.rstrip("/")


def _mode(text: str) -> Mode:
    try:
        return Mode(text.lower())
    except ValueError:
        raise ValueError(f"{text[:20]!r} is neither `audit` nor `enforce`") from None


def _may_ask_by_name(text: str) -> bool:
    words = {"where-needed": True, "never": False}
    if text.lower() not in words:
        raise ValueError(f"{text[:20]!r} is neither `where-needed` nor `never`")
    return words[text.lower()]


def _file(text: str) -> str | None:
    path = Path(text)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read {text}: {error.__class__.__name__}; give the path of a UTF-8 file") from error


def _hook_secrets(text: str) -> dict[str, tuple[Secret, ...]]:
    # No text here quotes what it stumbled over: a secret may stand anywhere, also where a source belongs.
    from shared.adapters.doors import SOURCES  # noqa: PLC0415  # nothing of an adapter is loaded at import

    advice = 'write JSON such as {"azure-devops": ["newest", "older"]}'
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"not readable: {advice}") from None
    if not isinstance(rows, dict):
        raise ValueError(advice)  # noqa: TRY004  # one class of error for all that is wrong with the text
    read: dict[str, tuple[Secret, ...]] = {}
    for place, (source, secrets) in enumerate(rows.items(), start=1):
        # The doors refuse what is no source, together with all that they find; they see its place only.
        name = source if source in SOURCES else f"(entry {place})"
        if not isinstance(secrets, list) or not all(isinstance(s, str) and s for s in secrets):
            raise ValueError(f"{name}: give a list of secrets that are not empty: {advice}")
        read[name] = tuple(Secret(s) for s in secrets)
    return read


def _webhook(text: str) -> str:
    from shared.adapters.notices.teams import check_webhook  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return check_webhook(text)


def _mail_server(text: str) -> str:
    from shared.adapters.notices.smtp_address import SmtpAddress  # noqa: PLC0415  # the same

    SmtpAddress.of(text)
    return text


def _mail_sender(text: str) -> str:
    from shared.adapters.notices.smtp_address import MailSender  # noqa: PLC0415  # the same

    MailSender.of(text)
    return text


def _contact(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError("write one line of ASCII, such as mailto:security@contoso.example")
    return text


def _hosts(text: str) -> frozenset[str]:
    hosts = [part.strip().lower() for part in text.split(",") if part.strip()]
    for host in hosts:
        name, colon, port = host.rpartition(":")
        if not name or not colon or not port.isdigit():
            raise ValueError(f"{host[:60]!r} is not host:port; an IPv6 address goes in brackets")
    return frozenset(hosts)


_MONTHS: Final = "january february march april may june july august september october november december"
_WEEKDAYS: Final = "sunday monday tuesday wednesday thursday friday saturday"

# Field, least and greatest value, names that may stand for values.
# Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
_FIELDS_OF_A_SCHEDULE: Final = (
    ("second", 0, 59, ""),
    ("minute", 0, 59, ""),
    ("hour", 0, 23, ""),
    ("day", 1, 31, ""),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 6, _WEEKDAYS),
)
_SHORTEST_NAME: Final = 3


def _schedule(text: str) -> str:
    """Check a six-field NCRONTAB: the platform would tell of a bad one in its log only, and never call us."""
    fields = text.split()
    if len(fields) != len(_FIELDS_OF_A_SCHEDULE):
        raise ValueError(
            f"{text[:40]!r} is not six fields (second minute hour day month weekday), such as 0 0 */6 * * *"
        )
    for written, (field_name, least, greatest, names) in zip(fields, _FIELDS_OF_A_SCHEDULE, strict=True):
        if not all(_fits(part, least, greatest, names.split()) for part in written.split(",")):
            allowed = f"{least} to {greatest}{', names' if names else ''}, * and lists, ranges, steps of them"
            raise ValueError(f"{field_name}: {written[:40]!r} is not made of {allowed}, such as 0 0 */6 * * *")
    return text


def _fits(part: str, least: int, greatest: int, names: list[str]) -> bool:
    match = re.fullmatch(r"(?:\*|([0-9]{1,2}|[A-Za-z]+)(?:-([0-9]{1,2}|[A-Za-z]+))?)(?:/0*[1-9][0-9]?)?", part)
    return match is not None and all(_is_value(value, least, greatest, names) for value in match.groups() if value)


def _is_value(text: str, least: int, greatest: int, names: list[str]) -> bool:
    if text.isdecimal():
        return least <= int(text) <= greatest
    return len(text) >= _SHORTEST_NAME and any(name.startswith(text.lower()) for name in names)
