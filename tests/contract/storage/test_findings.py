"""Findings: kept once, told once, and in nobody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Finding, Likeness, whole_organization
from shared.domain.names import PackageName
from shared.errors import StaleWrite
from shared.ports import Register
from tests.contract.storage.samples import FEED, HOSTILE, NAME, OTHER_FEED, named, notice, opening
from tests.fakes import START

_PUBLIC = PackageName(Ecosystem.NUGET, "contoso.core", "Contoso.Core")
_FINDING = Finding(FEED, _PUBLIC, Likeness.UNDER_OUR_PREFIX, "Contoso.", START)


async def _all[T](walk: AsyncIterator[T]) -> list[T]:
    return [item async for item in walk]


async def test_empty_register_has_no_findings(register: Register) -> None:
    """Nothing was found yet."""
    assert await _all(register.findings()) == []


async def test_finding_reads_back_with_its_notice(register: Register) -> None:
    """Every field survives, the spelling that equality leaves out too; the notice waits in the outbox."""
    assert await register.report(_FINDING, [notice("n1")]) is True
    [read] = await _all(register.findings())
    assert read == _FINDING
    assert read.public.spelling == "Contoso.Core"
    assert await _all(register.outbox()) == [notice("n1")]


async def test_second_report_adds_neither_finding_nor_notice(register: Register) -> None:
    """People are told once; the first report stands."""
    assert await register.report(_FINDING, []) is True
    again = replace(_FINDING, at=START.replace(year=2031))
    assert await register.report(again, [notice("n2")]) is False
    assert await _all(register.findings()) == [_FINDING]
    assert await _all(register.outbox()) == []


async def test_each_part_makes_another_finding(register: Register) -> None:
    """Another feed, public name, likeness or internal name is another finding."""
    others = [
        replace(_FINDING, feed=OTHER_FEED),
        replace(_FINDING, feed=whole_organization("contoso")),
        replace(_FINDING, public=named("contoso.core")),
        replace(_FINDING, likeness=Likeness.SCOPE_JOINED),
        replace(_FINDING, resembles="Contoso|"),
        *(replace(_FINDING, public=named(text), resembles=text) for text in HOSTILE),
    ]
    for finding in (_FINDING, *others):
        assert await register.report(finding, [])
    found = await _all(register.findings())
    assert len(found) == len(others) + 1
    assert set(found) == {_FINDING, *others}


async def test_waiting_notice_of_that_id_refuses_the_finding(register: Register) -> None:
    """They move together or not at all: a finding whose notice could not be written is not there."""
    await register.commit(opening(notices=[notice("n1")]))
    with pytest.raises(StaleWrite):
        await register.report(_FINDING, [notice("n1")])
    assert await _all(register.findings()) == []


async def test_notice_of_another_feed_is_refused(register: Register) -> None:
    """One transaction stays in one partition."""
    with pytest.raises(ValueError, match="another feed"):
        await register.report(_FINDING, [notice("n1", OTHER_FEED)])
    assert await _all(register.findings()) == []


async def test_cases_and_findings_are_walked_apart(register: Register) -> None:
    """A finding is no case and no event, and a case is no finding; a feed's cases are its own."""
    nowhere: FeedRef = whole_organization("contoso")
    stored = await register.commit(opening(notices=[notice("n1")]))
    await register.report(replace(_FINDING, public=NAME), [notice("n2")])
    await register.report(replace(_FINDING, feed=nowhere), [notice("n3", nowhere)])
    assert await _all(register.cases()) == [stored.case]
    assert await _all(register.cases(nowhere)) == []
    assert len(await _all(register.events(FEED, NAME))) == 1
    assert len(await _all(register.findings())) == 2
    assert {waiting.notice_id for waiting in await _all(register.outbox())} == {"n1", "n2", "n3"}
    await register.remove_from_outbox(notice("n3", nowhere))
    assert {waiting.notice_id for waiting in await _all(register.outbox())} == {"n1", "n2"}


async def test_one_of_many_reporters_wins(register: Register) -> None:
    """Two watches that meet the same name tell it once."""
    results = await asyncio.gather(*(register.report(_FINDING, [notice(f"n{n}")]) for n in range(6)))
    assert sorted(results) == [False] * 5 + [True]
    assert len(await _all(register.outbox())) == 1
