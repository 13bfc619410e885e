"""When a personal access token ends: request and reader.

A PAT cannot be asked about itself: the list is given to its owner's Entra token only.

Source: https://learn.microsoft.com/rest/api/azure/devops/tokens/pats/list
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from shared.adapters.azure_devops.addresses import Hosts, address
from shared.adapters.azure_devops.exchange import LARGE_ANSWER, SERVICE, Answer, Request, Shape, parsed
from shared.errors import UnexpectedAnswer

_MOST: Final = "100"
_LONGEST_TIME: Final = 40


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `everywhere` = it is good in all organizations of its owner."""

    name: str
    valid_to: datetime
    everywhere: bool


class _Token(Shape):
    display_name: str
    valid_to: str
    target_accounts: tuple[str, ...] | None = None


class _Tokens(Shape):
    pat_tokens: tuple[_Token, ...]
    continuation_token: str | None = None


def list_tokens(hosts: Hosts, organization: str, token: str) -> Request:
    """Ask for a page of the caller's tokens that are active; `token` empty = the first."""
    params = {"displayFilterOption": "active", "$top": _MOST, "api-version": "7.1-preview.1"}
    if token:
        params["continuationToken"] = token
    url = address(hosts.identity, organization, None, "_apis", "tokens", "pats")
    return Request("GET", url, params=params, longest_answer=LARGE_ANSWER)


def read_tokens(answer: Answer) -> tuple[tuple[Token, ...], str]:
    """Read a page, and what to ask for the next one with; empty = this was the last. Raises UnexpectedAnswer."""
    read = parsed(answer, _Tokens)
    return tuple(map(_token, read.pat_tokens)), read.continuation_token or ""


def _token(row: _Token) -> Token:
    return Token(row.display_name, _moment(row.valid_to), everywhere=not row.target_accounts)


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text[:_LONGEST_TIME])
        return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnexpectedAnswer("a token without a readable end", service=SERVICE) from error
