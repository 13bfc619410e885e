"""The law over the whole space of evidence: total, and never loosened by what is not known.

Each test walks all 294,912 points: a sample would leave the one that matters out.
"""

from __future__ import annotations

from typing import Final

import pytest

from shared.domain.evidence import InternalPresence, OrganizationPolicy, Proof, PublicUpstream, UpstreamingBehavior
from shared.domain.policy import (
    ROWS,
    Action,
    Mode,
    Protection,
    Stance,
    action,
    decide,
    is_drift,
    is_settling,
    protection,
)
from shared.domain.reasons import Reason
from shared.domain.twins import Presence
from tests.domain.worlds import AXES, STANCES, Key, acted, evidence_of, judged, keys

# The small tests of the same law say what of it is run; told apart line by line, these walks would take thrice as long.
pytestmark = pytest.mark.no_cover

_PLACE: Final = {name: place for place, name in enumerate(AXES)}

# What each member becomes when it is not known. `proof` UNAVAILABLE is no unknown: it says, for good,
# that this ecosystem's index is not read, and the reason `not-probed` tells that beside the verdict.
_UNKNOWN: Final = {
    "internal": InternalPresence.UNKNOWN,
    "twin": Presence.UNKNOWN,
    "behavior": None,
    "organization_policy": OrganizationPolicy.UNKNOWN,
    "public_upstream": PublicUpstream.UNKNOWN,
    "proof": Proof.UNKNOWN,
}
_REASSURING: Final = frozenset({Protection.PROTECTED, Protection.NOT_AT_RISK, Protection.ALLOWED})


def _with(key: Key, **members: object) -> Key:
    changed = list(key)
    for name, value in members.items():
        changed[_PLACE[name]] = value
    return tuple(changed)


def _at(key: Key, name: str) -> object:
    return key[_PLACE[name]]


def test_the_axes_are_the_members_of_evidence() -> None:
    """A new member of the evidence must enter the space."""
    assert list(AXES) == list(evidence_of(next(keys())).__dataclass_fields__)
    assert len(judged()) == 294_912


def test_every_point_is_judged_by_one_row_and_every_row_decides_somewhere() -> None:
    """The rows are total, none of them is dead, and the deciding reason heads a list without repeats."""
    deciding = set()
    for key, (verdict, reasons) in judged().items():
        row = next(row for row in ROWS if row.applies(evidence_of(key)))
        assert (verdict, reasons[0]) == (row.protection, row.reason)
        assert len(set(reasons)) == len(reasons)
        deciding.add(row)
    assert deciding == set(ROWS)


def test_every_reason_is_given_somewhere() -> None:
    """No reason code exists that nothing produces."""
    given = {reason for _, reasons in judged().values() for reason in reasons}
    assert given == set(Reason) - {Reason.APPROVED_VERSIONS_SAVED}


def test_approved_versions_only_take_back_what_saved_ones_alarmed_of() -> None:
    """With an owner's permission a saved version is judged as if it were not saved, if anything else stays the same.

    It stays what makes a collision where nobody answers. And no verdict becomes better than without any saved version.
    """
    changed = 0
    for key, (verdict, reasons) in judged().items():
        if not _at(key, "saved_external"):
            continue
        approved, others = protection(evidence_of(_with(key, approved_external=("9.0.0",))))
        if approved is not verdict:
            assert reasons[0] is Reason.SAVED_EXTERNAL_VERSIONS
            changed += 1
        assert Reason.APPROVED_VERSIONS_SAVED in others
        assert Reason.SAVED_EXTERNAL_VERSIONS not in others
        if approved in {Protection.PROTECTED, Protection.NOT_AT_RISK}:
            clean = _with(key, saved_external=())
            assert verdict is approved or judged()[clean][0] in {approved, Protection.NOT_AT_RISK, Protection.UNKNOWN}
    assert changed


@pytest.mark.parametrize("name", _UNKNOWN)
def test_not_knowing_never_reassures(name: str) -> None:
    """Where any known value alarms, the unknown in its place alarms too.

    Any number of unknowns follows from this one step, because each step ends in the same space. So
    an outage, an odd answer or a lost right can turn a verdict into "unknown", never into "all is well".
    """
    for key, (verdict, _) in judged().items():
        if verdict not in _REASSURING:
            unknown = _with(key, **{name: _UNKNOWN[name]})
            assert judged()[unknown][0] not in _REASSURING, (key, verdict)


def test_a_version_of_unknown_origin_never_reassures() -> None:
    """A saved external version whose origin cannot be told any more is as alarming as before."""
    for key, (verdict, _) in judged().items():
        if _at(key, "saved_external") and verdict not in _REASSURING:
            doubted = _with(key, saved_external=(), origin_in_doubt=("8.0.0",))
            assert judged()[doubted][0] not in _REASSURING, (key, verdict)


def test_internal_elsewhere_is_never_harmless_where_it_can_be_served() -> None:
    """In a feed that is open to the outside, or may be, only a documented absence reassures."""
    for key, (verdict, reasons) in judged().items():
        open_or_unknown = _at(key, "public_upstream") in {PublicUpstream.ENABLED, PublicUpstream.UNKNOWN}
        elsewhere = _at(key, "internal") is InternalPresence.NONE and _at(key, "internal_elsewhere")
        if elsewhere and open_or_unknown and verdict in _REASSURING:
            assert (reasons[0], _at(key, "twin")) == (Reason.NO_PUBLIC_TWIN, Presence.ABSENT)
            assert _at(key, "public_upstream") is PublicUpstream.ENABLED
            assert not _at(key, "saved_external")


