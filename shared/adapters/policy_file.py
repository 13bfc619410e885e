"""The policy file: YAML in, the guard policy or all of its problems out. Described in docs/policy-file.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from shared.adapters.policy_notices import NoticeRow, notice_rules
from shared.adapters.policy_ours import OursSection, Prefixes, Publishers
from shared.adapters.policy_patterns import feed_pattern, first_covering, name_patterns
from shared.adapters.policy_words import nearest, word_of
from shared.adapters.yaml_lines import Loc, LocatedYaml, read_yaml
from shared.domain.ecosystems import Ecosystem
from shared.domain.policy import Mode, Stance
from shared.domain.rules import GuardPolicy, Rule
from shared.errors import ConfigurationError

LARGEST_FILE: Final = 256 * 1024  # characters
MOST_RULES: Final = 500


type _Mode = Annotated[Mode, BeforeValidator(lambda value: word_of(Mode, value))]
type _Ecosystem = Annotated[Ecosystem, BeforeValidator(lambda value: word_of(Ecosystem, value))]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: _Mode
    preempt: StrictBool | None = None
    feed: Annotated[StrictStr, AfterValidator(feed_pattern)] = "*"
    name: StrictStr = "*"
    ecosystem: _Ecosystem | None = None

    @model_validator(mode="after")
    def _name_is_possible(self) -> Self:
        name_patterns(self.name, self.ecosystem)
        return self


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Annotated[StrictInt, Field(ge=1, le=1)]
    mode: _Mode | None = None
    preempt: StrictBool = False
    rules: Annotated[tuple[_Rule, ...], Field(max_length=MOST_RULES)] = ()
    ours: OursSection = OursSection()
    notices: Annotated[tuple[NoticeRow, ...], Field(max_length=MOST_RULES)] = ()


_WORDS: Final = {
    "missing": "is missing",
    "string_type": "must be a text: put it in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be 1, the only version there is",
    "greater_than_equal": "must be 1, the only version there is",
    "less_than_equal": "must be 1, the only version there is",
    "tuple_type": "must be a list",
    "model_type": "must be a mapping of keys to values",
}

# Which keys a mapping knows, by where it stands; numbers of list entries are left out.
_KEYS: Final[Mapping[Loc, Iterable[str]]] = {
    (): _File.model_fields,
    ("rules",): _Rule.model_fields,
    ("notices",): NoticeRow.model_fields,
    ("ours",): OursSection.model_fields,
    ("ours", "publishers"): Publishers.model_fields,
    ("ours", "prefixes"): Prefixes.model_fields,
}


def _path(loc: Loc) -> str:
    return ".".join(f"[{part + 1}]" if isinstance(part, int) else part for part in loc).replace(".[", "[")


def _sentence(problem: ErrorDetails) -> str:
    loc = problem["loc"]
    if problem["type"] == "too_long":
        entries = "rules" if loc in {("rules",), ("notices",)} else "entries"
        return f"holds more than {problem['ctx']['max_length']} {entries}"
    if problem["type"] == "extra_forbidden":
        known = _KEYS[tuple(part for part in loc[:-1] if isinstance(part, str))]
        return f"is no key of a policy file: {nearest(loc[-1], known)}use one of {', '.join(known)}"
    return _WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))


def _shape_problems(source: LocatedYaml, errors: Iterable[ErrorDetails]) -> tuple[str, ...]:
    located = ((source.line(problem["loc"]), problem) for problem in errors)
    return tuple(
        f"line {line}: {_path(problem['loc']) or 'the file'}: {_sentence(problem)}"
        for line, problem in sorted(located, key=lambda pair: pair[0])
    )


def _expanded(row: _Rule, default: Stance) -> list[Rule]:
    # One rule for each ecosystem that reads the name its own way.
    stance = Stance(row.mode, default.preempt if row.preempt is None else row.preempt)
    return [Rule(stance, row.feed, name, kind) for kind, name in name_patterns(row.name, row.ecosystem)]


def _rules(file: _File, default: Stance, source: LocatedYaml) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    found: list[Rule] = []
    written_at: list[int] = []
    problems: list[str] = []
    for number, row in enumerate(file.rules):
        rules = _expanded(row, default)
        earlier = first_covering(found, rules)
        if earlier is not None:
            problems.append(
                f"line {source.line(('rules', number))}: rules[{number + 1}]: can never apply, "
                f"rules[{written_at[earlier] + 1}] above it covers all that it covers"
            )
        found.extend(rules)
        written_at.extend([number] * len(rules))
    return tuple(found), tuple(problems)


def read_policy(text: str, *, default: Mode) -> GuardPolicy:
    """Read a policy file; `default` is the mode that holds where the file names none.

    Raises:
        ConfigurationError: everything that is wrong with it, each with its line.
    """
    if len(text) > LARGEST_FILE:
        raise ConfigurationError((f"the policy file is longer than {LARGEST_FILE} characters",))
    source = read_yaml(text)
    try:
        file = _File.model_validate(source.value)
    except ValidationError as error:
        raise ConfigurationError((*source.problems, *_shape_problems(source, error.errors()))) from error
    if source.problems:
        raise ConfigurationError(source.problems)
    stance = Stance(file.mode or default, file.preempt)
    rules, dead = _rules(file, stance, source)
    notices, untold = notice_rules(file.notices, source)
    if dead or untold:
        raise ConfigurationError((*dead, *untold))
    return GuardPolicy(stance, rules, file.ours.ours(), notices)
