"""Tests of the simulated advisory database."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.simulators.osv import new_database, osv_app
from tests.local.simulators.registries.told import Told, told

_ROOT = Path(__file__).parents[4]
_PAGE = (_ROOT / "docs" / "simulators.md").read_text("utf-8")


@pytest.fixture
async def osv() -> AsyncIterator[Told]:
    """Set up an empty database."""
    async with told(lambda clock: osv_app(new_database(clock))) as world:
        yield world


async def _ask(osv: Told, *queries: Any) -> httpx.Response:  # noqa: ANN401  # any JSON
    return await osv.http.post("/v1/querybatch", json={"queries": list(queries)})


def _query(name: str, ecosystem: str = "npm", **members: str) -> dict[str, Any]:
    return {"package": {"ecosystem": ecosystem, "name": name}, **members}


async def test_results_come_in_the_order_of_the_queries(osv: Told) -> None:
    """Ids and dates only; nothing is an empty object."""
    await osv.tell("add", id="MAL-2026-1", ecosystem="npm", name="acme", modified_at="2026-07-01T12:00:00+02:00")
    answer = await _ask(osv, _query("other"), _query("acme"))
    assert answer.json() == {"results": [{}, {"vulns": [{"id": "MAL-2026-1", "modified": "2026-07-01T10:00:00Z"}]}]}


async def test_a_result_goes_on_behind_its_token(osv: Told) -> None:
    """An empty page with a token begins where it stood."""
    for number in range(3):
        await osv.tell("add", id=f"MAL-{number}", ecosystem="npm", name="acme")
    await osv.tell("settings", page_size=2, empty_pages=1)
    (first,) = (await _ask(osv, _query("acme"))).json()["results"]
    assert "vulns" not in first
    (second,) = (await _ask(osv, _query("acme", page_token=first["next_page_token"]))).json()["results"]
    (third,) = (await _ask(osv, _query("acme", page_token=second["next_page_token"]))).json()["results"]
    ids = [[one["id"] for one in page["vulns"]] for page in (second, third)]
    assert (ids, "next_page_token" in third) == ([["MAL-0", "MAL-1"], ["MAL-2"]], False)


@pytest.mark.parametrize(
    ("spelling", "ecosystem", "found"),
    [
        ("Acme.Billing", "NuGet", True),
        ("acme.billing", "NuGet", False),
        ("Acme_Tool", "PyPI", True),
        ("acme-tool", "PyPI", True),
        ("acme-tool", "npm", False),
    ],
)
async def test_only_pypi_names_are_normalised(osv: Told, spelling: str, ecosystem: str, *, found: bool) -> None:
    """Everything else counts as it was published."""
    await osv.tell("add", id="MAL-1", ecosystem="NuGet", name="Acme.Billing")
    await osv.tell("add", id="MAL-2", ecosystem="PyPI", name="acme.tool")
    (result,) = (await _ask(osv, _query(spelling, ecosystem))).json()["results"]
    assert ("vulns" in result) is found


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (_query("acme", "NPM"), "invalid ecosystem"),
        (_query("acme", "pypi"), "invalid ecosystem"),
        ({"package": {"name": "acme"}}, "invalid ecosystem"),
        ({"package": {"ecosystem": "npm"}}, "invalid query"),
        (_query(""), "invalid query"),
        ({}, "invalid query"),
        (7, "invalid query"),
        (_query("acme", page_token="junk"), "invalid page token"),
    ],
)
async def test_one_malformed_query_fails_the_batch(osv: Told, bad: object, message: str) -> None:
    """Nothing is answered to the others."""
    answer = await _ask(osv, _query("acme"), bad)
    assert (answer.status_code, answer.json()) == (400, {"code": 3, "message": message})


async def test_a_batch_has_a_limit(osv: Told) -> None:
    """A thousand queries, and not one more; a body that is none is refused as well."""
    assert len((await _ask(osv, *[_query("acme")] * 1000)).json()["results"]) == 1000
    answer = await _ask(osv, *[_query("acme")] * 1001)
    assert (answer.status_code, answer.json()["message"]) == (400, "too many queries")
    assert (await osv.http.post("/v1/querybatch", content=b"{")).status_code == 400
    assert (await osv.http.post("/v1/querybatch", json=[])).status_code == 400


async def test_a_withdrawn_record_can_be_read_and_is_no_answer(osv: Told) -> None:
    """Its record says when it was withdrawn; an unknown one is not found."""
    await osv.tell("add", id="GHSA-aaaa-bbbb-cccc", ecosystem="npm", name="acme", versions=["9.0.0"], cwes=["CWE-506"])
    record = (await osv.http.get("/v1/vulns/GHSA-aaaa-bbbb-cccc")).json()
    assert "withdrawn" not in record
    assert record["affected"][0]["database_specific"]["cwes"][0]["cweId"] == "CWE-506"
    assert await osv.tell("withdraw", id="GHSA-aaaa-bbbb-cccc") == 204
    assert (await _ask(osv, _query("acme"))).json() == {"results": [{}]}
    assert (await osv.http.get("/v1/vulns/GHSA-aaaa-bbbb-cccc")).json()["withdrawn"] == "2026-08-01T10:00:00Z"
    missing = await osv.http.get("/v1/vulns/GHSA-0000-0000-0000")
    assert (missing.status_code, missing.json()["code"]) == (404, 5)


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("add", {"id": "MAL-1", "ecosystem": "pypi", "name": "acme"}),
        ("add", {"id": "MAL-1", "ecosystem": "npm"}),
        ("withdraw", {"id": "MAL-1"}),
        ("settings", {"page_size": 0}),
        ("settings", {"pages": 1}),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_told(osv: Told, action: str, order: dict[str, Any]) -> None:
    """A misspelt order would make a test pass for the wrong reason."""
    assert await osv.tell(action, **order) == 400


def test_it_is_documented() -> None:
    """Program, requests and orders."""
    section = _PAGE.partition("\n## Advisories\n")[2].partition("\n## ")[0]
    for words in ("local.simulators.osv", "/v1/querybatch", "/v1/vulns/{id}", "`add`", "`withdraw`", "`settings`"):
        assert words in section, words


def test_the_program_says_where_it_listens_and_stops_cleanly(tmp_path: Path) -> None:
    """The seed is played by then."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps([{"do": "add", "id": "MAL-1", "ecosystem": "npm", "name": "acme"}]))
    command = [sys.executable, "-m", "local.simulators.osv", "--port", "0", "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            match = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
            assert match is not None
            assert httpx.get(f"{match[1]}/v1/vulns/MAL-1", trust_env=False).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
