"""Who we are to Azure DevOps: a personal access token, or a managed identity. Secrets never show."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from shared.adapters.azure_devops.exchange import SERVICE
from shared.errors import AuthenticationFailed, UpstreamError, UpstreamUnavailable
from shared.ports import Clock

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.core.exceptions import AzureError

# The application id of Azure DevOps in every Entra tenant:
# https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity
SCOPE: Final = "499b84ac-1321-427f-aa17-267ca6975798/.default"

_EARLY: Final = timedelta(minutes=5)


class Credentials(Protocol):
    """Where the `Authorization` header comes from."""

    async def authorization(self) -> str:
        """Return the header's value. Raises AuthenticationFailed, UpstreamUnavailable."""
        ...

    async def renewed(self, rejected: str) -> str | None:
        """Return another value than the rejected one; None where there is none to be had."""
        ...

    async def aclose(self) -> None:
        """Let go of what was opened. Idempotent."""
        ...


class PersonalAccessToken:
    """A personal access token; the service ignores the user part of Basic authentication."""

    __slots__ = ("_header",)

    def __init__(self, token: str) -> None:
        self._header = "Basic " + b64encode(f":{token}".encode()).decode("ascii")

    def __repr__(self) -> str:
        return "PersonalAccessToken(***)"

    async def authorization(self) -> str:
        """Return the header's value."""
        return self._header

    async def renewed(self, rejected: str) -> str | None:  # noqa: ARG002  # a token is what it is
        """Return None: nobody but a person can make a new token."""
        return None

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""


def _managed_identity(client_id: str | None) -> AsyncTokenCredential:
    # Imported on first use: it costs cold-start time that a personal access token need not pay.
    from azure.identity.aio import ManagedIdentityCredential  # noqa: PLC0415  # see above

    return ManagedIdentityCredential(client_id=client_id)


class ManagedIdentity:
    """Tokens of the managed identity, each kept until shortly before it expires, fetched once for all callers."""

    def __init__(
        self,
        *,
        clock: Clock,
        client_id: str | None = None,
        new_credential: Callable[[str | None], AsyncTokenCredential] = _managed_identity,
    ) -> None:
        self._clock = clock
        self._client_id = client_id
        self._new_credential = new_credential
        self._credential: AsyncTokenCredential | None = None
        self._header = ""
        self._good_until = datetime.min.replace(tzinfo=UTC)
        self._fetching = asyncio.Lock()

    def __repr__(self) -> str:
        return f"ManagedIdentity(client_id={self._client_id!r}, token=***)"

    async def authorization(self) -> str:
        """Return the header's value."""
        async with self._fetching:
            if self._clock() >= self._good_until:
                await self._fetch()
            return self._header

    async def renewed(self, rejected: str) -> str | None:
        """Fetch a new token, unless another caller did so since the rejected one was handed out."""
        async with self._fetching:
            if self._header == rejected:
                # A fresh credential, because the old one would answer from its own cache.
                await self._drop()
                await self._fetch()
            return self._header

    async def aclose(self) -> None:
        """Close the connection to the token endpoint."""
        async with self._fetching:
            await self._drop()

    async def _drop(self) -> None:
        credential, self._credential = self._credential, None
        self._good_until = datetime.min.replace(tzinfo=UTC)
        if credential is not None:
            await credential.close()

    async def _fetch(self) -> None:
        from azure.core.exceptions import AzureError  # noqa: PLC0415  # as above

        try:
            if self._credential is None:
                self._credential = self._new_credential(self._client_id)
            token = await self._credential.get_token(SCOPE)
        except AzureError as error:
            raise _failure(error) from error
        self._header = f"Bearer {token.token}"
        self._good_until = datetime.fromtimestamp(token.expires_on, UTC) - _EARLY


def _failure(error: AzureError) -> UpstreamError:
    """Tell what may pass from what a person must mend; the library's text stays in the chained error."""
    from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError, ServiceResponseError  # noqa: PLC0415  # as above

    status = getattr(error, "status_code", None)
    status = status if isinstance(status, int) else 0
    passing = status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS} or status >= 500  # noqa: PLR2004  # the 5xx class
    if passing or isinstance(error, (ServiceRequestError, ServiceResponseError)):
        return UpstreamUnavailable("no token from the managed identity endpoint now", service=SERVICE)
    if isinstance(error, ClientAuthenticationError):
        return AuthenticationFailed(
            "the managed identity yields no token. Check that it is assigned to this app, and its client id",
            service=SERVICE,
        )
    return UpstreamUnavailable("the managed identity endpoint failed", service=SERVICE)
