"""What a simulated workflow was sent, and what is wrong with it by the schema of Adaptive Cards 1.5."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from local.simulators.server_control import Action, Actions

if TYPE_CHECKING:
    from jsonschema import Draft6Validator

LARGEST: Final = 28 * 1024
_CARD: Final = "application/vnd.microsoft.card.adaptive"
# The schema names no text run without its type, and these are all that a webhook's card may do.
_ACTIONS: Final = frozenset({"Action.OpenUrl", "Action.ShowCard", "Action.ToggleVisibility"})
_MOST_RUNS: Final = 1000


class Refused(Exception):
    """The trigger does not run, with these words."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Run:
    """One run, with the body as it came; it is looked at when somebody asks: the real one answers before it looks."""

    body: bytes

    @property
    def message(self) -> Any:  # noqa: ANN401  # any JSON
        """The message; None where it cannot be read."""
        return _read(self.body)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why nothing was posted; empty = it was."""
        return _problems(self.body)

    def told(self) -> dict[str, Any]:
        """Return it as JSON tells it."""
        return {"message": self.message, "problems": list(self.problems), "size": len(self.body)}

    def words(self) -> str:
        """Return all that the message shows, a line each."""
        return "\n".join(_words(self.message))


def _read(body: bytes) -> Any:  # noqa: ANN401  # any JSON
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


# Whoever waits for a card asks for all of them again and again; the schema takes a tenth of a second for each.
@lru_cache(maxsize=_MOST_RUNS)
def _problems(body: bytes) -> tuple[str, ...]:
    large = (f"{len(body)} bytes are more than {LARGEST}",) if len(body) > LARGEST else ()
    return (*large, *problems_of(_read(body)))


@dataclass(slots=True)
class Flow:
    """One workflow. `state`: on, turned off by its owner, or deleted, as happens when that person leaves."""

    signature: str
    state: Literal["on", "off", "deleted"] = "on"
    runs: list[Run] = field(default_factory=list)

    def invoke(self, signature: str, content_type: str, body: bytes) -> None:
        """Run once. Raises Refused where the trigger itself says no."""
        if self.state == "deleted":
            raise Refused(HTTPStatus.NOT_FOUND, "WorkflowNotFound", "The workflow could not be found.")
        if signature != self.signature:
            text = "The request must be authenticated only by Shared Access scheme."
            raise Refused(HTTPStatus.UNAUTHORIZED, "DirectApiAuthorizationRequired", text)
        if self.state == "off":
            text = "Could not execute workflow trigger 'manual': it is not enabled."
            raise Refused(HTTPStatus.BAD_REQUEST, "WorkflowTriggerIsNotEnabled", text)
        if content_type.partition(";")[0].strip().lower() != "application/json":
            text = "The trigger's input schema expects application/json."
            raise Refused(HTTPStatus.BAD_REQUEST, "TriggerInputSchemaMismatch", text)
        self.runs.append(Run(body))
        del self.runs[:-_MOST_RUNS]


def problems_of(message: object) -> Iterator[str]:
    """Say what is wrong with a message: its envelope, and each card in it."""
    attachments = message.get("attachments") if isinstance(message, dict) else None
    if not isinstance(message, dict) or message.get("type") != "message" or not isinstance(attachments, list):
        yield "no message with attachments"
        return
    if len(attachments) != 1:
        yield "not exactly one attachment"
    for attachment in attachments:
        if not isinstance(attachment, dict) or attachment.get("contentType") != _CARD:
            yield f"an attachment that is no {_CARD}"
        else:
            yield from card_problems(attachment.get("content"))


def card_problems(card: object) -> Iterator[str]:
    """Say what is wrong with one card: by the schema, and what a webhook's card may not do."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415  # see _schema

    # The schema is alternatives in alternatives: the deepest error is the one that tells what to mend.
    error = best_match(_schema().iter_errors(card))
    if error is not None:
        yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
    if isinstance(card, dict) and card.get("version") != "1.5":
        yield "not version 1.5"
    for action in _typed(card, "Action."):
        if action not in _ACTIONS:
            yield f"{action} needs a bot"


@cache
def _schema() -> Draft6Validator:
    from jsonschema import Draft6Validator  # noqa: PLC0415  # seconds, for its formats; many runs are never looked at

    text = (files("adaptive_cards") / "schemas" / "schema-1.5.json").read_text("utf-8")
    return Draft6Validator(json.loads(text))


def _typed(document: object, beginning: str) -> Iterator[str]:
    if isinstance(document, list):
        for member in document:
            yield from _typed(member, beginning)
    elif isinstance(document, dict):
        kind = document.get("type")
        if isinstance(kind, str) and kind.startswith(beginning):
            yield kind
        for member in document.values():
            yield from _typed(member, beginning)


def _words(document: object) -> Iterator[str]:
    if isinstance(document, list):
        for member in document:
            yield from _words(member)
    elif isinstance(document, dict):
        yield from (str(document[name]) for name in ("text", "title", "url") if isinstance(document.get(name), str))
        for member in document.values():
            yield from _words(member)


class Settings(BaseModel):
    """Whether the workflow is on, turned off, or deleted."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["on", "off", "deleted"]


def flow_actions(flow: Flow) -> Actions:
    """Return everything that the workflow can be told."""

    def settings(order: Settings) -> None:
        flow.state = order.state

    return {"settings": Action(Settings, settings)}
