"""Where a download goes on: a feed answers with the signed address of a blob store, good for whoever has it.

It is followed once and without the credential, which is the feed's alone; the store refuses requests that bring one.

That it answers 303 was seen, and is not documented; the hosts, `*.blob.core.windows.net` and `*.vsassets.io`, are:

Source: https://learn.microsoft.com/azure/devops/organizations/security/allow-list-ip-url
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin, urlsplit

from shared.adapters.azure_devops.errors_wire import TRANSIENT, is_page
from shared.adapters.azure_devops.exchange import SERVICE, Answer, Request
from shared.adapters.outbound.addresses import AllowedHosts, check_address
from shared.errors import AddressRefused, AuthenticationFailed, UnexpectedAnswer, UpstreamError, UpstreamUnavailable

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"http": 80, "https": 443}
# A credential that is not accepted is answered with a redirect, too.
_SIGN_IN: Final = re.compile(r"/_?signin\b", re.IGNORECASE)


def elsewhere(request: Request, answer: Answer) -> Request | None:
    """Return what to ask where a download is at another address; None = this answer is the one.

    Only public https is asked, and the host that sent us. What the other host's name resolves to is not checked: the
    feed's own service named it, nothing of ours goes along, and nothing of the answer is kept.

    Raises:
        UnexpectedAnswer: no address, or one that we do not ask.
    """
    if not request.download or answer.status not in _REDIRECTS:
        return None
    try:
        location = answer.headers.get("location", "")
        # Without one, the same address would be asked again, without the credential.
        target = urljoin(request.url, location) if location else ""
        if _SIGN_IN.search(urlsplit(target).path):
            return None
        check_address(target, _own(request.url))
    except (ValueError, AddressRefused) as error:
        # Without its address, whose signature is a secret.
        raise UnexpectedAnswer("a download leads to an address that we do not ask", service=SERVICE) from error
    return Request("GET", target, headers=request.headers, longest_answer=request.longest_answer, download=True)


def _own(url: str) -> AllowedHosts:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    return AllowedHosts.of([f"[{host}]:{port}" if ":" in host else f"{host}:{port}"])


def refuse_no_file(answer: Answer) -> None:
    """Return where the other host gave the file; raise our error for everything else.

    How long that host asks us to wait is not heeded: it would hold every call to Azure DevOps.
    """
    error = _failure(answer)
    if error is not None:
        raise error


def _failure(answer: Answer) -> UpstreamError | None:
    status = answer.status
    if status in TRANSIENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UpstreamUnavailable(f"where a download leads, the answer was {status}", service=SERVICE)
    if status in _REDIRECTS or (status == HTTPStatus.OK and is_page(answer)):
        text = f"a download led to a page ({status}) instead of a file: most likely the credential is not accepted"
        return AuthenticationFailed(text, service=SERVICE)
    if status == HTTPStatus.OK:
        return None
    return UnexpectedAnswer(f"where a download leads, the answer was {status}", service=SERVICE)
