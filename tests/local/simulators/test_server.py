"""What every simulator listens on."""

from __future__ import annotations

import asyncio
import socket

from local.simulators.server import bind


async def test_answers_are_not_held_back() -> None:
    """Else each answer after the first on a connection takes 40 ms."""
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def look(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    bound = bind(0)
    async with await asyncio.start_server(look, sock=bound):
        _, writer = await asyncio.open_connection(*bound.getsockname())
        assert await accepted
        writer.close()
