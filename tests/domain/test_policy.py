"""The law told in situations that have a name."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import pytest

from shared.domain.evidence import InternalPresence, OrganizationPolicy, Proof, PublicUpstream, UpstreamingBehavior
from shared.domain.policy import SCENARIOS, Action, Mode, Protection, Scenario, Stance, decide, scenario
from shared.domain.reasons import Reason
from shared.domain.twins import Presence
from tests.domain.worlds import world

_OPEN: Final = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
_ENFORCE, _AUDIT = Stance(Mode.ENFORCE), Stance(Mode.AUDIT)
_PREEMPT: Final = Stance(Mode.ENFORCE, preempt=True)

# Presences for which Microsoft's page knows no scenario, and why nobody misses one.
_WITHOUT_SCENARIO: Final = {
    (False, False, False): "the feed holds no live version, and nothing is public: there is no package",
    (False, False, True): "a public package that the feed never saved: nothing of ours to confuse it with",
}


def test_the_scenarios_and_the_explained_gaps_are_total() -> None:
    """Every combination of three presences has its scenario, or its reason for having none."""
    assert set(SCENARIOS) | set(_WITHOUT_SCENARIO) == set(product((True, False), repeat=3))
    assert not set(SCENARIOS) & set(_WITHOUT_SCENARIO)
    assert set(SCENARIOS.values()) == set(Scenario)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"twin": Presence.ABSENT}, Scenario.ALL_PRIVATE),
        ({"internal": InternalPresence.NONE, "saved_external": ("1",)}, Scenario.ALL_PUBLIC),
        ({"internal": InternalPresence.NONE, "saved_external": ("1",), "twin": Presence.ABSENT}, Scenario.ALL_PUBLIC),
        ({"saved_external": ("1",), "twin": Presence.ABSENT}, Scenario.PUBLIC_MADE_PRIVATE),
        ({}, Scenario.PRIVATE_MADE_PUBLIC),
        ({"twin": Presence.TOMBSTONE}, Scenario.PRIVATE_MADE_PUBLIC),
        ({"saved_external": ("1",)}, Scenario.PRIVATE_AND_PUBLIC),
        ({"internal": InternalPresence.NONE}, None),
        ({"internal": InternalPresence.NONE, "twin": Presence.ABSENT}, None),
        ({"internal": InternalPresence.DELETED}, None),
        ({"internal": InternalPresence.UNKNOWN}, None),
        ({"twin": Presence.UNKNOWN}, None),
        ({"origin_in_doubt": ("1",)}, None),
    ],
)
def test_scenarios_are_told_from_the_presences(members: dict[str, Any], expected: Scenario | None) -> None:
    """A tombstone is public; deleted internal versions are no versions; any unknown presence leaves none."""
    assert scenario(world(**members)) is expected


_SITUATIONS: Final = [
    pytest.param({}, _ENFORCE, Protection.PROTECTED, (Reason.BLOCKED_BY_AUTO,), Action.NONE, id="auto blocks"),
    pytest.param(
        {"behavior": _OPEN},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.EXTERNAL_VERSIONS_ALLOWED,),
        Action.SET_AUTO,
        id="somebody opened the switch",
    ),
    pytest.param(
        {"behavior": _OPEN},
        _AUDIT,
        Protection.EXPOSED,
        (Reason.EXTERNAL_VERSIONS_ALLOWED,),
        Action.REPORT,
        id="somebody opened the switch, audit mode",
    ),
    pytest.param(
        {"behavior": _OPEN, "permission_missing": True},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.EXTERNAL_VERSIONS_ALLOWED, Reason.FEED_PERMISSION_MISSING),
        Action.REPORT,
        id="an open switch that we may not close",
    ),
    pytest.param(
        {"behavior": None, "permission_missing": True},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.BEHAVIOR_UNKNOWN, Reason.FEED_PERMISSION_MISSING),
        Action.RECHECK,
        id="a switch that we may not read",
    ),
    pytest.param(
        {"behavior": _OPEN, "approval_in_force": True},
        _ENFORCE,
        Protection.ALLOWED,
        (Reason.APPROVAL_IN_FORCE, Reason.EXTERNAL_VERSIONS_ALLOWED),
        Action.NONE,
        id="an owner approved",
    ),
    pytest.param(
        {"organization_policy": OrganizationPolicy.OFF},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.ORGANIZATION_POLICY_OFF,),
        Action.REPORT,
        id="the organization's policy is off",
    ),
    pytest.param(
        {"behavior": _OPEN, "organization_policy": OrganizationPolicy.OFF},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.EXTERNAL_VERSIONS_ALLOWED, Reason.ORGANIZATION_POLICY_OFF),
        Action.SET_AUTO,
        id="both are open: the switch is closed, the policy told",
    ),
    pytest.param(
        {"organization_policy": OrganizationPolicy.UNKNOWN},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.ORGANIZATION_POLICY_UNKNOWN,),
        Action.RECHECK,
        id="nobody can tell the organization's policy",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.NONE},
        _ENFORCE,
        Protection.NOT_AT_RISK,
        (Reason.NO_PUBLIC_UPSTREAM,),
        Action.NONE,
        id="no public upstream for that ecosystem",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.DISABLED},
        _ENFORCE,
        Protection.NOT_AT_RISK,
        (Reason.UPSTREAM_DISABLED,),
        Action.NONE,
        id="the public upstream is disabled",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.DISABLED, "behavior": _OPEN},
        _ENFORCE,
        Protection.NOT_AT_RISK,
        (Reason.UPSTREAM_DISABLED, Reason.EXTERNAL_VERSIONS_ALLOWED),
        Action.SET_AUTO,
        id="an open switch waits behind a disabled upstream",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.NONE, "behavior": _OPEN, "permission_missing": True},
        _ENFORCE,
        Protection.NOT_AT_RISK,
        (Reason.NO_PUBLIC_UPSTREAM, Reason.EXTERNAL_VERSIONS_ALLOWED, Reason.FEED_PERMISSION_MISSING),
        Action.REPORT,
        id="an open switch waits, and we may not close it",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.UNKNOWN, "twin": Presence.ABSENT},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.UPSTREAM_UNKNOWN,),
        Action.RECHECK,
        id="no twin in the registries asked, but perhaps in one that could not be found out",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.UNKNOWN, "behavior": _OPEN},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.EXTERNAL_VERSIONS_ALLOWED,),
        Action.SET_AUTO,
        id="an open switch is closed although the upstreams are not known",
    ),
    pytest.param(
        {"internal": InternalPresence.DELETED},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.DELETED_INTERNAL_VERSIONS,),
        Action.REPORT,
        id="all internal versions are deleted",
    ),
    pytest.param(
        {"internal": InternalPresence.NONE},
        _ENFORCE,
        Protection.NOT_AT_RISK,
        (Reason.NO_INTERNAL_VERSION,),
        Action.NONE,
        id="a public package like any other",
    ),
    pytest.param(
        {"internal": InternalPresence.UNKNOWN, "behavior": _OPEN},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.ORIGIN_UNKNOWN, Reason.EXTERNAL_VERSIONS_ALLOWED),
        Action.RECHECK,
        id="nobody can tell whether it is internal: nothing is touched",
    ),
    pytest.param(
        {"saved_external": ("9",)},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.SAVED_EXTERNAL_VERSIONS,),
        Action.REPORT,
        id="a saved external version beside the internal ones",
    ),
    pytest.param(
        {"saved_external": ("9",), "twin": Presence.UNKNOWN, "public_upstream": PublicUpstream.DISABLED},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.SAVED_EXTERNAL_VERSIONS,),
        Action.REPORT,
        id="a saved external version, after the upstream was disabled in alarm: no registry is asked any more",
    ),
    pytest.param(
        {"saved_external": ("9",), "twin": Presence.UNKNOWN, "approval_in_force": True},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.REGISTRY_UNKNOWN, Reason.SAVED_EXTERNAL_VERSIONS),
        Action.RECHECK,
        id="approved, and the registry did not answer",
    ),
    pytest.param(
        {"saved_external": ("9",), "proof": Proof.LEAKS, "propagating": True},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.SAVED_EXTERNAL_VERSIONS, Reason.PROPAGATING),
        Action.RECHECK,
        id="a saved external version, while our change settles",
    ),
    pytest.param(
        {"saved_external": ("9",), "proof": Proof.LEAKS},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.SAVED_EXTERNAL_VERSIONS, Reason.PROTECTION_NOT_HOLDING),
        Action.REPORT,
        id="a saved external version, and it leaks after three hours",
    ),
    pytest.param(
        {"saved_external": ("9",), "twin": Presence.ABSENT},
        _ENFORCE,
        Protection.NOT_AT_RISK,
        (Reason.NO_PUBLIC_TWIN, Reason.SAVED_EXTERNAL_VERSIONS),
        Action.NONE,
        id="a public package made private: told, no alarm",
    ),
    pytest.param(
        {"origin_in_doubt": ("9",)},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.ORIGIN_UNKNOWN,),
        Action.RECHECK,
        id="one version of unknown origin beside internal ones",
    ),
    pytest.param(
        {"twin": Presence.TOMBSTONE},
        _ENFORCE,
        Protection.PROTECTED,
        (Reason.BLOCKED_BY_AUTO, Reason.TWIN_IS_TOMBSTONE),
        Action.NONE,
        id="a tombstone counts as taken",
    ),
    pytest.param(
        {"twin": Presence.ABSENT},
        _ENFORCE,
        Protection.NOT_AT_RISK,
        (Reason.NO_PUBLIC_TWIN,),
        Action.NONE,
        id="nothing public is there",
    ),
    pytest.param(
        {"twin": Presence.UNKNOWN},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.REGISTRY_UNKNOWN,),
        Action.RECHECK,
        id="the registry did not answer",
    ),
    pytest.param(
        {"twin": Presence.ABSENT, "behavior": _OPEN},
        _ENFORCE,
        Protection.NOT_AT_RISK,
        (Reason.NO_PUBLIC_TWIN, Reason.EXTERNAL_VERSIONS_ALLOWED, Reason.UNCLAIMED_PUBLIC_NAME),
        Action.REPORT,
        id="drift: the switch is open, and anyone can claim the name",
    ),
    pytest.param(
        {"twin": Presence.ABSENT, "behavior": _OPEN},
        _PREEMPT,
        Protection.NOT_AT_RISK,
        (Reason.NO_PUBLIC_TWIN, Reason.EXTERNAL_VERSIONS_ALLOWED, Reason.UNCLAIMED_PUBLIC_NAME),
        Action.SET_AUTO,
        id="drift, preempted",
    ),
    pytest.param(
        {"twin": Presence.ABSENT, "behavior": _OPEN, "approval_in_force": True},
        _PREEMPT,
        Protection.NOT_AT_RISK,
        (Reason.NO_PUBLIC_TWIN, Reason.EXTERNAL_VERSIONS_ALLOWED, Reason.UNCLAIMED_PUBLIC_NAME),
        Action.NONE,
        id="an approved open switch is no drift",
    ),
    pytest.param(
        {"twin": Presence.UNKNOWN, "behavior": _OPEN},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.REGISTRY_UNKNOWN, Reason.EXTERNAL_VERSIONS_ALLOWED),
        Action.RECHECK,
        id="an open switch, and a registry that did not answer",
    ),
    pytest.param(
        {"proof": Proof.LEAKS},
        _ENFORCE,
        Protection.EXPOSED,
        (Reason.PROTECTION_NOT_HOLDING,),
        Action.REPORT,
        id="it leaks after three hours",
    ),
    pytest.param(
        {"proof": Proof.LEAKS, "propagating": True},
        _ENFORCE,
        Protection.PENDING,
        (Reason.PROPAGATING,),
        Action.RECHECK,
        id="it leaks within three hours",
    ),
    pytest.param(
        {"proof": Proof.HOLDS, "propagating": True},
        _ENFORCE,
        Protection.PROTECTED,
        (Reason.BLOCKED_BY_AUTO,),
        Action.NONE,
        id="it holds before the three hours are over",
    ),
    pytest.param(
        {"proof": Proof.UNAVAILABLE},
        _ENFORCE,
        Protection.PROTECTED,
        (Reason.NOT_PROBED,),
        Action.NONE,
        id="an ecosystem whose index is not read, after three hours",
    ),
    pytest.param(
        {"proof": Proof.UNAVAILABLE, "propagating": True},
        _ENFORCE,
        Protection.PENDING,
        (Reason.PROPAGATING,),
        Action.RECHECK,
        id="an ecosystem whose index is not read, within three hours",
    ),
    pytest.param(
        {"proof": Proof.UNKNOWN},
        _ENFORCE,
        Protection.UNKNOWN,
        (Reason.PROOF_UNKNOWN,),
        Action.RECHECK,
        id="the proof could not be read",
    ),
]


@pytest.mark.parametrize(("members", "stance", "protection", "reasons", "action"), _SITUATIONS)
def test_each_situation_has_its_verdict_reasons_and_action(
    members: dict[str, Any],
    stance: Stance,
    protection: Protection,
    reasons: tuple[Reason, ...],
    action: Action,
) -> None:
    """What an operator would expect, situation by situation."""
    decision = decide(world(**members), stance)
    assert (decision.protection, decision.reasons, decision.action) == (protection, reasons, action)


_ELSEWHERE: Final = [
    pytest.param({}, Protection.EXPOSED, (Reason.INTERNAL_ELSEWHERE,), Action.REPORT, id="served from outside"),
    pytest.param(
        {"behavior": _OPEN},
        Protection.EXPOSED,
        (
            Reason.INTERNAL_ELSEWHERE,
            Reason.EXTERNAL_VERSIONS_ALLOWED,
        ),
        Action.REPORT,
        id="its switch is open",
    ),
    pytest.param(
        {"twin": Presence.TOMBSTONE},
        Protection.EXPOSED,
        (
            Reason.INTERNAL_ELSEWHERE,
            Reason.TWIN_IS_TOMBSTONE,
        ),
        Action.REPORT,
        id="a tombstone",
    ),
    pytest.param(
        {"twin": Presence.ABSENT},
        Protection.NOT_AT_RISK,
        (
            Reason.NO_PUBLIC_TWIN,
            Reason.INTERNAL_ELSEWHERE,
        ),
        Action.NONE,
        id="nothing public",
    ),
    pytest.param(
        {"twin": Presence.UNKNOWN},
        Protection.UNKNOWN,
        (
            Reason.REGISTRY_UNKNOWN,
            Reason.INTERNAL_ELSEWHERE,
        ),
        Action.RECHECK,
        id="the registry is silent",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.UNKNOWN},
        Protection.UNKNOWN,
        (
            Reason.UPSTREAM_UNKNOWN,
            Reason.INTERNAL_ELSEWHERE,
        ),
        Action.RECHECK,
        id="an upstream feed is hidden",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.NONE},
        Protection.NOT_AT_RISK,
        (
            Reason.NO_PUBLIC_UPSTREAM,
            Reason.INTERNAL_ELSEWHERE,
        ),
        Action.NONE,
        id="no public upstream",
    ),
    pytest.param(
        {"public_upstream": PublicUpstream.DISABLED},
        Protection.NOT_AT_RISK,
        (
            Reason.UPSTREAM_DISABLED,
            Reason.INTERNAL_ELSEWHERE,
        ),
        Action.NONE,
        id="the upstream is disabled",
    ),
    pytest.param(
        {"saved_external": ("9",), "twin": Presence.ABSENT},
        Protection.EXPOSED,
        (
            Reason.INTERNAL_ELSEWHERE,
            Reason.SAVED_EXTERNAL_VERSIONS,
        ),
        Action.REPORT,
        id="saved, and gone outside",
    ),
    pytest.param(
        {"saved_external": ("9",), "twin": Presence.UNKNOWN, "public_upstream": PublicUpstream.NONE},
        Protection.EXPOSED,
        (
            Reason.INTERNAL_ELSEWHERE,
            Reason.SAVED_EXTERNAL_VERSIONS,
        ),
        Action.REPORT,
        id="saved, and no way out",
    ),
    pytest.param(
        {"saved_external": ("9",), "twin": Presence.UNKNOWN, "public_upstream": PublicUpstream.UNKNOWN},
        Protection.UNKNOWN,
        (
            Reason.REGISTRY_UNKNOWN,
            Reason.SAVED_EXTERNAL_VERSIONS,
            Reason.INTERNAL_ELSEWHERE,
        ),
        Action.RECHECK,
        id="saved, and the holder not readable",
    ),
]


@pytest.mark.parametrize(("members", "protection", "reasons", "action"), _ELSEWHERE)
def test_what_is_internal_elsewhere(
    members: dict[str, Any], protection: Protection, reasons: tuple[Reason, ...], action: Action
) -> None:
    """The feed holds no internal version, another one does: told in every mode, and never mended by the switch."""
    evidence = world(**{"internal": InternalPresence.NONE, "internal_elsewhere": True, **members})
    for stance in (_ENFORCE, _AUDIT, _PREEMPT):
        decision = decide(evidence, stance)
        assert (decision.protection, decision.reasons, decision.action) == (protection, reasons, action)
