"""Our client and Microsoft's own, side by side: they must see the same feeds, packages, versions and switches."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from tests.adapters.azure_devops.simulated import GUARD_TOKEN, Simulated

_PROGRAM = "tests.adapters.azure_devops.official_view"


async def _official_view(acme: Simulated, cache: Path, *more: str) -> dict[str, Any]:
    """Run Microsoft's client in a process and a cache of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _PROGRAM,
        f"{acme.url}/acme",
        GUARD_TOKEN,
        *more,
        env=os.environ | {"AZURE_DEVOPS_CACHE_DIR": str(cache), "NO_PROXY": "127.0.0.1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaints = await asyncio.wait_for(process.communicate(), timeout=90)
    assert process.returncode == 0, complaints.decode(errors="replace")
    view: dict[str, Any] = json.loads(told)
    return view


async def _our_view(acme: Simulated, feed: Feed) -> dict[str, Any]:
    """Put what we see into the shape of the other view, as far as we look."""
    page = await acme.feeds.packages(feed, skip=0)
    changes = await acme.feeds.package_changes(feed, token=None)
    versions = {row.package_id: await acme.feeds.versions(feed, row) for row in page.packages}
    npm = [row.name for row in page.packages if str(row.name).startswith("npm:") and row.name.npm_scope is None]
    return {
        "name": feed.name,
        "project": feed.project_name,
        "sources": {source.source_id: source.name for source in feed.upstreams},
        "packages": {str(row.name): row.package_id for row in page.packages},
        "versions": {
            package_id: {row.version: (row.deleted, row.published_at) for row in rows}
            for package_id, rows in versions.items()
        },
        "behaviors": {name.spelling: await _behavior(acme, feed, name) for name in npm},
        "changed": sorted({row.name.spelling for row in changes.packages}),
        "token": int(changes.token),
    }


async def _behavior(acme: Simulated, feed: Feed, name: PackageName) -> str:
    return (await acme.feeds.get_upstreaming_behavior(feed, name)).value


def _without_universal(view: dict[str, Any]) -> dict[str, Any]:
    """Leave out what we pass over, and reduce versions to what both tell."""
    guarded = {name: package_id for name, package_id in view["packages"].items() if not name.startswith("upack:")}
    return view | {
        "packages": guarded,
        "versions": {
            package_id: {
                version: (row["deleted"], datetime.fromisoformat(row["published"]))
                for version, row in view["versions"][package_id].items()
            }
            for package_id in guarded.values()
        },
        "changed": [name for name in view["changed"] if name != "assets"],
    }


async def test_both_clients_see_the_same(acme: Simulated, tmp_path: Path) -> None:
    """Feeds, sources, packages, versions with their moments, changes and tokens; a switch that the other opened."""
    official = await _official_view(acme, tmp_path, "billing")
    ours = {feed.ref.feed_id: await _our_view(acme, feed) for feed in await acme.feeds.feeds() if feed.enabled}
    assert ours == {feed_id: _without_universal(view) for feed_id, view in official.items()}
    core = await acme.feed()
    assert ours[core.ref.feed_id]["behaviors"]["billing"] == UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS.value


async def test_the_other_client_sees_what_we_set(acme: Simulated, tmp_path: Path) -> None:
    """In the very words of the wire."""
    shared = await acme.feed("shared")
    (package,) = (await acme.feeds.packages(shared, skip=0)).packages
    await acme.feeds.allow_external_versions(shared, package.name)
    official = await _official_view(acme, tmp_path)
    assert official[shared.ref.feed_id]["behaviors"] == {"billing": "allowExternalVersions"}
