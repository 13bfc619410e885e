"""Who can sign in here, and what App Service tells an app about them. No I/O but reading the file.

Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from shared.errors import ConfigurationError

PROVIDER: Final = "aad"
SESSION: Final = timedelta(hours=8)
"""How long a session of App Service lasts where nobody configures it."""

_XMLSOAP: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MICROSOFT: Final = "http://schemas.microsoft.com/identity/claims/"
_CLIENT_ID: Final = "00000000-0000-0000-0000-0000000a99d1"

type Claim = dict[str, str]


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who can sign in; `key` is how pages and tests name them, `tenant` and `object_id` are Entra's."""

    key: str
    name: str
    mail: str
    tenant: str
    object_id: str


def read_personas(file: Path) -> tuple[Persona, ...]:
    """Read a JSON list of objects with exactly the members of a persona. Raises ConfigurationError."""
    try:
        listed: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        personas = tuple(Persona(**told) for told in listed)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ConfigurationError((f"{file.name} must be a JSON list of personas: {error}",)) from error
    texts: list[Any] = [text for told in listed for text in told.values()]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise ConfigurationError((f"{file.name}: there is a persona, and every member is a text that is not empty",))
    if len({one.key for one in personas}) != len(personas):
        raise ConfigurationError((f"{file.name}: two personas have the same key",))
    return personas


def claims_of(persona: Persona, *, since: datetime) -> list[Claim]:
    """Return the claims of a token of version 2, with the types that App Service gives them."""
    told = {
        "aud": _CLIENT_ID,
        "iss": f"https://login.microsoftonline.com/{persona.tenant}/v2.0",
        "iat": _seconds(since),
        "nbf": _seconds(since),
        "exp": _seconds(since + SESSION),
        f"{_XMLSOAP}emailaddress": persona.mail,
        "name": persona.name,
        f"{_MICROSOFT}objectidentifier": persona.object_id,
        "preferred_username": persona.mail,
        # Another text than the object id, as with Entra, where it differs from app to app.
        f"{_XMLSOAP}nameidentifier": f"sample-subject-{persona.key}",
        f"{_MICROSOFT}tenantid": persona.tenant,
        "ver": "2.0",
    }
    return [{"typ": kind, "val": text} for kind, text in told.items()]


def principal_headers(persona: Persona, *, since: datetime) -> list[tuple[str, str]]:
    """Return the headers by which the app learns who asks."""
    principal = {
        "auth_typ": PROVIDER,
        "claims": claims_of(persona, since=since),
        "name_typ": f"{_XMLSOAP}emailaddress",
        "role_typ": "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
    }
    return [
        ("x-ms-client-principal", base64.b64encode(json.dumps(principal).encode()).decode()),
        ("x-ms-client-principal-id", persona.object_id),
        ("x-ms-client-principal-name", persona.mail),
        ("x-ms-client-principal-idp", PROVIDER),
    ]


def _seconds(moment: datetime) -> str:
    """Return a moment as tokens tell it."""
    return str(int(moment.timestamp()))
