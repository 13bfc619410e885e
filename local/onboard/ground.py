"""What the steps stand on: settings as far as they can be read, who asks, and what earlier steps found."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import httpx

from local.onboard.configured import Read, read
from local.onboard.credentials import credentials_of
from local.onboard.options import Options
from local.onboard.rest_wire import Subject
from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.client import AzureDevOpsFeeds
from shared.adapters.azure_devops.credentials import Credentials
from shared.adapters.azure_devops.exchange import SERVICE, SMALL_ANSWER, Answer, AnswerTooLarge, Request
from shared.adapters.azure_devops.sender import Sender
from shared.adapters.azure_devops.throttle import Timing
from shared.adapters.notices.smtp_address import SmtpAddress
from shared.adapters.outbound.guarded import GuardedClient
from shared.adapters.outbound.identity import user_agent
from shared.adapters.outbound.trusted import trusted_client
from shared.bootstrap import VERSION, new_id, now
from shared.bootstrap.configuration import hosts_of
from shared.bootstrap.surroundings import sleep
from shared.domain.feeds import Feed
from shared.errors import ConfigurationError, UpstreamUnavailable
from shared.settings import Settings

USER_TOKEN: Final = "AZURE_DEVOPS_USER_TOKEN"  # noqa: S105  # a variable's name, no secret
_ACCESS_LEVELS: Final = "https://vsaex.dev.azure.com"
_MICROSOFT: Final = "https://dev.azure.com"
_WHOLE_CALL: Final = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine gives; `tls_context` None = the system's authorities, for Azure DevOps and the mail server."""

    timing: Timing = field(default_factory=lambda: Timing(now, sleep, random.random))
    tls_context: ssl.SSLContext | None = None


@dataclass(slots=True)
class Ground:
    """What steps read, and what they leave for later ones: the subject, the feeds; None = not found out.

    `hosts` None = Azure DevOps cannot be asked, for problems that the first step told.
    """

    options: Options
    read: Read
    hosts: Hosts | None
    http: httpx.AsyncClient
    sender: Sender
    credentials: Credentials
    registries: GuardedClient
    user_token: str = field(default="", repr=False)
    machine: Machine = field(default_factory=Machine)
    new_id: Callable[[], str] = new_id
    subject: Subject | None = None
    feeds: tuple[Feed, ...] | None = None

    @property
    def clock(self) -> Callable[[], datetime]:
        """What tells the time."""
        return self.machine.timing.clock

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.read.settings

    @property
    def agent(self) -> str:
        """How we introduce ourselves."""
        return user_agent(version=VERSION, contact=self.settings.contact)

    def azure_devops(self) -> tuple[Hosts, str]:
        """Return Azure DevOps' addresses and the organization. Raises ConfigurationError."""
        if self.hosts is None or not self.settings.organization:
            raise ConfigurationError(("Azure DevOps cannot be asked before the settings are right",))
        return self.hosts, self.settings.organization

    def service(self) -> AzureDevOpsFeeds:
        """Return the product's own client. Raises ConfigurationError."""
        hosts, organization = self.azure_devops()
        return AzureDevOpsFeeds(self.sender, hosts=hosts, organization=organization, clock=self.clock)

    def access_levels_base(self) -> str:
        """Return the host that tells access levels; the credential goes nowhere but where the settings lead."""
        if self.options.entitlements_url:
            return self.options.entitlements_url
        return _ACCESS_LEVELS if self.settings.devops_url == _MICROSOFT else self.settings.devops_url

    async def once(self, request: Request, *, authorization: str, body: object = None) -> Answer:
        """Send one request exactly once and return its answer, whatever it is: for what must not be repeated by itself.

        Raises UpstreamUnavailable or AnswerTooLarge, after which nobody knows whether it was heeded.
        """
        headers = {"Accept": "application/json", "X-TFS-FedAuthRedirect": "Suppress", "Authorization": authorization}
        try:
            # The timeout of the whole call ends a server that sends one byte a minute.
            async with (
                asyncio.timeout(_WHOLE_CALL.total_seconds()),
                self.http.stream(
                    request.method,
                    request.url,
                    params=request.params or None,
                    json=body,
                    headers={**headers, "User-Agent": self.agent},
                    follow_redirects=False,
                ) as got,
            ):
                names = {name.lower(): value for name, value in got.headers.items()}
                return Answer(got.status_code, names, await _body(request, got))
        except (httpx.HTTPError, aiohttp.ClientError, OSError, ValueError) as error:
            # Only the kind: texts of transport errors may quote what was sent.
            raise UpstreamUnavailable(f"no answer ({type(error).__name__})", service=SERVICE) from None


async def _body(request: Request, response: httpx.Response) -> bytes:
    """Read the body up to the limit: more of a success is refused, of a failure the beginning says enough."""
    most = request.longest_answer if response.is_success else SMALL_ANSWER
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most and response.is_success:
            raise AnswerTooLarge(f"an answer of more than {most} bytes", service=SERVICE)
        if len(body) > most:
            break
    return bytes(body[:most])


def secrets_of(settings: Settings, user_token: str) -> list[str]:
    """Return every secret there is, for whoever must not show them."""
    single = (settings.pat, settings.storage_connection, settings.teams_webhook_url, settings.smtp_url)
    listed = [secret for several in settings.hook_secrets.values() for secret in several]
    kept = [secret.reveal() for secret in (*single, *listed, *settings.approval_keys) if secret is not None]
    password = "" if settings.smtp_url is None else SmtpAddress.of(settings.smtp_url.reveal()).password
    return [*kept, user_token, password]


@asynccontextmanager
async def ground_of(
    environment: Mapping[str, str], options: Options, machine: Machine | None = None
) -> AsyncIterator[Ground]:
    """Prepare what the steps stand on; nothing is asked yet, and all that is opened is closed."""
    got, on = read(environment), machine or Machine()
    settings = got.settings
    agent = user_agent(version=VERSION, contact=settings.contact)
    credentials = credentials_of(settings, options)
    registries = GuardedClient(user_agent=agent, allowed_hosts=settings.allowed_registry_hosts)
    async with trusted_client(user_agent=agent, ssl_context=on.tls_context) as http:
        sender = Sender(http, credentials=credentials, timing=on.timing, user_agent=agent)
        token = environment.get(USER_TOKEN, "").strip()
        try:
            yield Ground(options, got, _hosts(settings), http, sender, credentials, registries, token, on)
        finally:
            await sender.aclose()
            await registries.aclose()


def _hosts(settings: Settings) -> Hosts | None:
    try:
        return hosts_of(settings)
    except ConfigurationError:
        return None
