"""The settings there are: one environment variable a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


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
    Setting("AZURE_DEVOPS_IDENTITY_URL", "its identity service: who owns a feed", "https://vssps.dev.azure.com"),
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
    Setting("PUBLIC_BASE_URL", "address under which people reach this app, without a path, for the links in letters"),
    Setting(
        "APPROVAL_KEYS",
        'JSON: list of secrets that sign those links, newest first, each of 32 characters or more: `["…"]`; '
        "empty = owners cannot allow anything",
        secret=True,
    ),
    Setting("ENTRA_TENANT_ID", "id of the Entra tenant whose people may sign in and decide"),
    Setting(
        "AUDIT_DIGESTS_URL",
        "address of the blob container that the audit trail's daily digests are written to; empty = none are",
    ),
    Setting("CANARY_FEED", "feed of the canary, `project/feed` or `feed`, which holds nothing else; empty = no canary"),
    Setting(
        "CANARY_PACKAGE", "npm package of the canary, with `canary` in its name and a harmless public twin of yours"
    ),
    Setting("WATCH_SCHEDULE", "when change feeds are read, six-field NCRONTAB", default=None),
    Setting("SWEEP_SCHEDULE", "when every package of every feed is walked, six-field NCRONTAB", default=None),
)
