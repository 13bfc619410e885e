"""Hold a wire's conversation with scripted answers."""

from __future__ import annotations

from dataclasses import dataclass

from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.registries.wire import Conversation
from shared.domain.twins import PublicTwin
from shared.errors import FeedwardenError


@dataclass(frozen=True, slots=True)
class Talk:
    """How a conversation ended, and what was asked in it."""

    twin: PublicTwin
    asked: list[Request]

    @property
    def urls(self) -> list[str]:
        """The addresses that were asked, in order."""
        return [request.url for request in self.asked]


def talk(conversation: Conversation, *lines: Answer | FeedwardenError) -> Talk:
    """Play the lines in order; fails where more or fewer are asked for, raises what the conversation raises."""
    asked: list[Request] = []
    left = list(lines)
    try:
        request = next(conversation)
        while True:
            asked.append(request)
            line = left.pop(0)
            request = conversation.throw(line) if isinstance(line, FeedwardenError) else conversation.send(line)
    except StopIteration as end:
        assert not left
        return Talk(end.value, asked)
