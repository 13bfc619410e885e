"""Who sends a request: credentials in, a caller out, or the answers that strangers get."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from local.simulators.azure_devops.errors import NotSignedIn
from local.simulators.azure_devops.people import Caller
from local.simulators.azure_devops.world import Organization

SIGN_IN_PATH: Final = "/_signin"
_SIGN_IN_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head><body></body></html>"
)


def _basic_password(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise NotSignedIn(offered=True) from error


def read_caller(organization: Organization, request: Request, *, pat_as_bearer: bool = False) -> Caller:
    """Return who sends the request.

    `pat_as_bearer` is for package clients: npm's `_authToken` can be sent in no other way, while the REST API
    takes a personal access token as a Basic password only.

    Raises:
        NotSignedIn: no credential, or one that nobody here has.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "basic":
            secret, pats, tokens = _basic_password(value.strip()), True, pat_as_bearer
        case "bearer":
            secret, pats, tokens = value.strip(), pat_as_bearer, True
        case _:
            raise NotSignedIn(offered=False)
    for identity in organization.identities.values():
        if pats and secret in identity.pats:
            return Caller(identity, identity.pats[secret])
        if tokens and secret in identity.tokens:
            return Caller(identity)
    raise NotSignedIn(offered=True)


def stranger_answer(request: Request, error: NotSignedIn, *, bad_credential_status: int) -> Response:
    """Return what the REST side tells somebody it does not know.

    A credential that is no good gets the sign-in page with status 203; who did not ask for it to be
    suppressed is redirected there. Package clients and who sends nothing at all get 401.
    """
    suppressed = request.headers.get("x-tfs-fedauthredirect", "").lower() == "suppress"
    if not suppressed and error.offered:
        return RedirectResponse(SIGN_IN_PATH, HTTPStatus.FOUND)
    if error.offered and bad_credential_status == HTTPStatus.NON_AUTHORITATIVE_INFORMATION:
        return HTMLResponse(_SIGN_IN_PAGE, HTTPStatus.NON_AUTHORITATIVE_INFORMATION)
    return challenge()


def challenge() -> Response:
    """Return the 401 that asks for a credential."""
    key = "UnauthorizedRequestException"
    return JSONResponse(
        {
            "$id": "1",
            "innerException": None,
            "message": "TF400813: The user '' is not authorized to access this resource.",
            "typeName": f"Microsoft.TeamFoundation.Framework.Server.{key}, Microsoft.TeamFoundation.Framework.Server",
            "typeKey": key,
            "errorCode": 0,
            "eventId": 3000,
        },
        HTTPStatus.UNAUTHORIZED,
        {"WWW-Authenticate": 'Basic realm="http://127.0.0.1/"', "X-TFS-FedAuthRealm": "http://127.0.0.1/"},
    )


async def sign_in_page(_request: Request) -> Response:
    """Show what a browser would be sent to."""
    return HTMLResponse(_SIGN_IN_PAGE)
