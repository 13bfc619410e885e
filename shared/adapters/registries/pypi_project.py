"""What PyPI's JSON API tells of a project that is there: whose it is, and how it describes itself.

Who owns a project (`ownership`) is the index's own word; everything in `info` was written by whoever published.

Source: https://github.com/pypi/warehouse/blob/main/docs/user/api/json.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from shared.adapters.outbound.messages import Answer, read_object
from shared.adapters.registries.wire import by_own_account, read_accounts, read_line, read_repository
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import PublicTwin
from shared.errors import RefusedName

# What labels of a project's addresses contain where the source is meant; the first fitting word wins.
_LABELS: Final = ("source", "repo", "github", "gitlab")
# "Code" alone means the source as well, "Code of Conduct" does not.
_CODE: Final = "code"
_HOME: Final = "homepage"
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_MOST_LABELS: Final = 100


def add_project(answer: Answer, twin: PublicTwin, *, service: str) -> PublicTwin:
    """Add what the JSON API tells; its 404 tells nothing, since not every index has it.

    Raises:
        UnexpectedAnswer: no readable document.
    """
    if answer.status != HTTPStatus.OK:
        return twin
    document = read_object(answer, service=service)
    info, ownership = _mapping(document.get("info")), _mapping(document.get("ownership"))
    if not _is_about(info.get("name"), twin):
        return twin
    return replace(
        twin,
        name=info["name"],
        maintainers=by_own_account((info.get("author"), info.get("maintainer"))),
        publishers=read_accounts(_users(ownership.get("roles"))),
        repository=_repository(info),
        description=read_line(info.get("summary")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_about(spelling: object, twin: PublicTwin) -> bool:
    try:
        told = PackageName.of(Ecosystem.PYPI, spelling) if isinstance(spelling, str) else None
        return told is not None and told == PackageName.of(Ecosystem.PYPI, twin.name or "")
    except RefusedName:
        return False


def _users(roles: object) -> Iterator[object]:
    return (_mapping(role).get("user") for role in (roles if isinstance(roles, list) else ()))


def _repository(info: Mapping[str, Any]) -> str | None:
    """Return the first readable address that is labelled as the source, else the home page."""
    told = list(_mapping(info.get("project_urls")).items())[:_MOST_LABELS]
    labelled = [(_NO_LETTERS.sub("", label.lower()), address) for label, address in told]
    addresses = [address for word in _LABELS for label, address in labelled if word in label]
    addresses += [address for label, address in labelled if label == _CODE]
    addresses += [info.get("home_page"), *(address for label, address in labelled if label == _HOME)]
    return next((read for read in map(read_repository, addresses) if read is not None), None)
