"""A stack with an advisory database, and a policy under which an owner may allow even what it calls malicious."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from local.azurite.node import ROOT
from local.processes import Child
from local.stack import Stack
from shared.domain.names import PackageName

_READY: Final = r"listening on (http://127\.0\.0\.1:\d+)"
_POLICY: Final = "version: 1\nmode: enforce\napprovals:\n  - known_malicious: retype-name\n"


class AdvisedStack(Stack):
    """The stack; its app asks the advisory database at an address."""

    def __init__(self, settings: Mapping[str, str], advisories_url: str) -> None:
        super().__init__(settings)
        self.advisories_url = advisories_url

    def start_app(self, extra_env: Mapping[str, str] | None = None) -> None:
        """Start the app, which may ask the database beside the registries that these tests use."""
        hosts = ",".join(urlsplit(url).netloc for url in (self.npm_url, self.pypi_url, self.advisories_url))
        super().start_app({"OSV_URL": self.advisories_url, "ALLOWED_REGISTRY_HOSTS": hosts, **(extra_env or {})})

    def call_malicious(self, name: PackageName) -> None:
        """Let the database call a public package malicious."""
        order = {"id": "MAL-2026-77", "ecosystem": name.ecosystem.value, "name": name.spelling}
        httpx.post(f"{self.advisories_url}/_control/add", json=order).raise_for_status()


@contextmanager
def run_advised(settings: Mapping[str, str], folder: Path) -> Iterator[AdvisedStack]:
    """Run the database and the stack; the folder keeps the policy and the database's log."""
    policy = folder / "policy.yaml"
    policy.write_text(_POLICY, encoding="utf-8")
    command = [sys.executable, "-m", "local.simulators.osv", "--port", "0"]
    database = Child.start(command, name="the simulator of advisories", log=folder / "advisories.log", cwd=ROOT)
    try:
        url = database.wait_for(_READY).group(1)
        with AdvisedStack({**settings, "POLICY_FILE": str(policy)}, url) as stack:
            yield stack
    finally:
        database.stop()
