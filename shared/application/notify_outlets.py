"""Outlets: the ways to people that are configured, and which of them does not work."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.letter_rules import Outlet
from shared.domain.letters import Letter
from shared.errors import FeedwardenError
from shared.logs import told
from shared.ports import Clock, Cursors, LetterChannel

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outlets:
    """Sends through a channel, and keeps since when it fails, for readiness to show."""

    channels: Mapping[Outlet, LetterChannel]
    cursors: Cursors
    clock: Clock

    async def send(self, outlet: Outlet, letter: Letter) -> FeedwardenError | None:
        """Send one letter; return the trouble instead of raising it."""
        try:
            await self.channels[outlet].send(letter)
        except FeedwardenError as error:
            logger.warning(told("letter not taken", outlet=outlet.value, letter=letter.letter_id, error=error))
            await self._note(outlet, str(error))
            return error
        logger.info(told("letter sent", outlet=outlet.value, letter=letter.letter_id))
        await self._note(outlet, "")
        return None

    async def failing(self) -> Mapping[Outlet, str]:
        """Return the configured outlets that fail, each with since when and why."""
        rows = {outlet: await self.cursors.read(_key(outlet)) for outlet in self.channels}
        return {outlet: words for outlet, row in rows.items() if row is not None and (words := _words(row.value))}

    async def _note(self, outlet: Outlet, why: str) -> None:
        """Write down that an outlet begins to fail, or to work again; nothing where it is as before."""
        try:
            row = await self.cursors.read(_key(outlet))
            if bool(why) is bool(row is not None and _words(row.value)):
                return
            value = json.dumps(f"since {self.clock():%Y-%m-%d %H:%M} UTC: {why}"[:300] if why else "")
            await self.cursors.save(_key(outlet), value, replaces=row)
        except FeedwardenError as error:
            # The letter is out, or its trouble is known: this note must not change either.
            logger.warning(told("state of an outlet not kept", outlet=outlet.value, error=error))


def _key(outlet: Outlet) -> str:
    return f"outlet|{outlet.value}"


def _words(text: str) -> str:
    try:
        return str(json.loads(text))
    except (ValueError, RecursionError):
        return "its state cannot be read"
