"""Sample feeds, names, cases and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from shared.domain.approvals import Actor, Approval, ApprovalState, Ask, Ending, Grant, Vote
from shared.domain.audit import GENESIS, AuditEvent, seal, subject_of
from shared.domain.cases import Case, CaseEvent, CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.notices import Notice, NoticeKind
from shared.domain.policy import Mode, Protection, Scenario
from shared.domain.reasons import Reason
from shared.domain.twins import Presence, PublicTwin
from shared.ports import CaseChange, Register, StoredCase
from tests.fakes import START

FEED: Final = FeedRef("contoso", "9d1c/?", "feed#1")
OTHER_FEED: Final = FeedRef("contoso", None, "feed#1")
NAME: Final = PackageName(Ecosystem.NPM, "@scope/name", "@scope/name")

# Names that no rule admits stand here too: the store must not depend on who checked before.
HOSTILE: Final = (
    "@scope/näme",
    "a|b",
    "a",
    "a%2Fb",
    "a=2Fb",
    "a/b",
    "a\\b",
    "a#b?c",
    "a'b",
    "a+b c",
    "a\tb\x7f\x9f",
    "Ünïcode.名前",
    "\U0001f4e6",
    "..",
    "a\ud800b",
)


def named(canonical: str, ecosystem: Ecosystem = Ecosystem.NPM) -> PackageName:
    """Return a name that no rule was asked about."""
    return PackageName(ecosystem, canonical, canonical)


def notice(notice_id: str, feed: FeedRef = FEED, **facts: str) -> Notice:
    """Return a notice."""
    return Notice(notice_id, NoticeKind.COLLISION_BLOCKED, feed, "a subject", START, facts)


def opening(
    name: PackageName = NAME, feed: FeedRef = FEED, *, notices: Sequence[Notice] = (), cause: str = "sweep"
) -> CaseChange:
    """Return the change that opens a case."""
    event = _event(feed, name, sequence=1, previous=GENESIS, cause=cause)
    case = Case(
        feed=feed,
        feed_title="payments/packages",
        name=name,
        state=event.state,
        protection=Protection.EXPOSED,
        scenario=Scenario.PRIVATE_MADE_PUBLIC,
        reasons=(Reason.EXTERNAL_VERSIONS_ALLOWED, Reason.TWIN_IS_TOMBSTONE),
        mode=Mode.ENFORCE,
        behavior=UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS,
        previous_behavior=None,
        twin=PublicTwin(Presence.TOMBSTONE, "reserved", START, "0.0.1-security", ("someone", "näme")),
        saved_external=("1.0.0", "2.0.0-β"),
        opened_at=START,
        updated_at=START,
        changed_at=START + timedelta(microseconds=1),
        sequence=1,
        head=event.digest,
        note="says: “hello”\n",
        package_id="3f0e",
        approved_versions=("2.0.0-β",),
    )
    return CaseChange(case, event, tuple(notices), None)


def following(stored: StoredCase, *, notices: Sequence[Notice] = (), cause: str = "watch") -> CaseChange:
    """Return the next change of a stored case."""
    old = stored.case
    event = _event(old.feed, old.name, sequence=old.sequence + 1, previous=old.head, cause=cause)
    case = Case(
        feed=old.feed,
        feed_title=old.feed_title,
        name=old.name,
        state=event.state,
        protection=old.protection,
        scenario=None,
        reasons=(),
        mode=old.mode,
        behavior=None,
        previous_behavior=old.behavior,
        twin=PublicTwin(Presence.UNKNOWN),
        saved_external=(),
        opened_at=old.opened_at,
        updated_at=event.at,
        changed_at=None,
        sequence=event.sequence,
        head=event.digest,
    )
    return CaseChange(case, event, tuple(notices), stored.tag)


def approval(
    approval_id: str = "a1",
    state: ApprovalState = ApprovalState.OPEN,
    *,
    name: PackageName = NAME,
    feed: FeedRef = FEED,
) -> Approval:
    """Return an approval that fills every member but the pack, whatever its state needs of them."""
    someone = Actor("tenant", "object", "Näme 📦")
    return Approval(
        approval_id=approval_id,
        feed=feed,
        name=name,
        state=state,
        opened_at=START,
        link_until=START + timedelta(days=7),
        digest="d" * 64,
        pack=None,
        asks=(Ask(someone, START, "says: “please”\n"),),
        grant=Grant("2.1.0-β", timedelta(days=7)),
        votes=(Vote(someone, START, "because", emergency=True),),
        granted_at=START,
        saved_before=("1.0.0", "2.0.0-β"),
        switched_at=START + timedelta(microseconds=1),
        until=START + timedelta(days=7),
        warned=True,
        closing_as=ApprovalState.REVOKED,
        reopens=True,
        ending=Ending(START, None, "worse"),
    )


def about(change: CaseChange, *approvals: Approval) -> CaseChange:
    """Return the change with approvals that move with it; the case names the last."""
    named_case = replace(change.case, approval_id=approvals[-1].approval_id)
    return replace(change, case=named_case, approvals=approvals)


def told(change: CaseChange, kind: CaseEvent, **details: str) -> CaseChange:
    """Return the change with another event."""
    event = seal(
        subject_of(change.case.feed, change.case.name), replace(change.event, kind=kind, details=details, digest="")
    )
    return replace(change, event=event, case=replace(change.case, head=event.digest))


async def grow(register: Register, name: PackageName, events: int) -> StoredCase:
    """Open a case and let it have that many events."""
    stored = await register.commit(opening(name))
    for _ in range(events - 1):
        stored = await register.commit(following(stored))
    return stored


def _event(feed: FeedRef, name: PackageName, *, sequence: int, previous: str, cause: str) -> AuditEvent:
    kind, state = CaseEvent.FOUND_EXPOSED, CaseState.EXPOSED
    at = START + timedelta(seconds=sequence)
    details = {"finding": "näme 📦", "number": str(sequence)}
    return seal(subject_of(feed, name), AuditEvent(sequence, kind, state, at, cause, details, previous, ""))
