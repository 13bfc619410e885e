"""Wiring: configuration is read whole, adapters are made on first use, and nothing is loaded before."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from shared import bootstrap
from shared.adapters.azure_devops.client import AzureDevOpsFeeds
from shared.adapters.azure_devops.owners import AzureDevOpsOwners
from shared.adapters.azure_devops.publisher import AzureDevOpsPublisher
from shared.adapters.doors import SOURCES
from shared.adapters.links import SignedLinks
from shared.adapters.register import TableRegister
from shared.application.canary import Canary
from shared.application.canary_leftover import Leftover
from shared.application.canary_row import Accepted
from shared.bootstrap.world import world_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.letter_rules import Outlet
from shared.domain.policy import Mode
from shared.errors import ConfigurationError

ROOT = Path(__file__).parent.parent
GOOD = {
    "AZURE_DEVOPS_ORGANIZATION": "contoso",
    "AZURE_DEVOPS_PAT": "sample-pat",
    "STORAGE_CONNECTION": "UseDevelopmentStorage=true",
    "SWEEP_SCHEDULE": "0 0 */6 * * *",
    "WATCH_SCHEDULE": "0 * * * * *",
}


async def test_the_app_is_built_of_real_adapters() -> None:
    """Everything fits together; nothing is asked of anybody yet."""
    app = bootstrap.build(bootstrap.read_configuration(GOOD))
    assert isinstance(app.checker.service, AzureDevOpsFeeds)
    assert isinstance(app.checker.register, TableRegister)
    assert {Ecosystem.NPM, Ecosystem.PYPI} <= set(app.checker.gatherer.lookup.registries)
    assert set(app.intake.doors) == set(SOURCES)


async def test_identities_serve_where_no_secret_is_given() -> None:
    """Managed identity for Azure DevOps and for storage."""
    environment = {
        **GOOD,
        "AZURE_DEVOPS_PAT": "",
        "STORAGE_CONNECTION": "",
        "STORAGE_CONNECTION__accountName": "contosoguard",
        "AZURE_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
    }
    app = bootstrap.build(bootstrap.read_configuration(environment))
    assert isinstance(app.checker.service, AzureDevOpsFeeds)


async def test_letters_go_by_the_ways_that_are_configured() -> None:
    """None by default: then notices stand in the log only."""
    assert not bootstrap.build(bootstrap.read_configuration(GOOD)).messenger.outlets.channels
    ways = {
        "SMTP_URL": "smtp://127.0.0.1:2525",
        "MAIL_FROM": "feedwarden@contoso.example",
        "TEAMS_WEBHOOK_URL": "http://127.0.0.1:9/hook?sig=sample",
    }
    app = bootstrap.build(bootstrap.read_configuration({**GOOD, **ways}))
    assert list(app.messenger.outlets.channels) == list(Outlet)
    assert isinstance(app.messenger.owners, AzureDevOpsOwners)
    assert app.readiness.outlets is app.messenger.outlets


APPROVALS = {
    "PUBLIC_BASE_URL": "https://feedwarden.contoso.example.test",
    "APPROVAL_KEYS": '["sample-key-of-thirty-two-characters"]',
    "ENTRA_TENANT_ID": "00000000-0000-0000-0000-0000000ac3e0",
}


async def test_links_are_made_where_owners_may_decide() -> None:
    """Off by default; on where all three settings are there."""
    assert world_of(bootstrap.read_configuration(GOOD)).links is None
    links = world_of(bootstrap.read_configuration({**GOOD, **APPROVALS})).links
    assert isinstance(links, SignedLinks)
    address = links.to_requests_of(FeedRef("contoso", None, "feed-1"))
    assert address.startswith("https://feedwarden.contoso.example.test/api/approvals/")
    assert links.max_age == timedelta(days=7)


async def test_links_live_as_long_as_the_request_that_waits_longest(tmp_path: Path) -> None:
    """A request that waits for a month needs a link that does; the default holds where no rule speaks."""
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\napprovals: [{feed: a, link_days: 1}, {feed: b, link_days: 30}]\n")
    links = world_of(bootstrap.read_configuration({**GOOD, **APPROVALS, "POLICY_FILE": str(file)})).links
    assert isinstance(links, SignedLinks)
    assert links.max_age == timedelta(days=30)
    file.write_text("version: 1\napprovals: [{feed: a, link_days: 1}]\n")
    links = world_of(bootstrap.read_configuration({**GOOD, **APPROVALS, "POLICY_FILE": str(file)})).links
    assert isinstance(links, SignedLinks)
    assert links.max_age == timedelta(days=7)


async def test_a_canary_is_made_where_it_is_configured() -> None:
    """Of the shared parts, and readiness tells of it; without settings, what was left behind is ended."""
    without = bootstrap.build(bootstrap.read_configuration(GOOD))
    assert isinstance(without.canary, Leftover)
    assert without.readiness.canary is None
    assert without.checker.spreader.accepted == Accepted(without.canary.cursors, None)
    canary = {"CANARY_FEED": "guard/canary", "CANARY_PACKAGE": "contoso-canary"}
    app = bootstrap.build(bootstrap.read_configuration({**GOOD, **canary}))
    assert isinstance(app.canary, Canary)
    assert isinstance(app.canary.publisher, AzureDevOpsPublisher)
    assert app.checker.spreader.accepted == Accepted(app.canary.cursors, app.canary.gate.name)
    assert app.readiness.canary is not None


def test_the_policy_file_rules(tmp_path: Path) -> None:
    """MODE is what holds where the file does not say."""
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\nmode: enforce\n")
    assert bootstrap.read_configuration(GOOD).policy.default.mode is Mode.AUDIT
    assert bootstrap.read_configuration({**GOOD, "POLICY_FILE": str(file)}).policy.default.mode is Mode.ENFORCE


def test_problems_of_every_kind_come_together(tmp_path: Path) -> None:
    """Policy and secrets in one error."""
    file = tmp_path / "policy.yaml"
    file.write_text("version: 7\ncolour: red\n")
    environment = {
        **GOOD,
        "MODE": "yolo",
        "POLICY_FILE": str(file),
        "HOOK_SECRETS": '{"generic": ["short"], "nobody": ["x"]}',
    }
    with pytest.raises(ConfigurationError) as caught:
        bootstrap.read_configuration(environment)
    told = "\n".join(caught.value.problems)
    assert all(word in told for word in ("MODE", "version", "colour", "HOOK_SECRETS"))


@pytest.mark.parametrize("address", ["https://x.example/#y", "https://x.example:99999"])
def test_an_address_that_no_client_can_use_stops_the_start(address: str) -> None:
    """Rather than the first delivery."""
    with pytest.raises(ConfigurationError, match="address"):
        bootstrap.read_configuration({**GOOD, "AZURE_DEVOPS_URL": address})


async def test_the_app_of_a_process_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every trigger shares it; time and ids are the platform's."""
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    bootstrap.app.cache_clear()
    assert bootstrap.app() is bootstrap.app()
    bootstrap.app.cache_clear()
    assert bootstrap.now().tzinfo is not None
    assert bootstrap.new_id() != bootstrap.new_id()


def test_indexing_loads_nothing_heavy() -> None:
    """A cold start pays for the platform's own packages only: the rest is loaded with its first use."""
    heavy = ("httpx", "aiohttp", "azure.identity", "azure.data.tables", "azure.storage.queue", "yaml")
    code = f"import sys, function_app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=GOOD, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
