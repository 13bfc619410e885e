"""Canonical names: the key that says "same package" under each registry's own rule.

Source: the registries' own rules, collected in docs/canonical-names.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from shared.domain.ecosystems import Ecosystem
from shared.errors import RefusedName


@dataclass(frozen=True, slots=True)
class NameRule:
    """How one ecosystem reads a name: what it admits, and which spellings it takes for one package."""

    admitted: re.Pattern[str]
    longest: int
    canonical: Callable[[str], str]
    refused: frozenset[str] = field(default_factory=frozenset)
    advice: str = ""


_ASCII_LOWER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def _ascii_lower(name: str) -> str:
    # str.lower() would fold look-alikes (the Kelvin sign becomes "k") onto ASCII names.
    return name.translate(_ASCII_LOWER)


def _exact(name: str) -> str:
    return name


def _pep_503(name: str) -> str:
    return _ascii_lower(re.sub(r"[-_.]+", "-", name))


def _cargo(name: str) -> str:
    return _ascii_lower(name).replace("-", "_")


# Letters that encodeURIComponent leaves alone; legacy npm names use all of them.
_NPM_UNSCOPED: Final = r"[A-Za-z0-9\-!~*'()][A-Za-z0-9\-_.!~*'()]*"
# Behind a scope, and in it, npm lets a name begin with "_" too; only a leading dot is refused everywhere.
_NPM_PART: Final = r"[A-Za-z0-9\-_!~*'()][A-Za-z0-9\-_.!~*'()]*"
_MAVEN_GROUP: Final = r"[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*"
# An artifact id is one folder of a repository: dots stand anywhere in it but in front.
_MAVEN_ARTIFACT: Final = r"[A-Za-z0-9_\-][A-Za-z0-9_\-.]*"

RULES: Final[Mapping[Ecosystem, NameRule]] = MappingProxyType(
    {
        # https://github.com/npm/validate-npm-package-name; compared exactly, legacy capitals are names of their own
        Ecosystem.NPM: NameRule(
            admitted=re.compile(rf"@{_NPM_PART}/{_NPM_PART}|{_NPM_UNSCOPED}"),
            longest=214,
            canonical=_exact,
            refused=frozenset({"node_modules", "favicon.ico"}),
            advice="url-safe characters, at most 214, optionally as @scope/name",
        ),
        # https://packaging.python.org/en/latest/specifications/name-normalization/
        Ecosystem.PYPI: NameRule(
            admitted=re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"),
            longest=214,
            canonical=_pep_503,
            advice="ASCII letters, digits, '.', '_' and '-', beginning and ending with a letter or digit",
        ),
        # https://learn.microsoft.com/nuget/api/package-base-address-resource; legacy ids admit any word character
        Ecosystem.NUGET: NameRule(
            admitted=re.compile(r"\w+(?:[.-]\w+)*"),
            longest=100,
            canonical=_ascii_lower,
            advice="words joined by single '.' or '-', at most 100 characters",
        ),
        # https://maven.apache.org/guides/mini/guide-naming-conventions.html; paths are case-sensitive
        Ecosystem.MAVEN: NameRule(
            admitted=re.compile(rf"{_MAVEN_GROUP}:{_MAVEN_ARTIFACT}"),
            longest=255,
            canonical=_exact,
            advice="group:artifact",
        ),
        # https://doc.rust-lang.org/cargo/reference/registry-index.html#name-restrictions
        Ecosystem.CARGO: NameRule(
            admitted=re.compile(r"[A-Za-z][A-Za-z0-9_-]*"),
            longest=64,
            canonical=_cargo,
            advice="ASCII letters, digits, '-' and '_', beginning with a letter, at most 64 characters",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class PackageName:
    """A package in one ecosystem; two spellings of the same package are equal.

    `canonical` is the key; `spelling` is as the feed wrote it, for display and for the addresses of
    ecosystems whose registries keep the published spelling.
    """

    ecosystem: Ecosystem
    canonical: str
    spelling: str = field(compare=False)

    @classmethod
    def of(cls, ecosystem: Ecosystem, spelling: str) -> PackageName:
        """Read a name under its ecosystem's rule.

        Raises:
            RefusedName: no package of that name can exist there.
        """
        rule = RULES[ecosystem]
        admitted = len(spelling) <= rule.longest and rule.admitted.fullmatch(spelling)
        if not admitted or spelling.lower() in rule.refused:
            raise RefusedName(f"{spelling[:60]!r} is no {ecosystem} package name: {rule.advice}")
        return cls(ecosystem, rule.canonical(spelling), spelling)

    @property
    def npm_scope(self) -> str | None:
        """The scope of a scoped npm name, without its `@`; None for every other name."""
        if self.ecosystem is not Ecosystem.NPM or not self.canonical.startswith("@"):
            return None
        return self.canonical[1:].partition("/")[0]

    @property
    def unscoped(self) -> str:
        """The part behind an npm scope; the whole spelling for every other name."""
        return self.spelling if self.npm_scope is None else self.spelling.partition("/")[2]

    @property
    def maven_coordinates(self) -> tuple[str, str]:
        """Group and artifact of a Maven name."""
        group, _, artifact = self.spelling.partition(":")
        return group, artifact

    def __str__(self) -> str:
        return f"{self.ecosystem}:{self.spelling}"
