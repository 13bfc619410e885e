"""Sealing: every chain, once a day, and nothing where no place is configured."""

from __future__ import annotations

import logging

import pytest

from shared.application.seal import Sealer
from shared.domain.audit import subject_of
from shared.domain.seals import DayDigest, Seal
from shared.errors import UpstreamUnavailable
from tests.contract.storage.samples import FEED, NAME, OTHER_FEED, grow, named, opening
from tests.fakes import START, MemoryRegister
from tests.fakes.digests import MemoryDigests


@pytest.fixture
async def register() -> MemoryRegister:
    """Return a register with two cases of two feeds."""
    register = MemoryRegister()
    await grow(register, NAME, 3)
    await register.commit(opening(named("other"), OTHER_FEED))
    return register


async def test_every_chain_is_sealed_where_it_stands(
    register: MemoryRegister, caplog: pytest.LogCaptureFixture
) -> None:
    """Number and hash of its newest event, of all feeds; the log has what the alert looks for."""
    digests = MemoryDigests()
    with caplog.at_level(logging.INFO):
        await Sealer(register, digests, lambda: START).seal()
    (digest,) = digests.kept
    assert digest.day == START.date()
    case = register.stored[FEED, NAME].case
    assert digest.seals[subject_of(FEED, NAME)] == Seal(subject_of(FEED, NAME), 3, case.head)
    assert subject_of(OTHER_FEED, named("other")) in digest.seals
    assert f"chains sealed day={START:%F} chains=2 new=True unread=0 unsealed=0" in caplog.messages


async def test_the_first_of_a_day_stays(register: MemoryRegister) -> None:
    """A timer that fires twice, or two instances at once, change nothing."""
    digests = MemoryDigests()
    sealer = Sealer(register, digests, lambda: START)
    await sealer.seal()
    await register.commit(opening(named("later")))
    await sealer.seal()
    (digest,) = digests.kept
    assert len(digest.seals) == 2


async def test_a_day_without_cases_is_sealed_too(caplog: pytest.LogCaptureFixture) -> None:
    """That there was nothing is worth knowing afterwards; the alert must stay silent."""
    digests = MemoryDigests()
    with caplog.at_level(logging.INFO):
        await Sealer(MemoryRegister(), digests, lambda: START).seal()
    assert digests.kept == [DayDigest(START.date(), {})]
    assert "chains=0" in caplog.text


async def test_nothing_is_read_where_no_place_is_configured(
    register: MemoryRegister, caplog: pytest.LogCaptureFixture
) -> None:
    """Off costs nothing, and says nothing."""
    with caplog.at_level(logging.INFO):
        await Sealer(register, None, lambda: START).seal()
    assert caplog.messages == []


async def test_a_digest_that_was_not_taken_is_not_called_sealed(
    register: MemoryRegister, caplog: pytest.LogCaptureFixture
) -> None:
    """The timer fails, and the alert about two days without a seal still counts."""
    digests = MemoryDigests()
    digests.fails = True
    with caplog.at_level(logging.INFO), pytest.raises(UpstreamUnavailable):
        await Sealer(register, digests, lambda: START).seal()
    assert "chains sealed" not in caplog.text


async def test_a_chain_that_cannot_be_read_is_named(register: MemoryRegister, caplog: pytest.LogCaptureFixture) -> None:
    """Left out in silence, it would be as if it had never been."""
    register.spoilt[FEED, NAME] = "a row of schema 2"
    digests = MemoryDigests()
    with caplog.at_level(logging.INFO):
        await Sealer(register, digests, lambda: START).seal()
    (digest,) = digests.kept
    assert digest.unread == {subject_of(FEED, NAME): "a row of schema 2"}
    assert set(digest.seals) == {subject_of(OTHER_FEED, named("other"))}
    assert f"chains sealed day={START:%F} chains=1 new=True unread=1 unsealed=1" in caplog.messages
    assert any(line.startswith("chain whose case cannot be read subject=") for line in caplog.messages)
