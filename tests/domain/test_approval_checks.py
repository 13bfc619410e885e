"""Whether something may be allowed, and what: every obstacle, and forms that are not to be trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.approval_checks import (
    BUSY,
    MALICIOUS,
    ONLY_WATCHED,
    exact_version,
    is_malicious,
    nothing_to_allow,
    obstacles,
    period_of,
    reason_not_to_ask,
    stated_reason,
)
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.audit import GENESIS
from shared.domain.cases import Case, CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Protection
from shared.domain.reasons import Reason
from shared.domain.twins import Presence, unknown_twin
from shared.errors import BadField
from tests.domain import packs

TERMS: Final = ApprovalTerms()
NAMES: Final = {Ecosystem.MAVEN: "com.contoso:billing"}
NOW: Final = datetime(2026, 8, 1, tzinfo=UTC)


def case(ecosystem: Ecosystem = Ecosystem.NPM, /, **members: object) -> Case:
    """Return a blocked collision with some members otherwise."""
    name = PackageName.of(ecosystem, NAMES.get(ecosystem, "acme-billing"))
    blocked = Case(
        feed=FeedRef("contoso", "p", "f"),
        feed_title="Payments/core",
        name=name,
        state=CaseState.PROTECTED,
        protection=Protection.PROTECTED,
        scenario=None,
        reasons=(Reason.BLOCKED_BY_AUTO,),
        mode=Mode.ENFORCE,
        behavior=UpstreamingBehavior.AUTO,
        previous_behavior=None,
        twin=packs.STRANGER,
        saved_external=(),
        opened_at=NOW,
        updated_at=NOW,
        changed_at=None,
        sequence=1,
        head=GENESIS,
        pack=packs.pack(),
        evidence_digest=packs.pack().digest(),
    )
    return replace(blocked, **members)  # type: ignore[arg-type]  # the dataclass checks the names


def test_a_plain_collision_may_be_allowed() -> None:
    """Nothing stands in the way, and people may ask."""
    assert obstacles(case(), TERMS) == ()
    assert reason_not_to_ask(case(), TERMS) == ""


UNKNOWN: Final = Protection.UNKNOWN
EXPOSED: Final = Protection.EXPOSED


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"mode": Mode.AUDIT}, "audit"),
        ({"state": CaseState.ENFORCING}, "being changed"),
        ({"protection": Protection.NOT_AT_RISK, "reasons": (Reason.NO_PUBLIC_UPSTREAM,)}, "takes nothing"),
        ({"protection": Protection.NOT_AT_RISK, "reasons": (Reason.NO_INTERNAL_VERSION,)}, "no internal version"),
        ({"protection": Protection.NOT_AT_RISK, "reasons": ()}, "Nothing public"),
        ({"protection": EXPOSED, "reasons": (Reason.INTERNAL_ELSEWHERE,)}, "another feed"),
        (
            {"protection": EXPOSED, "reasons": (Reason.SAVED_EXTERNAL_VERSIONS,)}
            | {"twin": packs.twin(presence=Presence.ABSENT)},
            "Nothing public",
        ),
        ({"protection": UNKNOWN, "reasons": (Reason.REGISTRY_UNKNOWN,)}, "does not tell"),
        ({"protection": UNKNOWN, "reasons": (Reason.ORIGIN_UNKNOWN,)}, "internal or came from outside"),
        ({"protection": UNKNOWN, "reasons": (Reason.UPSTREAM_UNKNOWN,)}, "whether the feed takes"),
        ({"protection": UNKNOWN, "reasons": (Reason.BEHAVIOR_UNKNOWN,)}, "owner of the feed itself"),
        ({"protection": UNKNOWN, "reasons": ()}, "could not be checked"),
        ({"protection": EXPOSED, "reasons": (Reason.SAVED_EXTERNAL_VERSIONS, Reason.REGISTRY_UNKNOWN)}, "not tell"),
        ({"reasons": (Reason.BLOCKED_BY_AUTO, Reason.FEED_PERMISSION_MISSING)}, "owner of the feed itself"),
        ({"pack": None}, "could not be checked"),
        ({"twin": unknown_twin("silent")}, "could not be checked"),
        ({"pack": packs.pack(advisories=packs.MALICIOUS)}, "malicious"),
    ],
)
def test_what_stands_in_the_way_is_said(members: dict[str, object], word: str) -> None:
    """One sentence for each obstacle."""
    found = obstacles(case(**members), TERMS)
    assert len(found) == 1
    assert word in found[0]


@pytest.mark.parametrize("reason", [Reason.ORGANIZATION_POLICY_UNKNOWN, Reason.PROOF_UNKNOWN])
def test_whether_auto_would_hold_is_another_question(reason: Reason) -> None:
    """A permission that cannot be given for ever, because nobody can read the policy, would help nobody."""
    assert obstacles(case(protection=UNKNOWN, reasons=(reason,)), TERMS) == ()


def test_doubt_about_one_version_is_no_obstacle_where_something_else_decides() -> None:
    """The feed is exposed for another reason."""
    reasons = (Reason.SAVED_EXTERNAL_VERSIONS, Reason.ORIGIN_UNKNOWN)
    assert obstacles(case(protection=EXPOSED, reasons=reasons), TERMS) == ()


def test_every_reason_alone_has_words_or_none() -> None:
    """No combination of verdict and reason breaks the rule."""
    for protection in Protection:
        for reason in Reason:
            found = obstacles(case(protection=protection, reasons=(reason,)), TERMS)
            assert all(sentence.endswith(".") for sentence in found)
            assert bool(found) or protection is not Protection.NOT_AT_RISK


def test_a_malicious_twin_may_be_allowed_where_the_policy_says_so() -> None:
    """By retyping its name, which is asked elsewhere."""
    malicious = case(pack=packs.pack(advisories=packs.MALICIOUS))
    assert is_malicious(malicious)
    assert obstacles(malicious, TERMS) == (MALICIOUS,)
    assert obstacles(malicious, replace(TERMS, malicious_by_name=True)) == ()
    assert not is_malicious(case(pack=None))


def test_whoever_asks_learns_no_evidence() -> None:
    """Why there is nothing to ask for is the same sentence for all reasons."""
    safe = [case(protection=Protection.NOT_AT_RISK, reasons=(reason,)) for reason in Reason]
    told = {reason_not_to_ask(known, TERMS) for known in (*safe, case(pack=None), None)}
    assert len(told) == 1
    assert nothing_to_allow(safe[0]) not in told
    assert reason_not_to_ask(case(mode=Mode.AUDIT), TERMS) == ONLY_WATCHED
    assert reason_not_to_ask(case(state=CaseState.ENFORCING), TERMS) == BUSY
    malicious = case(pack=packs.pack(advisories=packs.MALICIOUS))
    assert reason_not_to_ask(malicious, TERMS) == MALICIOUS
    assert reason_not_to_ask(malicious, replace(TERMS, malicious_by_name=True)) == ""


@pytest.mark.parametrize(
    ("ecosystem", "text"),
    [
        (Ecosystem.NPM, "3.2.1"),
        (Ecosystem.NPM, " 3.2.1-rc.1+build.5 "),
        (Ecosystem.PYPI, "3.2"),
        (Ecosystem.PYPI, "1!2.0rc1.post2.dev3+local-1"),
        (Ecosystem.PYPI, "v3"),
        (Ecosystem.NUGET, "3.2.1.4-beta.1"),
    ],
)
def test_a_version_is_taken_as_it_is_written(ecosystem: Ecosystem, text: str) -> None:
    """Only the space around it goes."""
    assert exact_version(case(ecosystem), text) == text.strip()


@pytest.mark.parametrize(
    ("ecosystem", "text"),
    [
        (Ecosystem.NPM, ""),
        (Ecosystem.NPM, "latest"),
        (Ecosystem.NPM, "^3.2.1"),
        (Ecosystem.NPM, "3.2"),
        (Ecosystem.NPM, "3.2.1 || 4.0.0"),
        (Ecosystem.NPM, "3.2.1/../../x"),
        (Ecosystem.NPM, "3.2.1\n4.0.0"),
        (Ecosystem.NPM, "3.2.1\x00"),
        (Ecosystem.NPM, "\u0663.\u0662.\u0661"),
        (Ecosystem.NPM, "3.2." + "1" * 100),
        (Ecosystem.PYPI, ">=3"),
        (Ecosystem.PYPI, "3.*"),
        (Ecosystem.PYPI, "../3"),
        (Ecosystem.PYPI, "3..2"),
        (Ecosystem.NUGET, "[3.2,4)"),
        (Ecosystem.NUGET, "3.2.1.4.5"),
        (Ecosystem.MAVEN, "3.2.1"),
        (Ecosystem.CARGO, "3.2.1"),
    ],
)
def test_what_is_no_version_is_refused_beside_its_field(ecosystem: Ecosystem, text: str) -> None:
    """Ranges, tags, paths, second lines, digits of other scripts, and ecosystems of which none can be fetched."""
    with pytest.raises(BadField) as refused:
        exact_version(case(ecosystem), text)
    assert refused.value.field == "version"


def test_a_version_that_is_there_needs_no_permission() -> None:
    """Saved already, or our own: in whatever spelling."""
    with pytest.raises(BadField, match="saved in the feed already"):
        exact_version(case(Ecosystem.PYPI, saved_external=("3.2.0",)), "3.2")
    with pytest.raises(BadField, match="internal one"):
        exact_version(case(), "2.1.0")
    assert exact_version(case(pack=None), "2.1.0") == "2.1.0"


@given(st.text(max_size=120))
def test_any_text_is_a_version_or_refused(text: str) -> None:
    """What is taken can stand in a path and in a line of a log."""
    for ecosystem in (Ecosystem.NPM, Ecosystem.PYPI, Ecosystem.NUGET):
        try:
            version = exact_version(case(ecosystem), text)
        except BadField:
            continue
        assert version.isascii()
        assert not set(version) & set(" /\\%?#\n\r\t\0")


def test_a_period_is_within_the_terms() -> None:
    """None is the default, which cannot be longer than the longest."""
    assert period_of(None, TERMS) == timedelta(days=7)
    assert period_of(30, TERMS) == timedelta(days=30)
    assert period_of(None, replace(TERMS, longest_period=timedelta(days=2))) == timedelta(days=2)
    for days in (0, -1, 31, 10**9):
        with pytest.raises(BadField, match="1 to 30 days") as refused:
            period_of(days, TERMS)
        assert refused.value.field == "days"


@given(st.text())
def test_a_reason_is_kept_without_what_cannot_be_shown(text: str) -> None:
    """Lines stay, control characters and lone surrogates go."""
    try:
        said = stated_reason(text)
    except BadField:
        return
    assert 1 <= len(said) <= 2_000
    assert all(letter.isprintable() or letter == "\n" for letter in said)


@pytest.mark.parametrize("text", ["", " \r\n\t ", "\x00\x1b", "x" * 2_001])
def test_no_reason_and_too_long_a_reason_are_refused(text: str) -> None:
    """Beside the field."""
    with pytest.raises(BadField):
        stated_reason(text)
    assert stated_reason("one\r\ntwo\x07") == "one\ntwo"
