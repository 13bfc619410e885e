"""Forms: read whole or refused, and decisions with everything that is wrong at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.application.approve.answers import Choice, OwnerDecision
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import TooLarge, UntrustedInput
from shared.web.forms import ASK_FIELDS, DECISION_FIELDS, Attempt, Problem, read_decision, read_form
from shared.web.messages import WebRequest
from tests.domain.packs import MALICIOUS, NAME, pack
from tests.web.scenes import PACK, REASON, case, form, view


def body(content: bytes, content_type: str = "application/x-www-form-urlencoded") -> WebRequest:
    """Return a request with that body."""
    return WebRequest("POST", "/", {"content-type": content_type}, {}, content)


def test_known_fields_are_read_and_others_passed_over() -> None:
    """Empty ones are there, too."""
    sent = form({"choice": "decline", "reason": "Grüße & mehr", "version": "", "utm_source": "mail"})
    assert read_form(sent, DECISION_FIELDS) == {"choice": "decline", "reason": "Grüße & mehr", "version": ""}
    assert read_form(body(b"", "application/x-www-form-urlencoded; charset=UTF-8"), ASK_FIELDS) == {}


@pytest.mark.parametrize(
    "sent",
    [
        body(b"choice=decline", "application/json"),
        body(b"choice=decline", "multipart/form-data; boundary=x"),
        body(b"choice=decline", ""),
        body(b"choice=decline&choice=allow-period"),
        body(b"reason=%ff"),
        body("reason=ü".encode()),
        body(b"&".join(b"f%d=1" % n for n in range(100))),
    ],
)
def test_what_is_no_form_is_refused(sent: WebRequest) -> None:
    """A field that stands in it twice says two things."""
    with pytest.raises(UntrustedInput):
        read_form(sent, DECISION_FIELDS)


def test_no_form_is_larger_than_ours() -> None:
    """Looked at before anything is read."""
    with pytest.raises(TooLarge):
        read_form(body(b"a" * (64 * 1024 + 1)), DECISION_FIELDS)


@given(st.binary(max_size=200))
def test_junk_is_read_or_refused(content: bytes) -> None:
    """With nothing but our own errors."""
    with suppress(UntrustedInput):
        assert read_form(body(content), DECISION_FIELDS).keys() <= DECISION_FIELDS


def test_each_choice_takes_its_own_fields() -> None:
    """What was typed into another form says nothing."""
    typed = {"reason": REASON, "version": " 3.2.1 ", "days": "5", "digest": PACK.digest()}
    plain = OwnerDecision(Choice.DECLINE, REASON, PACK.digest(), PACK)
    expected = {
        "allow-version": replace(plain, choice=Choice.ALLOW_VERSION, version="3.2.1"),
        "allow-period": replace(plain, choice=Choice.ALLOW_PERIOD, days=5),
        "decline": plain,
        "revoke": replace(plain, choice=Choice.REVOKE),
    }
    for choice, decision in expected.items():
        assert read_decision(typed | {"choice": choice}, view(), PACK) == decision


def test_an_emergency_is_said_expressly() -> None:
    """A ticked box, and nothing else."""
    typed = {"choice": "allow-period", "days": "1", "reason": REASON}
    for said, emergency in (("yes", True), ("no", False), ("", False)):
        decision = read_decision(typed | {"emergency": said}, view(), None)
        assert isinstance(decision, OwnerDecision)
        assert decision.emergency is emergency


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, [""]),
        ({"choice": "approve", "reason": REASON}, [""]),
        ({"choice": "decline", "reason": " \n"}, ["reason"]),
        ({"choice": "decline", "reason": "x" * 5000}, ["reason"]),
        ({"choice": "allow-version"}, ["version", "reason"]),
        ({"choice": "allow-version", "version": "1.0.0 || 2", "reason": REASON}, ["version"]),
        ({"choice": "allow-period", "reason": REASON}, ["days"]),
        ({"choice": "allow-period", "days": "31", "reason": REASON}, ["days"]),
        ({"choice": "allow-period", "days": "0", "reason": REASON}, ["days"]),
        ({"choice": "allow-period", "days": "1.5", "reason": REASON}, ["days"]),
        ({"choice": "allow-period", "days": "٣", "reason": REASON}, ["days"]),
    ],
)
def test_everything_that_is_wrong_is_told_at_once(fields: dict[str, str], wrong: list[str]) -> None:
    """Beside the field that it is about."""
    problems = read_decision(fields, view(), None)
    assert isinstance(problems, tuple)
    assert [problem.field for problem in problems] == wrong


@pytest.mark.parametrize(("ecosystem", "name"), [("cargo", "acme-billing"), ("maven", "com.acme:billing")])
def test_an_exact_version_that_cannot_be_fetched_is_refused_in_words(ecosystem: str, name: str) -> None:
    """Whoever made the form: the page has none of this kind."""
    seen = view(case=case(name=PackageName.of(Ecosystem(ecosystem), name)))
    typed = {"choice": "allow-version", "version": "3.2.1", "reason": REASON}
    expected = "One exact version can be allowed of npm, nuget, pypi packages only: allow versions for a while instead."
    assert read_decision(typed, seen, None) == (Problem("version", expected),)


def test_known_malware_is_allowed_by_its_name_only() -> None:
    """Letter by letter; declining needs no name."""
    seen = view(case=case(pack(advisories=MALICIOUS)))
    typed = {"choice": "allow-period", "days": "1", "reason": REASON}
    for name in ("", "acme_billing", NAME.spelling.upper()):
        problems = read_decision(typed | {"retyped_name": name}, seen, None)
        assert isinstance(problems, tuple)
        assert [problem.field for problem in problems] == ["retyped_name"]
    decision = read_decision(typed | {"retyped_name": f" {NAME.spelling} "}, seen, None)
    assert isinstance(decision, OwnerDecision)
    assert decision.retyped_name == NAME.spelling
    assert isinstance(read_decision(typed | {"choice": "decline"}, seen, None), OwnerDecision)


def test_a_problem_is_found_by_its_field() -> None:
    """An empty text where there is none."""
    attempt = Attempt({}, (Problem("days", "Type a number."),))
    assert (attempt.problem("days"), attempt.problem("reason")) == ("Type a number.", "")
