"""Patterns of the policy file: made canonical, and compared, so that no rule is silently dead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Final

from shared.adapters.yaml_lines import LocatedYaml
from shared.domain.approval_rules import ApprovalRule
from shared.domain.ecosystems import Ecosystem
from shared.domain.letter_rules import NoticeRule
from shared.domain.names import RULES, PackageName
from shared.domain.rules import Rule
from shared.errors import RefusedName

LONGEST: Final = 300

type Scoped = Rule | NoticeRule | ApprovalRule
"""A rule of any section: all speak of feeds, names and ecosystems in the same way."""

# What a shell's pattern is made of: stars and question marks, brackets, and literal text between them.
_PARTS: Final = re.compile(r"(?P<wild>[*?])|(?P<set>\[!?[^\[\]]*\])|(?P<literal>[^*?\[\]]+)|(?P<stray>[\[\]])")
_SET: Final = re.compile(r"\[!?(?:[0-9](?:-[0-9])?|[a-z](?:-[a-z])?|[A-Z](?:-[A-Z])?)+\]")
_RANGE: Final = re.compile(r"(.)-(.)")
_WILD: Final = re.compile(r"[*?\[]")


def _is_set(text: str) -> bool:
    return bool(_SET.fullmatch(text)) and all(first <= last for first, last in _RANGE.findall(text))


def _check(pattern: str, what: str) -> None:
    if not 0 < len(pattern) <= LONGEST or not pattern.isprintable():
        raise ValueError(f"the {what} must be 1 to {LONGEST} printable characters")
    for part in _PARTS.finditer(pattern):
        if part["stray"] or (part["set"] and not _is_set(part["set"])):
            raise ValueError(f"brackets in the {what} may hold ASCII letters, digits and ranges of them only")


def feed_pattern(pattern: str) -> str:
    """Check a pattern for `project/feed` titles.

    Raises:
        ValueError: no feed's title could match it, or it cannot be shown.
    """
    _check(pattern, "feed")
    if pattern.count("/") > 1:
        raise ValueError("the feed is written project/feed, or feed alone where it belongs to the organization")
    return pattern


def _folded_set(letters: str, ecosystem: Ecosystem) -> str:
    folds = RULES[ecosystem].canonical("A") == "a"
    return letters.lower() if folds else letters


def _canonical(pattern: str, ecosystem: Ecosystem) -> str:
    """Make the literal parts canonical, as the names are that they are matched against."""
    pieces = []
    for part in _PARTS.finditer(pattern):
        if part["literal"]:
            pieces.append(RULES[ecosystem].canonical(part["literal"]))
        elif part["set"]:
            pieces.append(_folded_set(part["set"], ecosystem))
        else:
            pieces.append(part["wild"])
    return "".join(pieces)


def _possible(pattern: str, ecosystem: Ecosystem) -> bool:
    if _WILD.search(pattern):
        return True
    try:
        PackageName.of(ecosystem, pattern)
    except RefusedName:
        return False
    return True


def name_patterns(pattern: str, ecosystem: Ecosystem | None) -> Sequence[tuple[Ecosystem | None, str]]:
    """Return what the pattern means in each ecosystem: one entry where it means the same in all that are spoken of.

    `My_Pkg*` is `my-pkg*` on PyPI, `my_pkg*` on Cargo and itself on npm: a rule that names no
    ecosystem becomes one for each.

    Raises:
        ValueError: no package could match it, or it cannot be shown.
    """
    _check(pattern, "name")
    if any(character.isspace() for character in pattern):
        raise ValueError("the name holds a blank, and no package name does")
    spoken_of = tuple(Ecosystem) if ecosystem is None else (ecosystem,)
    meant = {kind: _canonical(pattern, kind) for kind in spoken_of if _possible(pattern, kind)}
    if not meant:
        world = "any ecosystem" if ecosystem is None else ecosystem.value
        raise ValueError(f"the name is no package name of {world}")
    if ecosystem is None and len(meant) == len(Ecosystem) and len(set(meant.values())) == 1:
        return ((None, next(iter(meant.values()))),)
    return tuple(meant.items())


def _subsumes(wide: str, narrow: str) -> bool:
    """Say whether every text that `narrow` matches is matched by `wide`, where that can be told for certain."""
    if wide in {"*", narrow}:
        return True
    if not _WILD.search(narrow):
        return fnmatchcase(narrow, wide)
    # Stars swallow the other's wildcards whole; `?` and brackets could take one of them for a letter.
    return not re.search(r"[?\[\]]", wide + narrow.replace("?", "")) and fnmatchcase(narrow, wide)


def _covers(earlier: Scoped, later: Scoped) -> bool:
    return (
        earlier.ecosystem in (None, later.ecosystem)
        and _subsumes(earlier.feed.lower(), later.feed.lower())
        and _subsumes(earlier.name, later.name)
    )


def first_covering(earlier: Sequence[Scoped], later: Iterable[Scoped]) -> int | None:
    """Return the place of an earlier rule that leaves nothing to the later ones; None where something is left.

    Each of the later ones must be covered by one earlier rule alone: what only several cover together is not found.
    """
    places = [next((place for place, rule in enumerate(earlier) if _covers(rule, one)), None) for one in later]
    known = [place for place in places if place is not None]
    return min(known) if len(known) == len(places) and known else None


def dead_rule(section: str, number: int, *, covered_by: int, source: LocatedYaml) -> str:
    """Return the problem of a rule to which another one, above it, leaves nothing; both counted from 0."""
    return (
        f"line {source.line((section, number))}: {section}[{number + 1}]: can never apply, "
        f"{section}[{covered_by + 1}] above it covers all that it covers"
    )


def collected[R: (Rule, ApprovalRule)](
    section: str, rows: Iterable[Sequence[R]], source: LocatedYaml
) -> tuple[tuple[R, ...], tuple[str, ...]]:
    """Return all rules of a section's rows, and the problems of those that can never apply."""
    found: list[R] = []
    written_at: list[int] = []
    problems: list[str] = []
    for number, rules in enumerate(rows):
        earlier = first_covering(found, rules)
        if earlier is not None:
            problems.append(dead_rule(section, number, covered_by=written_at[earlier], source=source))
        found.extend(rules)
        written_at.extend([number] * len(rules))
    return tuple(found), tuple(problems)
