"""Credentials: a token, or a managed identity whose tokens are kept, renewed once for all, and never shown."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.identity import CredentialUnavailableError
from azure.identity.aio import ManagedIdentityCredential

from shared.adapters.azure_devops.credentials import SCOPE, ManagedIdentity, PersonalAccessToken, _managed_identity
from shared.errors import AuthenticationFailed, UpstreamError, UpstreamUnavailable
from tests.fakes.times import SettableClock

_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class _TokenEndpoint:
    """Hands out numbered tokens that live for an hour; keeps what was done with it."""

    clock: SettableClock
    trouble: list[Exception] = field(default_factory=list)
    fetched: int = 0
    made: list[str | None] = field(default_factory=list)
    closed: int = 0

    def __call__(self, client_id: str | None) -> _SampleCredential:
        """Make a credential, as the library does."""
        self.made.append(client_id)
        return _SampleCredential(self)


@dataclass(frozen=True, slots=True)
class _SampleCredential:
    """An AsyncTokenCredential."""

    endpoint: _TokenEndpoint

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401  # the library's own signature
        """Hand out the next token, or fail as told."""
        assert scopes == (SCOPE,)
        await asyncio.sleep(0)
        if self.endpoint.trouble:
            raise self.endpoint.trouble.pop(0)
        self.endpoint.fetched += 1
        return AccessToken(f"sample-{self.endpoint.fetched}", int((self.endpoint.clock() + _HOUR).timestamp()))

    async def close(self) -> None:
        """Count."""
        self.endpoint.closed += 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()


def _identity(*trouble: Exception, client_id: str | None = None) -> tuple[ManagedIdentity, _TokenEndpoint]:
    clock = SettableClock()
    endpoint = _TokenEndpoint(clock, list(trouble))
    return ManagedIdentity(clock=clock, client_id=client_id, new_credential=endpoint), endpoint


async def test_a_personal_access_token_is_basic_authentication_without_a_user() -> None:
    """The service ignores the user part; there is nothing to renew, and nothing to close."""
    credentials = PersonalAccessToken("sämple:pat")
    scheme, _, encoded = (await credentials.authorization()).partition(" ")
    assert (scheme, b64decode(encoded).decode()) == ("Basic", ":sämple:pat")
    assert await credentials.renewed(await credentials.authorization()) is None
    await credentials.aclose()


async def test_a_token_is_kept_until_shortly_before_it_expires() -> None:
    """Five minutes early: a call may take a while."""
    identity, endpoint = _identity(client_id="1234")
    assert await identity.authorization() == "Bearer sample-1"
    endpoint.clock.advance(timedelta(minutes=54, seconds=59))
    assert await identity.authorization() == "Bearer sample-1"
    endpoint.clock.advance(timedelta(seconds=1))
    assert await identity.authorization() == "Bearer sample-2"
    assert endpoint.made == ["1234"]


async def test_many_callers_fetch_one_token() -> None:
    """The token endpoint is throttled, too."""
    identity, endpoint = _identity()
    assert set(await asyncio.gather(*(identity.authorization() for _ in range(8)))) == {"Bearer sample-1"}
    assert endpoint.fetched == 1


async def test_a_rejected_token_is_renewed_once_for_all() -> None:
    """By a fresh credential, because the old one answers from its own cache; latecomers get the new token."""
    identity, endpoint = _identity()
    rejected = await identity.authorization()
    renewed = await asyncio.gather(*(identity.renewed(rejected) for _ in range(4)))
    assert set(renewed) == {"Bearer sample-2"}
    assert (endpoint.fetched, len(endpoint.made), endpoint.closed) == (2, 2, 1)


async def test_closing_twice_is_no_trouble() -> None:
    """And after it, a new credential is made."""
    identity, endpoint = _identity()
    await identity.aclose()
    await identity.authorization()
    await identity.aclose()
    await identity.aclose()
    assert endpoint.closed == 1
    assert await identity.authorization() == "Bearer sample-2"


class _Refused(ClientAuthenticationError):
    """The endpoint's answer with a status, as the library raises it."""

    def __init__(self, status: int) -> None:
        super().__init__("sample-secret in the library's text")
        self.status_code = status


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (CredentialUnavailableError("no endpoint: sample-secret"), AuthenticationFailed),
        (_Refused(400), AuthenticationFailed),
        (_Refused(408), UpstreamUnavailable),
        (_Refused(429), UpstreamUnavailable),
        (_Refused(500), UpstreamUnavailable),
        (ServiceRequestError("sample-secret"), UpstreamUnavailable),
        (ServiceResponseError("sample-secret"), UpstreamUnavailable),
        (AzureError("sample-secret"), UpstreamUnavailable),
    ],
)
async def test_what_may_pass_and_what_a_person_must_mend(trouble: Exception, kind: type[UpstreamError]) -> None:
    """An identity that is not there is for a person; a busy endpoint is not."""
    identity, _ = _identity(trouble)
    with pytest.raises(kind) as refusal:
        await identity.authorization()
    assert type(refusal.value) is kind
    assert "sample-secret" not in str(refusal.value)
    assert await identity.authorization() == "Bearer sample-1"


async def test_a_failed_renewal_leaves_no_old_token_behind() -> None:
    """The next caller fetches again, and does not send what was rejected."""
    identity, _ = _identity()
    rejected = await identity.authorization()
    identity._new_credential = _failing  # a second credential that cannot be made work
    with pytest.raises(AuthenticationFailed):
        await identity.renewed(rejected)
    with pytest.raises(AuthenticationFailed):
        await identity.authorization()


def _failing(_client_id: str | None) -> Any:  # noqa: ANN401  # never used as a credential
    raise CredentialUnavailableError("gone")


async def test_the_library_s_own_credential_is_used() -> None:
    """Only made here: what it answers, only Azure can tell."""
    credential = _managed_identity("00000000-1111-4222-8333-444455556666")
    assert isinstance(credential, ManagedIdentityCredential)
    await credential.close()


async def test_credentials_never_show() -> None:
    """Not in a repr, which ends up in logs and tracebacks."""
    identity, _ = _identity(client_id="1234")
    await identity.authorization()
    shown = [repr(PersonalAccessToken("sample-pat")), str(PersonalAccessToken("sample-pat")), repr(identity)]
    assert shown == [
        "PersonalAccessToken(***)",
        "PersonalAccessToken(***)",
        "ManagedIdentity(client_id='1234', token=***)",
    ]
