"""The journal: turns what happened to a case into one change of its row, its audit chain and the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from shared.domain.approval_digest import record_digest, record_word
from shared.domain.approvals import SWITCHED, Approval
from shared.domain.approved_texts import bounded, told_text
from shared.domain.audit import GENESIS, AuditEvent, seal, subject_of
from shared.domain.cases import Case, CaseEvent, CaseState, next_state
from shared.domain.evidence import Evidence, UpstreamingBehavior
from shared.domain.evidence_pack import EvidencePack
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.notices import Notice, NoticeKind
from shared.domain.policy import Decision, Mode, Protection
from shared.domain.reasons import Reason
from shared.domain.twins import Presence, kept, unknown_twin
from shared.ports import CaseChange, Clock, NewId, Register, StoredCase

# What people are told of, by what happened and the reason that decided; the first row that fits.
_TELL: Final[tuple[tuple[CaseEvent, Reason | None, NoticeKind], ...]] = (
    (CaseEvent.ENFORCEMENT_SENT, Reason.NO_PUBLIC_TWIN, NoticeKind.SWITCH_CLOSED),
    (CaseEvent.ENFORCEMENT_SENT, None, NoticeKind.COLLISION_BLOCKED),
    (CaseEvent.ENFORCEMENT_REFUSED, None, NoticeKind.SWITCH_LEFT_OPEN),
    (CaseEvent.FOUND_DRIFTED, None, NoticeKind.SWITCH_LEFT_OPEN),
    (CaseEvent.FOUND_EXPOSED, Reason.SAVED_EXTERNAL_VERSIONS, NoticeKind.CONTAMINATION_FOUND),
    (CaseEvent.FOUND_EXPOSED, Reason.PROTECTION_NOT_HOLDING, NoticeKind.PROTECTION_NOT_HOLDING),
    (CaseEvent.FOUND_EXPOSED, Reason.INTERNAL_ELSEWHERE, NoticeKind.INTERNAL_ELSEWHERE),
    (CaseEvent.FOUND_EXPOSED, None, NoticeKind.COLLISION_REPORTED),
    (CaseEvent.FOUND_UNKNOWN, None, NoticeKind.CANNOT_BE_JUDGED),
    (CaseEvent.CHECK_ABANDONED, None, NoticeKind.CHECK_ABANDONED),
    (CaseEvent.APPROVAL_ASKED, None, NoticeKind.APPROVAL_ASKED),
    (CaseEvent.APPROVAL_SUPPORTED, None, NoticeKind.APPROVAL_ASKED),
    (CaseEvent.APPROVAL_GRANTED, None, NoticeKind.APPROVAL_GRANTED),
    (CaseEvent.APPROVAL_DECLINED, None, NoticeKind.APPROVAL_DECLINED),
    (CaseEvent.APPROVAL_EXPIRING, None, NoticeKind.APPROVAL_EXPIRING),
    (CaseEvent.APPROVAL_EXPIRED, None, NoticeKind.APPROVAL_EXPIRED),
    (CaseEvent.APPROVAL_COMPLETED, None, NoticeKind.APPROVAL_COMPLETED),
    (CaseEvent.APPROVAL_REVOKED, None, NoticeKind.APPROVAL_REVOKED),
    (CaseEvent.APPROVAL_LAPSED, None, NoticeKind.APPROVAL_LAPSED),
)

# What an owner may want to decide on: their letters carry a request, opened with them where none is alive.
_DECIDABLE: Final = frozenset(
    {
        NoticeKind.COLLISION_BLOCKED,
        NoticeKind.COLLISION_REPORTED,
        NoticeKind.CONTAMINATION_FOUND,
        NoticeKind.TWIN_APPEARED,
        NoticeKind.TWIN_CHANGED,
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened to one case, before it is written."""

    kind: CaseEvent
    cause: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Requests:
    """The approvals that a change is about.

    `moved` are written with it. `alive` is on record, and people are told its link. `candidate` is opened with the
    change where it tells people of something that an owner may want to decide on.
    """

    moved: tuple[Approval, ...] = ()
    alive: Approval | None = None
    candidate: Approval | None = None


NO_REQUESTS: Final = Requests()


