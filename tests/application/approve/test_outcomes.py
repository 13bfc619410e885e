"""How an approval stands in words: every state has a sentence, with who, what and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.application.approve.outcomes import called, outcome
from shared.application.approve.words import allows
from shared.domain.approvals import Actor, Approval, ApprovalState, Ending, Grant, Vote
from shared.domain.feeds import FeedRef
from tests.application.approve.desk import DAY
from tests.application.approve.stand_ins import OLGA, OWEN
from tests.domain.packs import NAME
from tests.fakes import START

_S = ApprovalState
BARE = Approval("a1", FeedRef("contoso", "p", "f"), NAME, _S.OPEN, START, START + 7 * DAY, "d", None)
EXACT = Grant("3.2.1", DAY)
ALLOWED = f"Olga, Owen allowed {allows(EXACT)} (2025-03-01 12:00 UTC)."
ENDED = "by Owen on 2025-03-02 12:00 UTC: not needed any more"
WHOLE = replace(
    BARE,
    grant=EXACT,
    votes=(Vote(OLGA, START, "x"), Vote(OWEN, START, "y")),
    granted_at=START,
    until=START + DAY,
    ending=Ending(START + DAY, OWEN, "not needed any more"),
)


@pytest.mark.parametrize("state", list(_S))
@pytest.mark.parametrize("approval", [BARE, WHOLE])
def test_every_state_has_a_sentence(state: ApprovalState, approval: Approval) -> None:
    """Also where much is missing."""
    said = outcome(replace(approval, state=state))
    assert said
    assert "None" not in said


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (_S.OPEN, f"Olga, Owen agreed to {allows(EXACT)}; more owners have to agree."),
        (
            _S.GRANTED,
            f"{ALLOWED} The switch is about to be opened.",
        ),
        (
            _S.IN_FORCE,
            f"{ALLOWED} It ends by 2025-03-02 12:00 UTC at the latest.",
        ),
        (_S.DECLINED, "It was declined by Owen on 2025-03-02 12:00 UTC: not needed any more"),
        (_S.OPENING, f"{ALLOWED} The switch is about to be opened."),
        (_S.CLOSING, f"{ALLOWED} It has ended {ENDED} The switch is being set back."),
        (_S.REVOKED, f"{ALLOWED} It was taken back {ENDED}"),
        (_S.EXPIRED, f"{ALLOWED} Its time is over, and it ended {ENDED}"),
        (_S.COMPLETED, f"{ALLOWED} It was carried out, and ended {ENDED}"),
        (_S.LAPSED, f"{ALLOWED} It could not be carried out, and lapsed {ENDED}"),
    ],
)
def test_who_did_what_and_when_is_said(state: ApprovalState, said: str) -> None:
    """In a sentence."""
    assert outcome(replace(WHOLE, state=state)) == said


def test_an_open_request_says_until_when() -> None:
    """Nobody has agreed yet."""
    assert outcome(BARE) == "It waits for the feed's owners until 2025-03-08 12:00 UTC."


def test_nobody_is_feedwarden() -> None:
    """And somebody without a name is their id."""
    assert (called(None), called(OLGA), called(Actor("t", "oid", ""))) == ("Feedwarden", "Olga", "oid")