@pytest.mark.parametrize("stance", STANCES, ids=str)
def test_the_switch_is_never_set_for_what_is_internal_elsewhere(stance: Stance) -> None:
    """`Auto` cannot help there: what is exposed is reported, and what is not known is asked again."""
    followed = {Protection.EXPOSED: Action.REPORT, Protection.UNKNOWN: Action.RECHECK}
    for key, (verdict, _) in judged().items():
        if _at(key, "internal") is InternalPresence.NONE:
            assert acted(stance)[key] is followed.get(verdict, Action.NONE)


def test_internal_elsewhere_says_nothing_where_the_feed_has_its_own() -> None:
    """The other feed matters only where this one holds no internal version."""
    for key, judgement in judged().items():
        if _at(key, "internal") is not InternalPresence.NONE:
            assert judged()[_with(key, internal_elsewhere=False)] == judgement


def test_protected_needs_everything() -> None:
    """The verdict is only reached with the switch, the policy, a live internal version and a proof that stands."""
    points = [key for key, (verdict, _) in judged().items() if verdict is Protection.PROTECTED]
    assert points
    for key in points:
        assert _at(key, "internal") is InternalPresence.LIVE
        assert _at(key, "behavior") is UpstreamingBehavior.AUTO
        assert _at(key, "organization_policy") is OrganizationPolicy.ON
        assert not _at(key, "saved_external")
        assert not _at(key, "origin_in_doubt")
        settled = _at(key, "proof") is Proof.UNAVAILABLE and not _at(key, "propagating")
        assert _at(key, "proof") is Proof.HOLDS or settled


def test_allowed_needs_an_approval_of_a_known_collision() -> None:
    """Nothing but an approval in force allows, and not where it is unknown what would be allowed."""
    points = [key for key, (verdict, _) in judged().items() if verdict is Protection.ALLOWED]
    assert points
    for key in points:
        assert _at(key, "approval_in_force")
        assert _at(key, "internal") in {InternalPresence.LIVE, InternalPresence.DELETED}
        assert _at(key, "twin") in {Presence.PRESENT, Presence.TOMBSTONE}


def test_not_at_risk_is_never_said_over_saved_versions_beside_internal_ones() -> None:
    """Unless the registry itself says that nothing public is there."""
    for key, (verdict, _) in judged().items():
        internal = _at(key, "internal") in {InternalPresence.LIVE, InternalPresence.DELETED}
        if verdict is Protection.NOT_AT_RISK and internal and (_at(key, "saved_external")):
            assert _at(key, "twin") is Presence.ABSENT


def test_pending_passes() -> None:
    """The verdict depends on a change that is under way: it cannot outlive the three hours."""
    for key, (verdict, _) in judged().items():
        if verdict is Protection.PENDING:
            assert _at(key, "propagating")
            assert judged()[_with(key, propagating=False)][0] is not Protection.PENDING


@pytest.mark.parametrize("stance", STANCES, ids=str)
def test_the_switch_is_only_set_where_it_stands_open_and_we_may(stance: Stance) -> None:
    """Setting `auto` needs the open switch, the mode, no approval and the right; audit mode never acts."""
    count = 0
    for key, chosen in acted(stance).items():
        if chosen is Action.SET_AUTO:
            count += 1
            evidence = evidence_of(key)
            assert stance.mode is Mode.ENFORCE
            assert evidence.behavior is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
            assert not evidence.approval_in_force
            assert not evidence.permission_missing
            assert stance.preempt or not is_drift(evidence)
    assert (count > 0) == (stance.mode is Mode.ENFORCE)


@pytest.mark.parametrize("stance", STANCES, ids=str)
def test_nothing_alarming_is_left_alone(stance: Stance) -> None:
    """Exposed is set, said, or followed while it settles; unknown and pending are asked again; what is well rests."""
    for key, (verdict, _) in judged().items():
        chosen = acted(stance)[key]
        assert chosen is not Action.NONE or verdict in _REASSURING
        if verdict is Protection.EXPOSED:
            followed = Action.RECHECK if is_settling(evidence_of(key)) else Action.REPORT
            assert chosen in {Action.SET_AUTO, followed}


@pytest.mark.parametrize("preempt", [False, True])
def test_audit_says_what_enforce_would_do(preempt: bool) -> None:  # noqa: FBT001  # a parametrized value
    """The two modes differ in acting only: wherever enforce sets the switch, audit reports, and else they agree."""
    enforce, audit = Stance(Mode.ENFORCE, preempt), Stance(Mode.AUDIT, preempt)
    for key, would in acted(enforce).items():
        says = acted(audit)[key]
        assert says is (Action.REPORT if would is Action.SET_AUTO else would)


def test_a_missing_right_is_told_and_stops_nothing_but_the_act() -> None:
    """Without the right to set the switch the same is reported, and never less said than with it."""
    stance = Stance(Mode.ENFORCE, preempt=True)
    for key, (verdict, reasons) in judged().items():
        without = _with(key, permission_missing=True)
        assert judged()[without][0] is verdict
        assert Reason.FEED_PERMISSION_MISSING in judged()[without][1] or key == without
        assert set(reasons) <= set(judged()[without][1])
        if acted(stance)[key] is Action.SET_AUTO:
            assert acted(stance)[without] is Action.REPORT


def test_a_decision_is_the_law_put_together() -> None:
    """`decide` adds nothing of its own."""
    stance = Stance(Mode.AUDIT)
    for key in list(judged())[::997]:
        evidence = evidence_of(key)
        decision = decide(evidence, stance)
        assert (decision.protection, decision.reasons) == judged()[key]
        assert decision.action is action(evidence, decision.protection, stance)
