"""Ask an advisory database about one name: send, hand the answers on. What they mean stands in the wire file.

Nothing is tried again here: an advisory that is not known now is asked for with the next look at the name.
"""

from __future__ import annotations

import logging
from typing import Final

from shared.adapters.advisories.osv import Conversation, Osv
from shared.adapters.outbound.guarded import Sender
from shared.domain.advisories import Advisories, AdvisoryState
from shared.domain.names import PackageName
from shared.errors import FeedwardenError
from shared.logs import told
from shared.ports import Clock

logger: Final = logging.getLogger(__name__)


class AdvisoryClient:
    """One advisory database, as the port AdvisorySource."""

    def __init__(self, wire: Osv, sender: Sender, *, clock: Clock) -> None:
        """Keep the wire to read with and the sender to ask with."""
        self._wire = wire
        self._sender = sender
        self._clock = clock

    async def ask(self, name: PackageName) -> Advisories:
        """Ask about one name, in the spelling given; every failure is AdvisoryState.UNKNOWN."""
        try:
            ids = await self._hold(self._wire.malicious(name))
        except FeedwardenError as error:
            logger.warning(told("advisories not known", package=str(name), reason=error))
            return Advisories(AdvisoryState.UNKNOWN, asked_at=self._clock())
        state = AdvisoryState.MALICIOUS if ids else AdvisoryState.NONE_KNOWN
        return Advisories(state, ids, self._clock())

    async def _hold(self, conversation: Conversation) -> tuple[str, ...]:
        """Ask what the conversation wants to know until it has come to an end."""
        try:
            request = next(conversation)
            while True:
                try:
                    answer = await self._sender.send(request)
                except FeedwardenError as error:
                    # The wire decides: what was found before a failure stays found.
                    request = conversation.throw(error)
                else:
                    request = conversation.send(answer)
        except StopIteration as end:
            ids: tuple[str, ...] = end.value
            return ids
