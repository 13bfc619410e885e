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

from shared.adapters.policy_approvals import ApprovalRow, approval_rules
from shared.adapters.policy_notices import NoticeRow, notice_rules
from shared.adapters.policy_ours import OursSection, Prefixes, Publishers
from shared.adapters.policy_patterns import collected, feed_pattern, name_patterns
from shared.adapters.policy_words import EcosystemWord, nearest, word_of
from shared.adapters.yaml_lines import Loc, LocatedYaml, read_yaml
from shared.domain.policy import Mode, Stance
from shared.domain.rules import GuardPolicy, Rule
from shared.errors import ConfigurationError

LARGEST_FILE: Final = 256 * 1024  # characters
MOST_RULES: Final = 500


type _Mode = Annotated[Mode, BeforeValidator(lambda value: word_of(Mode, value, called="mode"))]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: _Mode
    preempt: StrictBool | None = None
    feed: Annotated[StrictStr, AfterValidator(feed_pattern)] = "*"
    name: StrictStr = "*"
    ecosystem: EcosystemWord | None = None

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
    approvals: Annotated[tuple[ApprovalRow, ...], Field(max_length=MOST_RULES)] = ()


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
    ("approvals",): ApprovalRow.model_fields,
    ("ours",): OursSection.model_fields,
    ("ours", "publishers"): Publishers.model_fields,
    ("ours", "prefixes"): Prefixes.model_fields,
}


def _path(loc: Loc) -> str:
    return ".".join(f"[{part + 1}]" if isinstance(part, int) else _shown(part) for part in loc).replace(".[", "[")


def _shown(key: str) -> str:
    return key if key.isprintable() else ascii(key)


def _sentence(problem: ErrorDetails) -> str:
    loc = problem["loc"]
    if problem["type"] == "too_long":
        entries = "rules" if loc in {("rules",), ("notices",), ("approvals",)} else "entries"
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
    rules, dead = collected("rules", (_expanded(row, stance) for row in file.rules), source)
    notices, untold = notice_rules(file.notices, source)
    approvals, unused = approval_rules(file.approvals, source)
    if dead or untold or unused:
        raise ConfigurationError((*dead, *untold, *unused))
    return GuardPolicy(stance, rules, file.ours.ours(), notices, approvals)
