"""The client for fixed hosts that our own settings name, such as Azure DevOps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ssl

    import httpx

_READ_TIMEOUT: Final = timedelta(seconds=60)


def trusted_client(
    *, user_agent: str, concurrency: int = 32, ssl_context: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    """Return a client: connect 10 s, read 60 s, no redirects, no cookies; make it inside the running loop, close it.

    `concurrency` = connections at the same time; further requests wait for one.
    """
    from shared.adapters.outbound.transport import open_client  # noqa: PLC0415  # costs cold start: not before use

    return open_client(
        user_agent=user_agent, read_timeout=_READ_TIMEOUT, concurrency=concurrency, ssl_context=ssl_context
    )
