"""The policy file's section `approvals`: on which terms owners may allow versions from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictBool, StrictStr, model_validator

from shared.adapters.policy_patterns import collected, feed_pattern, name_patterns
from shared.adapters.policy_words import EcosystemWord, word_of
from shared.adapters.yaml_lines import LocatedYaml
from shared.domain.approval_rules import DEFAULT_TERMS, ApprovalRule, ApprovalTerms, WhenWorse

MOST_DAYS: Final = 365  # of an approval
MOST_MINUTES: Final = 180  # of an open switch, for one exact version
MOST_LINK_DAYS: Final = 30
MOST_OWNERS: Final = 5


class KnownMalicious(StrEnum):
    """Whether a public package that is known to be malicious may be allowed."""

    REFUSE = "refuse"
    RETYPE_NAME = "retype-name"


def _whole(most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        # YAML's true is a number to Python.
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise ValueError(f"must be a whole number from 1 to {most}")
        return value

    return read


type _Days = Annotated[int, BeforeValidator(_whole(MOST_DAYS))]
type _Minutes = Annotated[int, BeforeValidator(_whole(MOST_MINUTES))]
type _LinkDays = Annotated[int, BeforeValidator(_whole(MOST_LINK_DAYS))]
type _Owners = Annotated[int, BeforeValidator(_whole(MOST_OWNERS))]
type _WhenWorse = Annotated[
    WhenWorse, BeforeValidator(lambda value: word_of(WhenWorse, value, called="answer to a change for the worse"))
]
type _Malicious = Annotated[
    KnownMalicious, BeforeValidator(lambda value: word_of(KnownMalicious, value, called="answer to known malware"))
]


class ApprovalRow(BaseModel):
    """One rule, as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    feed: Annotated[StrictStr, AfterValidator(feed_pattern)] = "*"
    name: StrictStr = "*"
    ecosystem: EcosystemWord | None = None
    default_days: _Days | None = None
    most_days: _Days = DEFAULT_TERMS.longest_period.days
    exact_version_minutes: _Minutes = DEFAULT_TERMS.exact_window // timedelta(minutes=1)
    link_days: _LinkDays = DEFAULT_TERMS.link_for.days
    when_worse: _WhenWorse = DEFAULT_TERMS.when_worse
    known_malicious: _Malicious = KnownMalicious.REFUSE
    four_eyes: StrictBool = DEFAULT_TERMS.four_eyes
    needed: _Owners = DEFAULT_TERMS.needed
    break_glass: StrictBool = DEFAULT_TERMS.break_glass

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        name_patterns(self.name, self.ecosystem)
        if self.default_days is not None and self.default_days > self.most_days:
            raise ValueError(f"default_days is {self.default_days}, and most_days allows {self.most_days}")
        return self

    def rules(self) -> list[ApprovalRule]:
        """Return it as the domain knows it: one rule for each ecosystem that reads the name its own way."""
        terms = self._terms()
        names = name_patterns(self.name, self.ecosystem)
        return [ApprovalRule(terms, self.feed, name, ecosystem) for ecosystem, name in names]

    def _terms(self) -> ApprovalTerms:
        longest = timedelta(days=self.most_days)
        default = DEFAULT_TERMS.default_period if self.default_days is None else timedelta(days=self.default_days)
        return ApprovalTerms(
            # Whoever writes a shorter limit means it for the proposal too.
            default_period=min(default, longest),
            longest_period=longest,
            exact_window=timedelta(minutes=self.exact_version_minutes),
            link_for=timedelta(days=self.link_days),
            when_worse=self.when_worse,
            malicious_by_name=self.known_malicious is KnownMalicious.RETYPE_NAME,
            four_eyes=self.four_eyes,
            needed=self.needed,
            break_glass=self.break_glass,
        )


def approval_rules(
    rows: Iterable[ApprovalRow], source: LocatedYaml
) -> tuple[tuple[ApprovalRule, ...], tuple[str, ...]]:
    """Return all rules, and which of them can never apply."""
    return collected("approvals", (row.rules() for row in rows), source)
