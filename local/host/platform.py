"""What the platform does to a request before the host sees it.

App Service's sign-in sets headers that begin with `X-MS-`, and strips what a caller sends under such names: code behind
it trusts them. Stripping and setting are one step, so that one cannot exist without the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from local.host.sign_in import SignIn

_RESERVED_PREFIX: Final = "x-ms-"


def admit_headers(headers: Iterable[tuple[str, str]], *, sign_in: SignIn | None = None) -> list[tuple[str, str]]:
    """Return the caller's headers without those that only the platform may set, and those that it sets."""
    admitted = [(name, value) for name, value in headers if not name.lower().startswith(_RESERVED_PREFIX)]
    if sign_in is None:
        return admitted
    cookies = "; ".join(value for name, value in admitted if name.lower() == "cookie")
    return admitted + sign_in.headers(cookies)
