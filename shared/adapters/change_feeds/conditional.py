"""Ask only for what changed: an answer with an ETag is kept, and a 304 is answered from what was kept."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer, Request

# A look reads two or three documents that stay the same: a service index, a catalog's index, its newest page.
_MOST_ANSWERS: Final = 4
# NuGet's catalog index is several MB and grows; what is larger than this is cheaper asked again than kept.
_LARGEST_BODY: Final = 16 * 1024 * 1024


class ConditionalSender:
    """A sender that sends If-None-Match and answers a 304 as the whole answer that it stands for."""

    def __init__(self, sender: Sender) -> None:
        """Send through that sender; nothing is kept yet."""
        self._sender = sender
        self._kept: OrderedDict[str, Answer] = OrderedDict()

    async def send(self, request: Request) -> Answer:
        """Send a request; raises what the sender raises. Only GET is conditional."""
        if request.method != "GET":
            return await self._sender.send(request)
        kept = self._kept.get(request.url)
        if kept is None:
            return self._keep(request, await self._sender.send(request))
        headers = {**request.headers, "if-none-match": kept.headers["etag"]}
        answer = await self._sender.send(replace(request, headers=headers))
        if answer.status == HTTPStatus.NOT_MODIFIED:
            self._kept.move_to_end(request.url)
            return kept
        return self._keep(request, answer)

    def _keep(self, request: Request, answer: Answer) -> Answer:
        self._kept.pop(request.url, None)
        if answer.status == HTTPStatus.OK and answer.headers.get("etag") and len(answer.body) <= _LARGEST_BODY:
            self._kept[request.url] = answer
        while len(self._kept) > _MOST_ANSWERS:
            self._kept.popitem(last=False)
        return answer
