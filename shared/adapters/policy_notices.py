"""The policy file's section `notices`: who is told of what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    model_validator,
)

from shared.adapters.notices.smtp_address import is_mailbox
from shared.adapters.policy_patterns import dead_rule, feed_pattern, first_covering, name_patterns
from shared.adapters.policy_words import EcosystemWord, word_of
from shared.adapters.yaml_lines import LocatedYaml
from shared.domain.letter_rules import Addressing, NoticeRule
from shared.domain.notices import NoticeKind

MOST_ADDRESSES: Final = 50  # of each rule

_OWNERS: Final = "owners"


def _recipient(text: str) -> str:
    if text != _OWNERS and not is_mailbox(text):
        raise ValueError("write a mail address such as security@contoso.example, or the word owners")
    return text


type _Kind = Annotated[NoticeKind, BeforeValidator(lambda value: word_of(NoticeKind, value, called="kind of notice"))]
type _Recipient = Annotated[StrictStr, AfterValidator(_recipient)]


class NoticeRow(BaseModel):
    """One rule, as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    feed: Annotated[StrictStr, AfterValidator(feed_pattern)] = "*"
    name: StrictStr = "*"
    ecosystem: EcosystemWord | None = None
    kinds: Annotated[tuple[_Kind, ...], Field(max_length=len(NoticeKind))] | None = None
    to: Annotated[tuple[_Recipient, ...], Field(max_length=MOST_ADDRESSES)] = (_OWNERS,)
    teams: StrictBool = True

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        name_patterns(self.name, self.ecosystem)
        if self.kinds is not None and not self.kinds:
            raise ValueError("kinds is empty, so the rule could never apply: leave it out for every kind")
        return self

    def rules(self) -> list[NoticeRule]:
        """Return it as the domain knows it: one rule for each ecosystem that reads the name its own way."""
        to = tuple(dict.fromkeys(address for address in self.to if address != _OWNERS))
        addressing = Addressing(to, owners=_OWNERS in self.to, teams=self.teams)
        kinds = None if self.kinds is None else frozenset(self.kinds)
        names = name_patterns(self.name, self.ecosystem)
        return [NoticeRule(addressing, self.feed, name, ecosystem, kinds) for ecosystem, name in names]


def notice_rules(rows: Iterable[NoticeRow], source: LocatedYaml) -> tuple[tuple[NoticeRule, ...], tuple[str, ...]]:
    """Return all rules, and what is wrong: a rule that leaves nothing to a later one makes that one dead."""
    found: list[NoticeRule] = []
    written_at: list[int] = []
    problems: list[str] = []
    for number, row in enumerate(rows):
        rules = row.rules()
        earlier = _covering(found, written_at, rules)
        if earlier is not None:
            problems.append(dead_rule("notices", number, covered_by=earlier, source=source))
        found.extend(rules)
        written_at.extend([number] * len(rules))
    return tuple(found), tuple(problems)


def _covering(found: Sequence[NoticeRule], written_at: Sequence[int], rules: Sequence[NoticeRule]) -> int | None:
    kinds = rules[0].kinds
    of_all_kinds = [place for place, rule in enumerate(found) if _has_kinds(rule, kinds)]
    place = first_covering([found[place] for place in of_all_kinds], rules)
    return None if place is None else written_at[of_all_kinds[place]]


def _has_kinds(rule: NoticeRule, kinds: frozenset[NoticeKind] | None) -> bool:
    return rule.kinds is None or (kinds is not None and kinds <= rule.kinds)
