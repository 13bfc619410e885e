"""Asking an advisory database: pages, records, and everything that makes the answer unknown."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.advisories import NoAdvisories, advisories
from shared.adapters.advisories.osv import MOST_PAGES, MOST_RECORDS
from shared.adapters.outbound.messages import Answer
from shared.domain.advisories import NOT_ASKED, Advisories, AdvisoryState
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import AddressRefused, FeedwardenError, UpstreamUnavailable
from tests.adapters.advisories.scripted import ADDRESS, NAME, NOW, Script, ask, document, page

_UNKNOWN: Final = Advisories(AdvisoryState.UNKNOWN, asked_at=NOW)
_NONE: Final = Advisories(AdvisoryState.NONE_KNOWN, asked_at=NOW)
_GHSA: Final = "GHSA-aaaa-bbbb-cccc"
_TROUBLE: Final = UpstreamUnavailable("no answer in time", service="advisory database")


def _malicious(*ids: str) -> Advisories:
    return Advisories(AdvisoryState.MALICIOUS, ids, NOW)


def _record(weaknesses: Any, advisory: str = _GHSA, **members: Any) -> Answer:  # noqa: ANN401  # any JSON
    return document({"id": advisory, "database_specific": {"cwe_ids": weaknesses}, **members})


async def test_nobody_is_asked_where_no_database_is_configured() -> None:
    """And nobody learns the name."""
    script = Script([])
    source = advisories(script, address="", clock=lambda: NOW)
    assert isinstance(source, NoAdvisories)
    assert await source.ask(NAME) == NOT_ASKED
    assert script.asked == []


@pytest.mark.parametrize(
    ("ecosystem", "spelling", "word", "name"),
    [
        (Ecosystem.NPM, "@acme/Billing", "npm", "@acme/Billing"),
        (Ecosystem.PYPI, "Acme_Billing", "PyPI", "Acme_Billing"),
        (Ecosystem.NUGET, "Acme.Billing", "NuGet", "Acme.Billing"),
        (Ecosystem.MAVEN, "com.acme:billing", "Maven", "com.acme:billing"),
        (Ecosystem.CARGO, "acme-billing", ".".join(["crates", "io"]), "acme-billing"),  # noqa: FLY002  # also a host's name
    ],
)
async def test_one_query_in_the_words_of_the_database(
    ecosystem: Ecosystem, spelling: str, word: str, name: str
) -> None:
    """The spelling given is asked, since only PyPI's names are normalised there."""
    told, script = await ask(page(), name=PackageName.of(ecosystem, spelling))
    (request,) = script.asked
    assert told == _NONE
    assert (request.method, request.url) == ("POST", f"{ADDRESS}/v1/querybatch")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body or b"") == {"queries": [{"package": {"ecosystem": word, "name": name}}]}


@pytest.mark.parametrize("nothing", [{}, {"vulns": []}, {"next_page_token": ""}, {"next_page_token": None}])
async def test_nothing_without_a_token_is_none_known(nothing: dict[str, Any]) -> None:
    """The only answer that says so."""
    assert (await ask(document({"results": [nothing]})))[0] == _NONE


async def test_an_empty_page_with_a_token_is_not_clean() -> None:
    """The server may stop before it began; the same token may come twice."""
    told, script = await ask(page(token="t"), page(token="t"), page("MAL-2026-2", token="u"), page("MAL-2026-1"))
    assert told == _malicious("MAL-2026-1", "MAL-2026-2")
    tokens = [json.loads(request.body or b"")["queries"][0].get("page_token") for request in script.asked]
    assert tokens == [None, "t", "t", "u"]


async def test_pages_without_end_are_unknown() -> None:
    """Unless one of them said enough."""
    assert (await ask(*[page(token="t")] * MOST_PAGES))[0] == _UNKNOWN
    assert (await ask(*[page("MAL-1", token="t")] * MOST_PAGES))[0] == _malicious("MAL-1")


async def test_ordinary_advisories_are_no_malice() -> None:
    """Only kinds of records that may tell of it are read whole."""
    told, script = await ask(page("PYSEC-2026-1", "RUSTSEC-2026-0001", "CVE-2026-1", "GHSA-short"))
    assert (told, script.paths) == (_NONE, ["/v1/querybatch"])


@pytest.mark.parametrize(
    "record",
    [
        _record(["CWE-79", "CWE-506"]),
        _record([], affected=[{"database_specific": {"cwes": [{"cweId": "CWE-506"}]}}]),
        _record([], affected=[1, {"database_specific": {"cwes": [None, {"cweId": "CWE-506"}]}}]),
        _record(["CWE-506"], withdrawn=None),
    ],
)
async def test_a_record_about_malicious_code_is_malicious(record: Answer) -> None:
    """In either shape of naming the weakness."""
    told, script = await ask(page(_GHSA), record)
    assert told == _malicious(_GHSA)
    assert (script.asked[1].method, script.paths[1]) == ("GET", f"/v1/vulns/{_GHSA}")


@pytest.mark.parametrize(
    "record",
    [
        _record(["CWE-79"]),
        _record("CWE-506"),
        _record(None, database_specific=None),
        _record(["CWE-506"], withdrawn="2026-08-01T00:00:00Z"),
    ],
)
async def test_other_and_withdrawn_records_are_not(record: Answer) -> None:
    """What says something else, and what was taken back."""
    assert (await ask(page(_GHSA), record))[0] == _NONE


