"""The app's settings for a stack: the simulators' addresses, and samples where production has secrets."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from shared.settings import SETTINGS

ORGANIZATION: Final = "acme"
"""The organization in the simulator's sample seed."""
_PAT: Final = "sample-pat-feedwarden"
SHARED_SECRET: Final = "sample-shared-secret"  # noqa: S105  # plainly a sample
"""What a publish job's `curl` presents to the door `azure-devops`."""
GENERIC_SECRET: Final = "whsec_" + base64.b64encode(b"sample secret of 32 plain bytes!").decode()
"""What the senders of `generic` deliveries sign with, in the form of Standard Webhooks."""
APPROVAL_KEY: Final = "sample-approval-key-of-thirty-two-characters-or-more"
"""What signs the links in letters."""
TENANT: Final = "00000000-0000-0000-0000-0000000ac3e0"
"""The Entra tenant of the people in the simulator's sample seed."""
PERSONAS_FILE: Final = Path(__file__).with_name("personas.json")
"""Who can sign in: people of the simulator's sample seed, and a namesake from another tenant."""


def app_settings(  # noqa: PLR0913  # one address a part of the stack; all are keyword-only
    *,
    devops_url: str,
    registry_urls: Sequence[str],
    connection_string: str,
    cargo_url: str = "",
    public_url: str = "",
    smtp_url: str = "",
    teams_url: str = "",
) -> dict[str, str]:
    """Return the app's settings; every setting that is not used is empty, so that no other source fills it.

    The first of the registries is npm's; `cargo_url` empty = there is none whose new crates are followed; `public_url`
    empty = approvals are off; `smtp_url` and `teams_url` empty = no letters that way.
    """
    return (
        dict.fromkeys((setting.name for setting in SETTINGS), "")
        | {
            "AZURE_DEVOPS_ORGANIZATION": ORGANIZATION,
            "AZURE_DEVOPS_URL": devops_url,
            "AZURE_DEVOPS_FEEDS_URL": devops_url,
            "AZURE_DEVOPS_PACKAGES_URL": devops_url,
            "AZURE_DEVOPS_IDENTITY_URL": devops_url,
            "AZURE_DEVOPS_PAT": _PAT,
            "STORAGE_CONNECTION": connection_string,
            "HOOK_SECRETS": json.dumps({"azure-devops": [SHARED_SECRET], "generic": [GENERIC_SECRET]}),
            "ALLOWED_REGISTRY_HOSTS": ",".join(urlsplit(url).netloc for url in registry_urls),
            "MODE": "enforce",
            "SWEEP_SCHEDULE": "0 */1 * * * *",
            "NPM_REPLICATION_URL": f"{registry_urls[0]}/-/replication",
            "NPM_REPLICATION_OF": registry_urls[0],
            "CARGO_FEED_URL": f"{cargo_url}/rss/crates.xml" if cargo_url else "",
            "WATCH_SCHEDULE": "*/10 * * * * *",
            "TEAMS_WEBHOOK_URL": teams_url,
            "SMTP_URL": smtp_url,
            "MAIL_FROM": "Feedwarden <feedwarden@acme.test>" if smtp_url else "",
            "CONTACT": "mailto:security@contoso.example.test",
        }
        | _approval_settings(public_url)
    )


def _approval_settings(public_url: str) -> dict[str, str]:
    if not public_url:
        return {}
    return {
        "PUBLIC_BASE_URL": public_url,
        "APPROVAL_KEYS": json.dumps([APPROVAL_KEY]),
        "ENTRA_TENANT_ID": TENANT,
    }


def environment(inherited: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return a part's environment: ours, with the settings, and none of the app's settings that we happen to have."""
    ours = {setting.name for setting in SETTINGS}
    return {name: value for name, value in inherited.items() if name not in ours} | dict(settings)