@dataclass(frozen=True, slots=True)
class Journal:
    """Writes entries: the case, its event and its notices in one transaction."""

    register: Register
    clock: Clock
    new_id: NewId

    async def write(
        self, case: Case, entry: Entry, stored: StoredCase | None, requests: Requests = NO_REQUESTS
    ) -> StoredCase:
        """Move the case by one event and commit.

        `case` is the case as it shall be, except for what the journal owns: state, times, chain.

        Raises:
            IllegalTransition: the case is in no state for this event.
            StaleWrite: somebody else moved it first; read again.
        """
        now = self.clock()
        before = None if stored is None else stored.case
        state = next_state(CaseState.NEW if before is None else before.state, entry.kind)
        kind = _told_kind(case, entry, before, requests)
        written = requests.moved
        if kind in _DECIDABLE and requests.candidate is not None:
            written = (*written, requests.candidate)
            entry = replace(entry, details={**entry.details, "request": requests.candidate.approval_id})
        case = replace(case, approved_versions=bounded(case.approved_versions))
        event = _event(case, replace(entry, details={**entry.details, **_rights(case, written)}), state, now, before)
        newest = next((a.approval_id for a in reversed(written)), case.approval_id)
        case = replace(
            case, state=state, updated_at=now, sequence=event.sequence, head=event.digest, approval_id=newest
        )
        linked = next((a for a in reversed(written) if a.is_alive), requests.alive)
        notices = () if kind is None else (self._notice(case, entry, kind, linked, now),)
        replaces = None if stored is None else stored.tag
        return await self.register.commit(CaseChange(case, event, notices, replaces, written))

    def _notice(self, case: Case, entry: Entry, kind: NoticeKind, linked: Approval | None, now: datetime) -> Notice:
        facts = {"feed": case.feed_title, "package": str(case.name), "cause": entry.cause, **entry.details}
        if linked is not None or case.approval_id:
            # Also one that has ended: its page says how things stand, and lets people ask anew.
            facts["request"] = case.approval_id if linked is None else linked.approval_id
        subject = subject_of(case.feed, case.name)
        return Notice(f"{now:%Y%m%dT%H%M%S%f}-{self.new_id()}", kind, case.feed, subject, now, facts)


def _told_kind(case: Case, entry: Entry, before: Case | None, requests: Requests) -> NoticeKind | None:
    allowed = requests.alive is not None and requests.alive.state in SWITCHED
    if entry.kind is CaseEvent.FOUND_UNKNOWN and allowed:
        # An owner allowed what may come: that a registry is silent for a while is no news to anybody.
        return None
    if entry.kind is CaseEvent.ENFORCEMENT_SENT and requests.moved:
        # People were told already that the approval has ended; where it is asked anew, they are told that.
        return NoticeKind.APPROVAL_ASKED if any(approval.is_alive for approval in requests.moved) else None
    over = entry.kind in {CaseEvent.APPROVAL_COMPLETED, CaseEvent.APPROVAL_EXPIRED}
    if over and entry.details.get("others saved"):
        return NoticeKind.UNAPPROVED_VERSION_SAVED
    kind = _notice_kind(case, entry, CaseState.NEW if before is None else before.state)
    if kind is None and before is not None and _is_judged_otherwise(before, case):
        return NoticeKind.TWIN_CHANGED
    return kind


def _notice_kind(case: Case, entry: Entry, before: CaseState) -> NoticeKind | None:
    if entry.kind is CaseEvent.FOUND_PROTECTED:
        # Good news only where somebody waits for it. That the switch had been closed before is no reason to keep a
        # twin that has just appeared to ourselves.
        waiting = before in {CaseState.PENDING, CaseState.EXPOSED, CaseState.UNKNOWN, CaseState.ABANDONED}
        appeared = before in {CaseState.NEW, CaseState.CLOSED, CaseState.DRIFTED}
        return NoticeKind.PROTECTION_CONFIRMED if waiting else NoticeKind.TWIN_APPEARED if appeared else None
    deciding = case.reasons[0] if case.reasons else None
    fitting = (kind for event, reason, kind in _TELL if event is entry.kind and reason in (None, deciding))
    return next(fitting, None)


def _is_judged_otherwise(before: Case, case: Case) -> bool:
    """Say whether people know the twin as something else than what it is now."""
    if before.pack is None or case.pack is None:
        return False
    told, found = before.pack, case.pack
    return told.classification.kind is not found.classification.kind or bool(
        set(found.advisories.ids) - set(told.advisories.ids)
    )


def _rights(case: Case, written: Sequence[Approval]) -> dict[str, str]:
    """Tell what rows decide about rights by, for whoever audits them: every event, also where nobody was asked."""
    records = {record_word(approval.approval_id): record_digest(approval) for approval in written}
    # Also where there are none: the audit knows by it that there were to be none.
    return {"approved": told_text(case.approved_versions), **records}


