"""The stage: people with their clients, an attacker, senders of deliveries, and a look into the register."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
from standardwebhooks import Webhook

from local.clients import NpmClient, PipClient
from local.demo.waiting import until
from local.plain_http import TRUST_NOBODY
from local.stack import GENERIC_SECRET, ORGANIZATION, SHARED_SECRET, Stack
from shared.adapters.register import Storage, StorageAddress, TableRegister
from shared.bootstrap import new_id
from shared.domain.audit import flaws, subject_of
from shared.domain.cases import Case, CaseEvent
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import FeedwardenError

PROJECT: Final = "Payments"
FEED: Final = "core"
OWNER, PUBLISHER, DEVELOPER = "sample-pat-owner", "sample-pat-publisher", "sample-pat-collaborator"


class Refused(FeedwardenError):
    """A request that a story makes was not answered as it must be."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One running stack, seen by everybody who plays a part; `folder` is where their clients keep their things."""

    stack: Stack
    folder: Path

    @property
    def _feed_address(self) -> str:
        return f"{self.stack.feeds_url}/{ORGANIZATION}/{PROJECT}/_packaging/{FEED}"

    def npm(self, who: str) -> NpmClient:
        """Return an npm that is configured for the feed, with somebody's token."""
        return NpmClient(self._home(f"npm-{who}"), f"{self._feed_address}/npm/registry/", token=who)

    def pip(self, who: str) -> PipClient:
        """Return a pip that is configured for the feed, with somebody's token."""
        address = self._feed_address
        return PipClient(self._home(f"pip-{who}"), f"{address}/pypi/simple/", f"{address}/pypi/upload/", token=who)

    def attacker_publishes(self, name: PackageName, version: str) -> str:
        """Publish on the public registry, as anybody can; return the version."""
        if name.ecosystem is Ecosystem.NPM:
            NpmClient(self._home("npm-attacker"), f"{self.stack.npm_url}/").publish(name.spelling, version)
        else:
            url = self.stack.pypi_url
            PipClient(self._home("pip-attacker"), f"{url}/simple/", f"{url}/legacy/").publish(name.spelling, version)
        return version

    def publishes(self, name: PackageName, version: str) -> str:
        """Publish to the feed with the real client; return the version."""
        client = self.npm(PUBLISHER) if name.ecosystem is Ecosystem.NPM else self.pip(PUBLISHER)
        client.publish(name.spelling, version)
        return version

    def publishes_quietly(self, name: PackageName, version: str) -> None:
        """Publish to the feed without a client, where the client is not what a test is about."""
        body = {"project": PROJECT, "feed": FEED, "protocol": name.ecosystem, "name": name.spelling}
        self._control("publish", {**body, "version": version})

    def feeds_answer_html(self, *, path: str) -> None:
        """Let the simulated Azure DevOps answer a sign-in page instead of JSON on these paths."""
        self._control("faults", {"path": path, "html": True, "times": None})

    def feeds_cannot_fetch(self, name: PackageName, version: str) -> str:
        """Let downloads of one version of a Python project fail, as where a feed's upstream is down; return it."""
        self._control("faults", {"path": f"*/pypi/download/{name.spelling}/{version}/*", "status": 503, "times": None})
        return version

    def feeds_are_well(self) -> None:
        """Let the simulated Azure DevOps answer as it should again."""
        httpx.delete(f"{self.stack.feeds_url}/_control/faults", trust_env=False, verify=TRUST_NOBODY).raise_for_status()

    def installs(self, name: PackageName) -> str:
        """Install from the feed with the real client, as a fresh machine; return the version that came."""
        client = self.npm(DEVELOPER) if name.ecosystem is Ecosystem.NPM else self.pip(DEVELOPER)
        return client.install(name.spelling)

    def comes_to_install(self, name: PackageName, wanted: str, *, within: timedelta) -> str:
        """Install again and again until that version comes; return the version that came last.

        A switch that was opened takes its time to have effect, like one that was closed.
        """
        came = ""

        def arrived() -> bool:
            nonlocal came
            came = self.installs(name)
            return came == wanted

        until(arrived, within=within)
        return came

    def opens_switch(self, name: PackageName) -> str:
        """Let a feed owner allow external versions; return the behavior."""
        self._rest("PATCH", self._switch_path(name), body={"versionsFromExternalUpstreams": "allowExternalVersions"})
        return self.switch(name)

    def switch(self, name: PackageName) -> str:
        """Return the upstreaming behavior."""
        answer = self._rest("GET", self._switch_path(name))
        return str(answer.json()["versionsFromExternalUpstreams"])

    def removes(self, name: PackageName, version: str) -> str:
        """Let a feed owner delete one version from the feed; return it."""
        part = "npm" if name.ecosystem is Ecosystem.NPM else "pypi/packages"
        self._rest("DELETE", f"{part}/{quote(name.spelling, safe='@')}/versions/{version}")
        return version

    def restarts(self, settings: Mapping[str, str]) -> None:
        """Let the app run on with settings that differ from the stack's."""
        self.stack.kill_app()
        self.stack.start_app(settings)

    def registries(self, *, within: timedelta) -> str:
        """Wait until all names of every registry are known; return `known`, or what readiness says instead."""
        told: dict[str, object] = {}

        def are_known() -> bool:
            nonlocal told
            answer = httpx.get(
                f"{self.stack.app_url}/api/health/ready", trust_env=False, timeout=30, verify=TRUST_NOBODY
            )
            told = answer.json()["dependencies"]["registries"]
            return told["ok"] is True

        return "known" if until(are_known, within=within) else str(told)

    def service_hook(self, *, project_id: str = "") -> int:
        """Deliver what Azure DevOps sends when a pipeline has finished; return the status."""
        body = {
            "id": str(uuid.uuid4()),
            "eventType": "build.complete",
            "publisherId": "tfs",
            "resource": {"status": "completed", "result": "succeeded"},
            "resourceVersion": "2.0",
            "resourceContainers": {"project": {"id": project_id or PROJECT}},
        }
        word = base64.b64encode(f"azure-devops:{SHARED_SECRET}".encode()).decode()
        return self._deliver("azure-devops", json.dumps(body), {"Authorization": f"Basic {word}"})

    def publish_job(self, name: PackageName, version: str) -> int:
        """Deliver what the end of a publish job sends; return the status."""
        now, delivery_id = datetime.now(UTC), str(uuid.uuid4())
        data = {"project": PROJECT, "feed": FEED, "ecosystem": name.ecosystem, "package": name.spelling}
        body = json.dumps(
            {"type": "package.published", "timestamp": now.isoformat(), "data": {**data, "version": version}}
        )
        signature = Webhook(GENERIC_SECRET).sign(delivery_id, now, body)
        signed = {"webhook-id": delivery_id, "webhook-timestamp": str(int(now.timestamp()))}
        return self._deliver("generic", body, {**signed, "webhook-signature": signature})

    def case(self, name: PackageName) -> Case | None:
        """Return what Feedwarden knows of a package in the feed."""
        return asyncio.run(self._case(name))

    def becomes(self, name: PackageName, told: Callable[[Case], str], wanted: str, *, within: timedelta) -> str:
        """Wait until something that a case tells is as wanted; return what it tells at the end."""
        seen = ""

        def settled() -> bool:
            nonlocal seen
            case = self.case(name)
            seen = "no case" if case is None else told(case)
            return seen == wanted

        until(settled, within=within)
        return seen

    def chain(self, name: PackageName) -> str:
        """Verify the audit chain of a case; return `sound`, or its flaws."""
        return "; ".join(asyncio.run(self._chain(name))) or "sound"

    def story(self, name: PackageName) -> list[CaseEvent]:
        """Return what happened to a case, in order."""
        return asyncio.run(self._story(name))

    async def _story(self, name: PackageName) -> list[CaseEvent]:
        async with _opened(self.stack.connection_string) as register:
            case = await _find(register, name)
            return [] if case is None else [e.kind async for e in register.events(case.feed, name)]

    async def _case(self, name: PackageName) -> Case | None:
        async with _opened(self.stack.connection_string) as register:
            return await _find(register, name)

    async def _chain(self, name: PackageName) -> tuple[str, ...]:
        async with _opened(self.stack.connection_string) as register:
            case = await _find(register, name)
            if case is None:
                return ("there is no case",)
            events = [event async for event in register.events(case.feed, name)]
            return flaws(subject_of(case.feed, name), events, sequence=case.sequence, head=case.head)

    def _switch_path(self, name: PackageName) -> str:
        return f"{name.ecosystem}/packages/{quote(name.spelling, safe='@/')}/upstreaming"

    def _rest(self, method: str, path: str, *, body: object = None) -> httpx.Response:
        base = f"{self.stack.feeds_url}/{ORGANIZATION}/{PROJECT}/_apis/packaging/feeds/{FEED}"
        answer = httpx.request(
            method,
            f"{base}/{path}?api-version=7.2-preview.1",
            json=body,
            auth=("", OWNER),
            trust_env=False,
            timeout=30,
            verify=TRUST_NOBODY,
        )
        if not answer.is_success:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer

    def _control(self, what: str, body: dict[str, object]) -> None:
        answer = httpx.post(
            f"{self.stack.feeds_url}/_control/{what}", json=body, trust_env=False, timeout=30, verify=TRUST_NOBODY
        )
        if not answer.is_success:
            raise Refused(f"the simulator's control {what}: {answer.status_code} {answer.text[:300]}")

    def _deliver(self, source: str, body: str, headers: dict[str, str]) -> int:
        address = f"{self.stack.app_url}/api/hooks/{source}"
        return httpx.post(
            address, content=body, headers=headers, trust_env=False, timeout=30, verify=TRUST_NOBODY
        ).status_code

    def _home(self, who: str) -> Path:
        home = self.folder / who
        home.mkdir(parents=True, exist_ok=True)
        return home


async def _find(register: TableRegister, name: PackageName) -> Case | None:
    # Other feeds may have a case of the same name: they could be served it from outside. A case whose feed could not
    # be read bears its id as its title.
    async for case in register.cases():
        if case.name == name and case.feed_title in {f"{PROJECT}/{FEED}", case.feed.feed_id}:
            return case
    return None


class _opened:  # noqa: N801  # reads as a verb where it is used
    """A register that is closed at the end of its block."""

    def __init__(self, connection: str) -> None:
        self._storage = Storage(StorageAddress(connection=connection))

    async def __aenter__(self) -> TableRegister:
        return TableRegister(self._storage, new_id=new_id)

    async def __aexit__(self, *_: object) -> None:
        await self._storage.close()
