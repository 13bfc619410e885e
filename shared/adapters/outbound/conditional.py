"""Ask only for what changed: an answer with an ETag is kept, and a 304 is answered from what was kept."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer, Request

# A look at a change feed reads few documents that stay the same: a service index, a catalog's index, its newest page.
_MOST_ANSWERS: Final = 4
# NuGet's catalog index is several MB and grows; what is larger than this is cheaper asked again than kept.
_LARGEST_BODY: Final = 16 * 1024 * 1024

# The same address has another document, and another tag, for each kind of document that is asked for.
type _Key = tuple[str, str]


class ConditionalSender:
    """A sender that sends If-None-Match and answers a 304 as the whole answer that it stands for.

    Keeps the answers asked for last: `most_answers` of at most `largest_body` bytes, in memory, for this process.
    """

    def __init__(self, sender: Sender, *, most_answers: int = _MOST_ANSWERS, largest_body: int = _LARGEST_BODY) -> None:
        """Send through that sender; nothing is kept yet."""
        self._sender = sender
        self._most_answers = most_answers
        self._largest_body = largest_body
        self._kept: OrderedDict[_Key, Answer] = OrderedDict()

    async def send(self, request: Request) -> Answer:
        """Send a request; raises what the sender raises. Only GET is conditional."""
        if request.method != "GET":
            return await self._sender.send(request)
        key = (request.url, request.headers.get("accept", ""))
        kept = self._kept.get(key)
        if kept is None:
            return self._keep(key, await self._sender.send(request))
        headers = {**request.headers, "if-none-match": kept.headers["etag"]}
        answer = await self._sender.send(replace(request, headers=headers))
        # Others may have pushed it out meanwhile: an answer that was good enough to ask with is kept again.
        return self._keep(key, kept if answer.status == HTTPStatus.NOT_MODIFIED else answer)

    def _keep(self, key: _Key, answer: Answer) -> Answer:
        self._kept.pop(key, None)
        if answer.status == HTTPStatus.OK and answer.headers.get("etag") and len(answer.body) <= self._largest_body:
            self._kept[key] = answer
        while len(self._kept) > self._most_answers:
            self._kept.popitem(last=False)
        return answer