def _event(case: Case, entry: Entry, state: CaseState, now: datetime, before: Case | None) -> AuditEvent:
    unsealed = AuditEvent(
        sequence=1 if before is None else before.sequence + 1,
        kind=entry.kind,
        state=state,
        at=now,
        cause=entry.cause,
        details=dict(entry.details),
        previous=GENESIS if before is None else before.head,
        digest="",
    )
    return seal(subject_of(case.feed, case.name), unsealed)


_SEEN: Final = frozenset({Presence.PRESENT, Presence.TOMBSTONE})


def draft(  # noqa: PLR0913  # all by name; an object to carry them once would hide, not help
    *, feed: FeedRef, title: str, name: PackageName, now: datetime, known: Case | None, mode: Mode
) -> Case:
    """Return the known case, renamed as the feed is called now, or a new one of which nothing is known."""
    if known is not None:
        return replace(known, feed_title=title, name=name, mode=mode)
    return Case(
        feed=feed,
        feed_title=title,
        name=name,
        state=CaseState.NEW,
        protection=Protection.UNKNOWN,
        scenario=None,
        reasons=(),
        mode=mode,
        behavior=None,
        previous_behavior=None,
        twin=unknown_twin("not looked at yet"),
        saved_external=(),
        opened_at=now,
        updated_at=now,
        changed_at=None,
        sequence=0,
        head=GENESIS,
    )


def judged(case: Case, evidence: Evidence, decision: Decision) -> Case:
    """Return the case with what was found and concluded.

    A twin that was seen once is not forgotten because nobody answers now.
    """
    silent = evidence.twin.presence is Presence.UNKNOWN and case.twin.presence in _SEEN
    return replace(
        case,
        protection=decision.protection,
        scenario=decision.scenario,
        reasons=decision.reasons,
        behavior=evidence.behavior,
        twin=case.twin if silent else kept(evidence.twin),
        saved_external=evidence.saved_external,
        note="",
    )


def details(evidence: Evidence, decision: Decision, case: Case) -> dict[str, str]:
    """Tell evidence and decision in plain texts, for the audit chain and for people."""
    twin = evidence.twin
    told = {
        "scenario": "-" if decision.scenario is None else decision.scenario.value,
        "protection": decision.protection.value,
        "reasons": ", ".join(decision.reasons),
        "action": decision.action.value,
        "mode": case.mode.value,
        "behavior": _word(evidence.behavior),
        "internal": evidence.internal.value,
        "saved external": ", ".join(evidence.saved_external[:20]),
        "public twin": f"{twin.presence} {twin.latest_version or ''} {twin.detail}".strip(),
        "organization policy": evidence.organization_policy.value,
        "public upstream": evidence.public_upstream.value,
        "proof": evidence.proof.value,
    }
    if evidence.approved_external:
        told["approved versions"] = ", ".join(evidence.approved_external[:20])
    if case.note:
        told["note"] = case.note
    return told if case.pack is None else told | pack_details(case.pack, case.evidence_digest)


def pack_details(pack: EvidencePack, digest: str) -> dict[str, str]:
    """Tell what is known of the twin, beside ours, in plain texts; what nobody told is `unknown`."""
    twin, own, advisories = pack.twin, pack.own, pack.advisories
    ours = {True: "ours", False: "not ours", None: "whose is not known"}[pack.repository_is_ours]
    scripts = "unknown" if twin.install_scripts is None else ", ".join(twin.install_scripts) or "none"
    return {
        "class": pack.classification.kind.value,
        "why this class": pack.classification.why,
        "first public": _day(twin.first_published),
        "first ours": _day(own.first_published),
        "public version": twin.latest_version or "unknown",
        "our version": own.latest_version or "unknown",
        "jump": pack.jump or "none",
        "publishers": ", ".join(twin.publishers) or "unknown",
        "install scripts": scripts,
        "repository": "unknown" if twin.repository is None else f"{twin.repository} ({ours})",
        "advisories": " ".join((advisories.state.value, *advisories.ids)),
        "evidence digest": digest,
    }


def _day(moment: datetime | None) -> str:
    return "unknown" if moment is None else f"{moment:%Y-%m-%d}"


def _word(behavior: UpstreamingBehavior | None) -> str:
    return "unknown" if behavior is None else behavior.value
