"""Connections by aiohttp: bare for the guarded client, under httpx's interface for the trusted one.

httpx's own pool is seven times slower; httpx's request and response objects alone double the time of a request,
which the guarded client, whose answers are plain data, need not spend.

Heavy to import: only functions that are about to send something import this module.

Source: https://github.com/karpetrosyan/httpx-aiohttp
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from shared.adapters.outbound.addresses import AllowedHosts, check_public

# host, port -> IP addresses as text; raises OSError where the name does not resolve.
type Resolve = Callable[[str, int], Awaitable[list[str]]]

CONNECT_SECONDS: Final = 10
_KEEP_ALIVE_SECONDS: Final = 30


class GuardedResolver(AbstractResolver):
    """Resolve names for connections, and let none through that leads away from the public internet.

    The connection is made to the very addresses checked here: a name that changes its mind
    afterwards (DNS rebinding) changes nothing. One bad address among good ones refuses the name.
    """

    def __init__(self, *, allowed: AllowedHosts, resolve: Resolve | None) -> None:
        """Keep what is allowed; `resolve` None = the system's resolver."""
        self._allowed = allowed
        self._resolve = resolve or _system_resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host. Raises AddressRefused, and OSError where it has none."""
        addresses = await self._resolve(host, port)
        if not self._allowed.allow(host, port):
            for address in addresses:
                check_public(address, host=host)
        results = [_result(host, address, port) for address in addresses]
        usable = [result for result in results if family in (socket.AF_UNSPEC, result["family"])]
        if not usable:
            raise OSError(f"{host} has no address")
        return usable

    async def close(self) -> None:
        """Hold nothing, release nothing."""


async def _system_resolve(host: str, port: int) -> list[str]:
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in infos]


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET  # noqa: PLR2004  # IPv6
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": flags}


@functools.cache
def _trusted_by_this_machine() -> ssl.SSLContext:
    """Read the trusted certificates, which takes a while; all connections share them, none changes them."""
    return httpx.create_ssl_context()


def open_session(
    *, concurrency: int, resolver: AbstractResolver | None = None, ssl_context: ssl.SSLContext | None = None
) -> aiohttp.ClientSession:
    """Return a session that keeps no cookie and heeds no proxy of the environment; make it inside the running loop.

    Bodies come as they were sent, compressed ones compressed. `resolver` None = the system's.
    """
    connector = aiohttp.TCPConnector(
        resolver=resolver,
        # A cache of names would outlive the check; connections are kept alive instead.
        use_dns_cache=False,
        ssl=ssl_context or _trusted_by_this_machine(),
        limit=concurrency,
        keepalive_timeout=_KEEP_ALIVE_SECONDS,
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
    )


def open_client(
    *, user_agent: str, read_timeout: timedelta, concurrency: int, ssl_context: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    """Return an httpx client over such a session; it follows no redirect and keeps no cookie either."""
    # It would log whole addresses, and the address of a blob opens that blob to whoever reads it.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    context = ssl_context or _trusted_by_this_machine()
    session = functools.partial(open_session, concurrency=concurrency, ssl_context=context)
    return httpx.AsyncClient(
        # The transport makes its session with the first request.
        transport=AiohttpTransport(verify=context, client=session),
        headers={"user-agent": user_agent},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(read_timeout.total_seconds(), connect=CONNECT_SECONDS, pool=None),
        follow_redirects=False,
        trust_env=False,
    )
