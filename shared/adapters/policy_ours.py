"""The policy file's section `ours`: accounts, repositories and prefixes of names that are ours."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictStr

from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.ours import Ours
from shared.errors import RefusedName

MOST_ENTRIES: Final = 200  # of each list

_ACCOUNT: Final = re.compile(r"[!-~]{1,100}")
_PART: Final = r"[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
_REPOSITORY: Final = re.compile(rf"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/{_PART})+")
_LONGEST_REPOSITORY: Final = 200
_SECTION: Final = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _account(text: str) -> str:
    if not _ACCOUNT.fullmatch(text):
        raise ValueError("an account is 1 to 100 printable ASCII characters without blanks")
    return text


def _repository(text: str) -> str:
    if len(text) > _LONGEST_REPOSITORY or not _REPOSITORY.fullmatch(text):
        raise ValueError("a place of repositories is written host/owner, such as github.com/contoso, without https://")
    return text.lower()


def _exists(ecosystem: Ecosystem, name: str) -> bool:
    try:
        PackageName.of(ecosystem, name)
    except RefusedName:
        return False
    return True


def _scope(text: str) -> str:
    if not text.startswith("@") or "/" in text or not _exists(Ecosystem.NPM, f"{text}/x"):
        raise ValueError('a prefix on npm is a scope, such as "@contoso": nobody owns the beginning of other names')
    return text


def _id_prefix(text: str) -> str:
    if not text.endswith(".") or not _exists(Ecosystem.NUGET, f"{text}x"):
        raise ValueError('a prefix of NuGet ids ends with a dot, such as "Contoso.": else ContosoX would be ours too')
    return text


def _group(text: str) -> str:
    if "." not in text or ":" in text or not _exists(Ecosystem.MAVEN, f"{text}:x"):
        raise ValueError("a prefix on Maven is a group of two words or more, such as com.contoso")
    return text


def _no_prefix(_value: object) -> None:
    raise ValueError("nobody can own a prefix of names there: name your accounts under publishers instead")


type _List[Entry] = Annotated[tuple[Entry, ...], Field(max_length=MOST_ENTRIES)]
type _Accounts = _List[Annotated[StrictStr, AfterValidator(_account)]]
type _NoPrefix = Annotated[None, BeforeValidator(_no_prefix)]


class Publishers(BaseModel):
    """Accounts by ecosystem, in the spelling of the registry."""

    model_config = _SECTION

    npm: _Accounts = ()
    pypi: _Accounts = ()
    nuget: _Accounts = ()
    maven: _Accounts = ()
    cargo: _Accounts = ()


class Prefixes(BaseModel):
    """Prefixes of names by ecosystem, where a registry gives one to an owner."""

    model_config = _SECTION

    npm: _List[Annotated[StrictStr, AfterValidator(_scope)]] = ()
    nuget: _List[Annotated[StrictStr, AfterValidator(_id_prefix)]] = ()
    maven: _List[Annotated[StrictStr, AfterValidator(_group)]] = ()
    pypi: _NoPrefix = None
    cargo: _NoPrefix = None


class OursSection(BaseModel):
    """The whole section; each part may be missing."""

    model_config = _SECTION

    publishers: Publishers = Publishers()
    repositories: _List[Annotated[StrictStr, AfterValidator(_repository)]] = ()
    prefixes: Prefixes = Prefixes()

    def ours(self) -> Ours:
        """Return it as the domain knows it; ecosystems of which nothing is told are left out."""
        accounts = {kind: frozenset(getattr(self.publishers, kind.value)) for kind in Ecosystem}
        prefixes = {kind: tuple(dict.fromkeys(getattr(self.prefixes, kind.value) or ())) for kind in Ecosystem}
        return Ours(
            MappingProxyType({kind: told for kind, told in accounts.items() if told}),
            tuple(dict.fromkeys(self.repositories)),
            MappingProxyType({kind: told for kind, told in prefixes.items() if told}),
        )
