"""The digest of an approval's record: every member that decides changes it, what people wrote does not."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

import pytest

from shared.domain.approval_digest import record_digest, record_word, recorded_id
from shared.domain.approvals import Approval, ApprovalState, Ending, Grant
from tests.contract.storage.samples import OTHER_FEED, approval, named
from tests.fakes import START

_SAMPLE = approval()
_SOMEONE = _SAMPLE.votes[0].actor
_LATER = START + timedelta(microseconds=7)
_OTHERS: dict[str, tuple[object, ...]] = {
    "approval_id": ("a2",),
    "feed": (OTHER_FEED,),
    "name": (named("other"),),
    "state": (ApprovalState.GRANTED,),
    "opened_at": (_LATER,),
    "link_until": (_LATER,),
    "digest": ("e" * 64,),
    "asks": ((), _SAMPLE.asks * 2, (replace(_SAMPLE.asks[0], at=_LATER),)),
    "grant": (None, Grant(None, timedelta(days=7)), Grant("2.1.0-β", timedelta(days=365))),
    "votes": ((), _SAMPLE.votes * 2, (replace(_SAMPLE.votes[0], emergency=False),)),
    "granted_at": (None, _LATER),
    "saved_before": ((), ("1.0.0",), ("1.0.0, 2.0.0-β",)),
    "switched_at": (None, _LATER),
    "until": (None, _LATER),
    "warned": (False,),
    "closing_as": (None, ApprovalState.EXPIRED),
    "reopens": (False,),
    "ending": (None, Ending(_LATER, None, "worse"), Ending(START, _SOMEONE, "worse")),
}


@pytest.mark.parametrize(("member", "other"), [(name, other) for name, others in _OTHERS.items() for other in others])
def test_whatever_decides_changes_it(member: str, other: object) -> None:
    """One member at a time."""
    changed = replace(_SAMPLE, **{member: other})  # type: ignore[arg-type]  # each is of its member's type
    assert record_digest(changed) != record_digest(_SAMPLE)


def test_every_member_was_thought_of() -> None:
    """A member added to the domain is noticed here; the pack has a digest of its own, which stands in this one."""
    assert {field.name for field in fields(Approval)} == {*_OTHERS, "pack"}


@pytest.mark.parametrize("member", ["tenant", "object_id"])
def test_whose_voice_it_is_changes_it(member: str) -> None:
    """Of those who asked, those who agreed, and whoever ended it."""
    other = replace(_SOMEONE, **{member: "other"})
    said = (
        {"asks": (replace(_SAMPLE.asks[0], actor=other),)},
        {"votes": (replace(_SAMPLE.votes[0], actor=other),)},
    )
    for changed in said:
        assert record_digest(replace(_SAMPLE, **changed)) != record_digest(_SAMPLE)


def test_what_people_wrote_does_not_change_it() -> None:
    """Rows shorten it, and a name is no person."""
    cut = replace(
        _SAMPLE,
        asks=(replace(_SAMPLE.asks[0], reason="…", actor=replace(_SOMEONE, name="…")),),
        votes=(replace(_SAMPLE.votes[0], reason="…", actor=replace(_SOMEONE, name="…")),),
        ending=Ending(START, None, "…"),
    )
    assert record_digest(cut) == record_digest(_SAMPLE)


def test_one_moment_is_one_moment() -> None:
    """Wherever it was written."""
    local: datetime = START.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert record_digest(replace(_SAMPLE, opened_at=local)) == record_digest(_SAMPLE)


def test_the_digest_stays_what_it_is() -> None:
    """Events keep it: another release must find the same."""
    assert record_digest(_SAMPLE) == "760a00c9bb6eee1fe5304dac4c8706e6a944044eea5a902c615f299289dd828f"


def test_an_event_names_the_record() -> None:
    """The word and back; other words name none."""
    assert recorded_id(record_word("a1")) == "a1"
    assert recorded_id("request") is None