async def test_only_the_latest_records_are_read() -> None:
    """What changed last first, and what has no date before it: a long list costs few calls, and is not cleared."""
    ids = [f"GHSA-aaaa-bbbb-000{place}" for place in range(MOST_RECORDS + 2)]
    undated = {"id": "GHSA-aaaa-bbbb-zzzz"}
    first = json.loads(page(*ids).body)
    first["results"][0]["vulns"].append(undated)
    latest = ["GHSA-aaaa-bbbb-zzzz", *reversed(ids)][:MOST_RECORDS]
    told, script = await ask(document(first), *[_record([], one) for one in latest])
    assert told == _UNKNOWN
    assert script.paths[1:] == [f"/v1/vulns/{one}" for one in latest]


async def test_as_many_records_as_are_read_can_be_cleared() -> None:
    """One that is told twice counts once."""
    ids = [f"GHSA-aaaa-bbbb-000{place}" for place in range(MOST_RECORDS)]
    told, _ = await ask(page(*ids, token="t"), page(*ids), *[_record([], one) for one in reversed(ids)])
    assert told == _NONE


async def test_one_of_the_records_that_are_read_is_enough() -> None:
    """The others cannot take it back."""
    ids = [f"GHSA-aaaa-bbbb-000{place}" for place in range(MOST_RECORDS + 2)]
    latest = list(reversed(ids))[:MOST_RECORDS]
    told, _ = await ask(page(*ids), *[_record(["CWE-506"] if one == latest[-1] else [], one) for one in latest])
    assert told == _malicious(latest[-1])


async def test_where_an_id_says_enough_no_record_is_read() -> None:
    """They would change nothing."""
    told, script = await ask(page(_GHSA, "MAL-2026-1"))
    assert (told, len(script.asked)) == (_malicious("MAL-2026-1"), 1)


@pytest.mark.parametrize(
    "trouble",
    [
        _TROUBLE,
        AddressRefused("not on the public internet"),
        document({"results": [{}]}, 429),
        document({"results": [{}]}, 500),
        document({"results": [{}]}, 404),
        document({"code": 3, "message": "invalid ecosystem"}, 400),
        Answer(200, {}, b"<html>"),
        document([]),
        document({}),
        document({"results": []}),
        document({"results": [{}, {}]}),
        document({"results": [None]}),
        document({"results": [{"vulns": None}]}),
        document({"results": [{"vulns": {}}]}),
        document({"results": [{"vulns": [None]}]}),
        document({"results": [{"vulns": [{}]}]}),
        document({"results": [{"vulns": [{"id": "../x"}]}]}),
        document({"results": [{"vulns": [{"id": "M" * 101}]}]}),
        document({"results": [{"next_page_token": 7}]}),
        document({"results": [{"next_page_token": "t" * 4097}]}),
    ],
)
async def test_every_failure_is_unknown(trouble: Answer | FeedwardenError, caplog: pytest.LogCaptureFixture) -> None:
    """On the first page and on a later one; the log says why."""
    assert (await ask(trouble))[0] == _UNKNOWN
    assert (await ask(page(_GHSA, token="t"), trouble))[0] == _UNKNOWN
    assert caplog.messages[0].startswith("advisories not known package=npm:@acme/billing reason=")


@pytest.mark.parametrize("trouble", [_TROUBLE, document({}, 404), _record([], "GHSA-other"), document({"id": 7})])
async def test_a_record_that_cannot_be_read_is_unknown(trouble: Answer | FeedwardenError) -> None:
    """It could be the one that matters."""
    assert (await ask(page(_GHSA), trouble))[0] == _UNKNOWN


async def test_what_was_found_stays_found() -> None:
    """A failure behind it takes nothing back."""
    assert (await ask(page("MAL-2026-1", token="t"), _TROUBLE))[0] == _malicious("MAL-2026-1")
    second = "GHSA-dddd-eeee-ffff"
    told, _ = await ask(page(_GHSA, second), _record(["CWE-506"], second), _TROUBLE)
    assert told == _malicious(second)


_SCALARS: Final = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_WORDS: Final = st.sampled_from(
    [
        "results",
        "vulns",
        "id",
        "modified",
        "next_page_token",
        "affected",
        "database_specific",
        "cwes",
        "cweId",
        "cwe_ids",
    ]
)
_VALUES: Final = st.sampled_from(["MAL-1", _GHSA, "CWE-506", "t", ""])
_JSON: Final = st.recursive(
    _SCALARS | _VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=15,
)
_PAGES: Final = st.builds(lambda vulns: {"results": [{"vulns": vulns}]}, st.lists(_JSON | st.just({"id": _GHSA})))
_BODIES: Final = st.binary(max_size=40) | (_JSON | _PAGES).map(lambda value: json.dumps(value).encode())
_ANSWERS: Final = st.builds(Answer, st.just(200) | st.integers(100, 999), st.just({}), _BODIES)


@given(st.lists(_ANSWERS, max_size=6))
async def test_junk_is_an_answer_or_unknown(answers: list[Answer]) -> None:
    """Whatever comes, nothing but an answer is told."""
    script = Script([*answers, *[_TROUBLE] * 30])
    told = await advisories(script, address=ADDRESS, clock=lambda: NOW).ask(NAME)
    assert told.asked_at == NOW
    assert bool(told.ids) is (told.state is AdvisoryState.MALICIOUS)
