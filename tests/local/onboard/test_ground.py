"""What is sent exactly once: its answer has a limit too."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from local.onboard.ground import ground_of
from local.onboard.options import Options
from shared.adapters.azure_devops.exchange import SMALL_ANSWER, AnswerTooLarge, Request

_CHUNK = bytes(SMALL_ANSWER // 4)


@pytest.mark.parametrize("status", [200, 500])
async def test_an_answer_without_end_is_not_read(status: int) -> None:
    """A success is refused; of a failure the beginning says enough."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(40):
            sent += 1
            yield _CHUNK

    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=endless()))
    async with ground_of({}, Options()) as ground, httpx.AsyncClient(transport=transport) as http:
        ground.http = http
        request = Request("GET", "https://contoso.example/")
        if status == 200:
            with pytest.raises(AnswerTooLarge):
                await ground.once(request, authorization="sample")
        else:
            answer = await ground.once(request, authorization="sample")
            assert (answer.status, len(answer.body)) == (status, SMALL_ANSWER)
    assert sent == 5
