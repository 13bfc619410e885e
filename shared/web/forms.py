"""What people typed: a form's body as fields, and the fields of a decision as what the use case takes.

Pure. Nothing is guessed: a field that is missing, doubled or out of bounds is a problem that the page tells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from shared.application.approve.answers import Choice, OwnerDecision, RequestView
from shared.domain.approval_checks import exact_version, is_malicious, period_of, stated_reason
from shared.domain.evidence_pack import EvidencePack
from shared.errors import BadField, TooLarge, UntrustedInput
from shared.web.messages import WebRequest

ALLOWING: Final = (Choice.ALLOW_VERSION, Choice.ALLOW_PERIOD)

_LARGEST_BODY: Final = 64 * 1024
_MOST_FIELDS: Final = 40
_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"

DECISION_FIELDS: Final = frozenset(
    {"csrf", "choice", "version", "days", "reason", "digest", "shown", "retyped_name", "emergency"}
)
ASK_FIELDS: Final = frozenset({"csrf", "feed", "ecosystem", "name", "reason"})

_DIGITS: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, in a sentence that says what to do."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed into a form that was not taken, so that nobody has to type it again.

    `refusal` says why in words, `changes` what is not as they saw it; the words may repeat public data.
    """

    typed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[Problem, ...] = ()
    refusal: str = ""
    changes: tuple[str, ...] = ()

    def problem(self, name: str) -> str:
        """Return what is wrong with a field; empty = nothing."""
        return next((problem.text for problem in self.problems if problem.field == name), "")


NO_ATTEMPT: Final = Attempt()


def check_size(request: WebRequest) -> None:
    """Refuse what is larger than anything that our pages send. Raises TooLarge."""
    if len(request.body) > _LARGEST_BODY:
        raise TooLarge(f"a form has at most {_LARGEST_BODY} bytes")


def read_form(request: WebRequest, known: frozenset[str]) -> Mapping[str, str]:
    """Return the known fields of a form; others are passed over.

    Raises:
        TooLarge: more bytes than any form of ours has.
        UntrustedInput: no form, not readable, or a field that stands in it twice.
    """
    check_size(request)
    if request.header("content-type").partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise UntrustedInput(f"a form is sent as {_MEDIA_TYPE}")
    try:
        text = request.body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise UntrustedInput("the form cannot be read") from error
    doubled = sorted(name for name, count in Counter(name for name, _ in pairs).items() if count > 1 and name in known)
    if doubled:
        raise UntrustedInput(f"the form holds {doubled[0]} more than once")
    return {name: value for name, value in pairs if name in known}


def read_decision(
    form: Mapping[str, str], view: RequestView, shown: EvidencePack | None
) -> OwnerDecision | tuple[Problem, ...]:
    """Return what an owner decided, or all that is wrong with the form."""
    choice = next((choice for choice in Choice if choice.value == form.get("choice")), None)
    if choice is None:
        return (Problem("", "Choose what is to happen."),)
    problems = (*_problems(choice, form, view), *reason_problems(form))
    if problems:
        return problems
    return OwnerDecision(
        choice=choice,
        reason=form["reason"],
        digest=form.get("digest", ""),
        shown=shown,
        version=form.get("version", "").strip() if choice is Choice.ALLOW_VERSION else "",
        days=int(form["days"].strip()) if choice is Choice.ALLOW_PERIOD else None,
        retyped_name=form.get("retyped_name", "").strip(),
        emergency=form.get("emergency") == "yes",
    )


def reason_problems(form: Mapping[str, str]) -> Iterator[Problem]:
    """Tell what is wrong with the reason."""
    yield from _problem_of(lambda: stated_reason(form.get("reason", "")))


def _problems(choice: Choice, form: Mapping[str, str], view: RequestView) -> Iterator[Problem]:
    case = view.case
    if choice is Choice.ALLOW_VERSION:
        yield from _problem_of(lambda: exact_version(case, form.get("version", "")))
    if choice is Choice.ALLOW_PERIOD:
        yield from _problem_of(lambda: period_of(_days(form.get("days", "").strip()), view.terms))
    # The use case looks again; here it is told together with whatever else is wrong.
    if choice in ALLOWING and is_malicious(case) and form.get("retyped_name", "").strip() != case.name.spelling:
        yield Problem("retyped_name", f"Type the name exactly as it stands here: {case.name.spelling}")


def _problem_of(read: Callable[[], object]) -> Iterator[Problem]:
    try:
        read()
    except BadField as error:
        yield Problem(error.field, str(error))


def _days(text: str) -> int:
    return int(text) if _DIGITS.fullmatch(text) else 0
