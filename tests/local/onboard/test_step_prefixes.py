"""Prefixes of names: claimed by us, by others, or nobody tells; nothing is asked that must not be."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.onboard import prefixes_wire
from local.onboard.prefixes_wire import Held
from shared.adapters.outbound.messages import Answer
from shared.errors import FeedwardenError
from tests.local.onboard.town import Town

_STEPS = ("feeds", "name prefixes")


class _Registries:
    """npm's and NuGet's search in one, and what was asked of them."""

    def __init__(self) -> None:
        self.npm: list[dict[str, Any]] = []
        self.nuget: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.status = 200

    async def search_npm(self, request: Request) -> Response:
        """Answer npm's search."""
        self.asked.append(request.url.query)
        return JSONResponse({"objects": [{"package": one} for one in self.npm], "total": 0}, self.status)

    async def index(self, request: Request) -> Response:
        """Answer NuGet's service index."""
        base = str(request.base_url).rstrip("/")
        kinds = {"PackageBaseAddress/3.0.0": f"{base}/flat", "SearchQueryService": f"{base}/query"}
        resources = [{"@id": address, "@type": kind} for kind, address in kinds.items()]
        return JSONResponse({"version": "3.0.0", "resources": resources}, self.status)

    async def search_nuget(self, request: Request) -> Response:
        """Answer NuGet's search."""
        self.asked.append(request.url.query)
        return JSONResponse({"data": self.nuget})

    def app(self) -> Starlette:
        """Return both in one app."""
        routes = [("/-/v1/search", self.search_npm), ("/v3/index.json", self.index), ("/query", self.search_nuget)]
        return Starlette(routes=[Route(path, handler) for path, handler in routes])


def _published(*accounts: str) -> list[dict[str, Any]]:
    return [{"name": "@acme/public", "publisher": {"username": account}} for account in accounts]


async def _told(town: Town, registries: _Registries, tmp_path: Path, policy: str = "") -> list[dict[str, str]]:
    async with town.street.serving(registries.app()) as url:
        town.environment |= {"DISCLOSE_NAMES": "where-needed", "ALLOWED_REGISTRY_HOSTS": url.removeprefix("http://")}
        if policy:
            (tmp_path / "policy.yaml").write_text(policy, encoding="utf-8")
            town.environment["POLICY_FILE"] = str(tmp_path / "policy.yaml")
        sources = {"npm": f"{url}/", "nuget": f"{url}/v3/index.json"}
        for protocol, location in sources.items():
            source = {"name": protocol, "protocol": protocol, "location": location}
            await town.control("upstream", project="Payments", feed="core", source=source)
        told = await town.run(steps=_STEPS)
    return [one for one in told.of("name prefixes") if "Acme." in one["seen"] or "@acme" in one["seen"]]


_OURS = "version: 1\nours: {publishers: {npm: [acme-bot], nuget: [acme]}, prefixes: {nuget: [Acme.]}}\n"


@pytest.mark.parametrize(
    ("packages", "policy", "state"),
    [
        ([], _OURS, "not known"),
        (_published("acme-bot"), _OURS, "ok"),
        (_published("acme-bot", "mallory"), _OURS, "missing"),
        (_published("mallory"), "", "not known"),
        ([{"name": "@acme/public"}], _OURS, "missing"),
        ([{"name": "@other/public", "publisher": {"username": "acme-bot"}}], _OURS, "not known"),
    ],
)
async def test_an_npm_scope_is_judged(
    town: Town,
    tmp_path: Path,
    packages: list[dict[str, Any]],
    policy: str,
    state: str,
) -> None:
    """By who published under it; an empty one tells nothing."""
    registries = _Registries()
    registries.npm = packages
    told = [one for one in await _told(town, registries, tmp_path, policy) if "@acme" in one["seen"]]
    assert [one["state"] for one in told] == [state]


@pytest.mark.parametrize(
    ("packages", "state"),
    [
        ([], "not known"),
        ([{"id": "Acme.Public", "owners": ["acme"], "verified": True}], "ok"),
        ([{"id": "Acme.Public", "owners": "acme", "verified": False}], "missing"),
        ([{"id": "Acme.Public", "owners": ["mallory"], "verified": True}], "missing"),
        ([{"id": "AcmeX", "owners": ["acme"], "verified": True}], "not known"),
    ],
)
async def test_a_nuget_prefix_is_judged(
    town: Town,
    tmp_path: Path,
    packages: list[dict[str, Any]],
    state: str,
) -> None:
    """By the mark that the registry gives to what is reserved."""
    registries = _Registries()
    registries.nuget = packages
    told = [one for one in await _told(town, registries, tmp_path, _OURS) if "Acme." in one["seen"]]
    assert [one["state"] for one in told] == [state]


async def test_only_prefixes_are_asked_about(town: Town, tmp_path: Path) -> None:
    """No whole internal name leaves this machine."""
    registries = _Registries()
    await _told(town, registries, tmp_path)
    assert registries.asked
    for name in ("ledger", "acme-billing", "acme-tools"):
        assert not any(name in query for query in registries.asked)


async def test_with_never_nothing_is_asked(town: Town) -> None:
    """And that is said."""
    registries = _Registries()
    async with town.street.serving(registries.app()) as url:
        town.environment["ALLOWED_REGISTRY_HOSTS"] = url.removeprefix("http://")
        source = {"name": "npm", "protocol": "npm", "location": f"{url}/"}
        await town.control("upstream", project="Payments", feed="core", source=source)
        told = await town.run(steps=_STEPS)
    assert registries.asked == []
    assert any("DISCLOSE_NAMES is `never`" in one["seen"] for one in told.of("name prefixes"))


@pytest.mark.parametrize("name", ["DISCLOSE_NAMES", "POLICY_FILE"])
async def test_a_wrong_setting_is_told_as_such(town: Town, name: str) -> None:
    """It is not `never`, and not a policy file that names no prefix."""
    town.environment[name] = "sometimes"
    told = (await town.run(steps=_STEPS)).of("name prefixes")
    assert [one["state"] for one in told if f"wrong: {name}" in one["seen"]] == ["not known"]


async def test_a_registry_in_trouble_is_not_known(town: Town, tmp_path: Path) -> None:
    """Whatever it answers in place of an answer."""
    registries = _Registries()
    registries.status = 503
    told = await _told(town, registries, tmp_path, _OURS)
    assert {one["state"] for one in told} == {"not known"}


async def test_what_nobody_can_own_is_told(town: Town) -> None:
    """Each with a number, none with a name."""
    told = (await town.run(steps=_STEPS)).of("name prefixes")
    seen = " ".join(one["seen"] for one in told)
    assert {one["state"] for one in told} == {"skipped"}
    assert "pypi: 1 internal names" in seen
    assert "npm: 1 internal names without a scope" in seen
    assert "test.acme" in seen


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["objects", "package", "data", "id", "name"]), inner)
    ),
)


@given(body=st.binary() | _JUNK.map(lambda value: json.dumps(value).encode()), status=st.sampled_from([200, 404, 500]))
def test_junk_becomes_our_error_or_packages(body: bytes, status: int) -> None:
    """Whatever a registry sends."""
    answer = Answer(status, {}, body)
    for read, prefix in ((prefixes_wire.read_scope, "@a"), (prefixes_wire.read_ids, "A.")):
        with suppress(FeedwardenError):
            assert all(isinstance(one, Held) for one in read(answer, prefix))
    with pytest.raises(FeedwardenError):
        prefixes_wire.search_ids(answer, "A.")
