"""Whose token is used: a personal access token's, the Azure CLI's, or the machine's own identity's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.account import signed_in
from local.onboard.options import Options
from shared.adapters.azure_devops.credentials import Credentials, ManagedIdentity, PersonalAccessToken
from shared.adapters.azure_devops.exchange import SERVICE
from shared.adapters.register.storage import managed_identity
from shared.bootstrap import now
from shared.errors import AuthenticationFailed
from shared.settings import Settings

if TYPE_CHECKING:  # slow to load, and needed without a PAT only
    from azure.core.credentials_async import AsyncTokenCredential


class SignedIn(ManagedIdentity):
    """Tokens of who is signed in to the Azure CLI, kept like those of a managed identity."""

    def __init__(self) -> None:
        super().__init__(clock=now, new_credential=signed_in)

    async def _fetch(self) -> None:
        try:
            await super()._fetch()
        except AuthenticationFailed:
            text = "the Azure CLI yields no token: sign in with `az login`, or set AZURE_DEVOPS_PAT"
            raise AuthenticationFailed(text, service=SERVICE) from None


def credentials_of(settings: Settings, options: Options) -> Credentials:
    """Return what Azure DevOps is shown."""
    if settings.pat is not None:
        return PersonalAccessToken(settings.pat.reveal())
    if options.sign_in == "cli":
        return SignedIn()
    return ManagedIdentity(clock=now, client_id=settings.client_id)


def storage_credential(options: Options, client_id: str | None) -> AsyncTokenCredential:
    """Return what a storage account without keys is shown."""
    return signed_in(client_id) if options.sign_in == "cli" else managed_identity(client_id)
