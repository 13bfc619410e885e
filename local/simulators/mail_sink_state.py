"""What a mail sink keeps, and what it was told to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

type Step = Literal["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]

_MOST_MAILS: Final = 1000


class Reply(BaseModel):
    """One rule: what is answered at a step in the place of the usual reply; the first rule that fits answers.

    `reply` None = the usual one, after the delay. `recipient` is a pattern, and matters at RCPT only; `times` None =
    always. `hang_up` ends the connection without any answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: Step
    reply: str | None = Field(default=None, pattern=r"^[2-5][0-9][0-9] [ -~]+$")
    recipient: str = "*"
    times: int | None = Field(default=None, ge=1)
    delay_seconds: float = Field(default=0, ge=0)
    hang_up: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it arrived: its envelope, how it came, and its bytes."""

    number: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    encrypted: bool
    user: str | None
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, read."""
        return _read(self.content)

    def part(self, kind: Literal["plain", "html"]) -> str:
        """Return the text of one part; empty where there is none."""
        body = self.message.get_body((kind,))
        return "" if body is None else str(body.get_content())

    def told(self) -> dict[str, Any]:
        """Return it as JSON tells it."""
        message = self.message
        return {
            "number": self.number,
            "received_at": self.received_at.isoformat(),
            "sender": self.sender,
            "recipients": list(self.recipients),
            "encrypted": self.encrypted,
            "user": self.user,
            "headers": {name: str(text) for name, text in message.items()},
            "subject": str(message["subject"] or ""),
            "message_id": str(message["message-id"] or ""),
            "text": self.part("plain"),
            "html": self.part("html"),
        }


# Whoever waits for a mail asks for all of them again and again.
@lru_cache(maxsize=_MOST_MAILS)
def _read(content: bytes) -> EmailMessage:
    # The default policy makes messages of this class.
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # for the type checker
    return message


@dataclass(slots=True)
class Sink:
    """All mails, the newest last, and the rules in force. Tests in the same process may use it directly."""

    clock: Callable[[], datetime]
    mails: list[Mail] = field(default_factory=list)
    rules: list[Reply] = field(default_factory=list)
    arrived: int = 0

    def keep(
        self, *, sender: str, recipients: tuple[str, ...], encrypted: bool, user: str | None, content: bytes
    ) -> None:
        """Keep a mail, and let the oldest go where there are too many."""
        self.arrived += 1
        self.mails.append(Mail(self.arrived, self.clock(), sender, recipients, encrypted, user, content))
        del self.mails[:-_MOST_MAILS]

    def find(self, number: int) -> Mail | None:
        """Return the mail of that number."""
        return next((mail for mail in self.mails if mail.number == number), None)

    def take(self, step: Step, recipient: str = "") -> Reply | None:
        """Return the first rule that fits, and use it up by one."""
        for place, rule in enumerate(self.rules):
            if rule.step == step and fnmatchcase(recipient.lower(), rule.recipient.lower()):
                if rule.times is not None and rule.times <= 1:
                    del self.rules[place]
                elif rule.times is not None:
                    self.rules[place] = rule.model_copy(update={"times": rule.times - 1})
                return rule
        return None

    async def reply(self, step: Step, recipient: str = "") -> str | None:
        """Wait as the rule says, and return its reply; None = the usual one. Raises HungUp."""
        rule = self.take(step, recipient)
        if rule is None:
            return None
        await asyncio.sleep(rule.delay_seconds)
        if rule.hang_up:
            raise HungUp
        return rule.reply


class HungUp(Exception):
    """The connection ends here."""
