"""One request as a page for an owner: what it is about, what is known, what may be decided. Pure but for templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from shared.application.approve.answers import Choice, RequestView
from shared.application.approve.outcomes import lost_words, outcome
from shared.application.approve.words import allows
from shared.application.gather import PROPAGATION
from shared.domain.approval_checks import FETCHABLE, is_malicious
from shared.domain.approval_votes import counted_votes, has_asked, needed_votes, without
from shared.domain.approvals import QUIET_AFTER_DECLINE, SWITCHED, Actor, Approval, ApprovalState, Grant
from shared.domain.cases import Case
from shared.web.evidence_rows import evidence_rows
from shared.web.feed_words import feed_now, is_blocked, standing_sentence
from shared.web.forms import ALLOWING, Attempt
from shared.web.messages import WebAnswer
from shared.web.rendering import page
from shared.web.steps import recorded, steps_of
from shared.web.words import STANDINGS, TWIN_TONES, person

ASK_PATH: Final = "/api/requests"

_REVOCABLE: Final = SWITCHED | {ApprovalState.GRANTED}
_MOVING: Final = frozenset({ApprovalState.GRANTED, ApprovalState.OPENING, ApprovalState.CLOSING})


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at the page, and what the forms need that they get; `sealed_pack` is the evidence that is shown."""

    actor: Actor
    csrf: str
    cookie: str
    path: str
    sealed_pack: str = ""


def request_page(view: RequestView, visitor: Visitor, attempt: Attempt, *, status: int) -> WebAnswer:
    """Return the page of one request; `attempt` is what was typed into it and not taken."""
    case, approval, newest = view.case, view.approval, _newest(view)
    return page(
        "request.html.jinja",
        status=status,
        cookie=visitor.cookie,
        view=view,
        case=case,
        approval=approval,
        visitor=visitor,
        attempt=attempt,
        standing=STANDINGS[approval.state],
        said=standing_sentence(approval.state, case),
        feed_now=feed_now(case),
        blocked=is_blocked(case),
        recorded=recorded(approval, visitor.actor),
        moving=approval.state in _MOVING or _is_fetching(approval),
        evidence=None if case.pack is None else evidence_rows(case.pack),
        steps=steps_of(approval),
        grant="" if approval.grant is None else allows(approval.grant),
        agreed_by=", ".join(person(vote.actor) for vote in without(approval, view.lost).votes),
        lost=lost_words(view.lost) if _stands(view) else "",
        newest=newest,
        newest_outcome="" if newest is None else outcome(newest),
        window=_minutes(view.terms.exact_window),
        effect=_effect_until(view),
        hurried=_is_hurried(approval),
        done=approval.closing_as or approval.state,
        fetching=_is_fetching(approval),
        risky=is_risky(view),
        offers=offers_of(view, visitor.actor),
        barred=barred(view, visitor.actor),
        needed=needed_votes(approval, view.terms),
        agreed=counted_votes(without(approval, view.lost), view.terms) if _stands(view) else (),
        malicious=is_malicious(case),
        fetchable=case.name.ecosystem in FETCHABLE,
        preset=_preset(view),
        quiet_days=QUIET_AFTER_DECLINE.days,
        ask_address=ask_address(case),
        person=person,
    )


def ask_address(case: Case) -> str:
    """Return the address of the form that asks for this package again, filled in."""
    name = case.name
    query = {"feed": case.feed_title, "ecosystem": name.ecosystem.value, "name": name.spelling}
    return f"{ASK_PATH}?{urlencode(query)}"


def barred(view: RequestView, actor: Actor) -> str:
    """Say why this person does not count as one more who agrees; empty = they do."""
    if view.terms.four_eyes and has_asked(view.approval, actor):
        return "You asked for this yourself, so another owner has to agree."
    if _stands(view) and any(vote.actor.is_same(actor) for vote in view.approval.votes):
        return "You agreed already. Another owner has to agree as well."
    return ""


def offers_of(view: RequestView, actor: Actor) -> tuple[Choice, ...]:
    """Return what the page offers to an owner now; the use case decides anew what it takes."""
    if view.approval.state in _REVOCABLE:
        # At any time, and through an old link as well: it only closes.
        return (Choice.REVOKE,)
    if view.link_expired or view.approval.state is not ApprovalState.OPEN:
        return ()
    refused = bool(view.obstacles) or (is_malicious(view.case) and not view.terms.malicious_by_name)
    if refused or (barred(view, actor) and not view.terms.break_glass):
        return (Choice.DECLINE,)
    allowing = tuple(_allowing(view))
    return (Choice.DECLINE, *allowing) if is_risky(view) else (*allowing, Choice.DECLINE)


def is_risky(view: RequestView) -> bool:
    """Say whether declining is what most owners should do: it stands first then."""
    return view.case.pack is not None and TWIN_TONES[view.case.pack.classification.kind] == "bad"


def _stands(view: RequestView) -> bool:
    """Say whether earlier votes count: they do as long as they were made on what is known now."""
    return view.approval.digest == view.case.evidence_digest


def _agreed_on(view: RequestView) -> Grant | None:
    return view.approval.grant if without(view.approval, view.lost).votes and _stands(view) else None


def _allowing(view: RequestView) -> Iterator[Choice]:
    """Where somebody agreed already, others agree to the same: what they want else is another request."""
    grant = _agreed_on(view)
    for choice in ALLOWING:
        exact = choice is Choice.ALLOW_VERSION
        if exact and view.case.name.ecosystem not in FETCHABLE:
            continue
        if grant is None or exact == (grant.version is not None):
            yield choice


def _preset(view: RequestView) -> dict[str, str]:
    """Return what stands in the fields before anybody typed."""
    grant = _agreed_on(view)
    latest = view.case.twin.latest_version or ""
    days = min(view.terms.default_period, view.terms.longest_period).days
    if grant is not None:
        latest, days = grant.version or "", grant.period.days
    is_plain = latest.isascii() and latest.isprintable() and " " not in latest
    return {"version": latest if is_plain else "", "days": str(max(days, 1))}


def _is_fetching(approval: Approval) -> bool:
    return approval.state in SWITCHED and approval.grant is not None and approval.grant.version is not None


def _minutes(period: timedelta) -> str:
    count = int(period.total_seconds() // 60)
    return f"{count} minutes" if count > 1 else "a minute"


def _newest(view: RequestView) -> Approval | None:
    """Return the request that has taken the place of this one."""
    newest = view.newest
    return None if newest is None or newest.approval_id == view.approval.approval_id else newest


def _effect_until(view: RequestView) -> datetime | None:
    """Return until when a switch that was opened may not have taken effect yet; None = that time is over.

    It never is later than the end of the permission.
    """
    at = view.approval.switched_at
    if view.approval.state not in SWITCHED or at is None:
        return None
    effect = min(at + PROPAGATION, view.approval.until or at + PROPAGATION)
    return effect if view.now < effect else None


def _is_hurried(approval: Approval) -> bool:
    """Say whether the permission may end before the feed serves anything."""
    at, until = approval.switched_at, approval.until
    return at is not None and until is not None and until <= at + PROPAGATION
