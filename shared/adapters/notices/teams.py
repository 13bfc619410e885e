"""Letters to a Teams channel, through the webhook of a workflow.

Asked by the guarded client: the address is our operator's and not a stranger's, but the client's bounds of time and
size and its refusal of redirects are what this needs, and that it leads to the public internet only is no loss.

No error and no log line shows the address, whose query is the credential; no cause is chained, since the transport's
errors quote it.
"""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import urlsplit

from shared.adapters.notices.card_answers import SERVICE, read_answer
from shared.adapters.notices.card_wire import post
from shared.adapters.outbound.addresses import AllowedHosts, check_address
from shared.adapters.outbound.guarded import Sender
from shared.domain.letters import Letter
from shared.errors import AddressRefused, UnexpectedAnswer, UpstreamError
from shared.logs import told

logger = logging.getLogger("feedwarden.notices.teams")

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def allowed_hosts(address: str) -> frozenset[str]:
    """Return what the guarded client must allow for the sake of this address: its own `host:port` on loopback."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return frozenset({f"{parts.hostname}:{port}"}) if parts.hostname in _LOOPBACK else frozenset()


def check_webhook(address: str) -> str:
    """Return the address where it is one that cards can be posted to: https, or anything on loopback.

    Raises:
        ValueError: with what to write instead; the address is not repeated.
    """
    try:
        check_address(address, AllowedHosts.of(allowed_hosts(address)))
    except (AddressRefused, ValueError):
        raise ValueError("copy the address that the workflow shows, https://… with its whole query") from None
    return address


class TeamsChannel:
    """Posts letters as cards."""

    def __init__(self, sender: Sender, address: str) -> None:
        """Take a client that somebody else closes; it must allow `allowed_hosts(address)`."""
        self._sender = sender
        self._address = address

    async def send(self, letter: Letter) -> None:
        """Hand one letter to the workflow.

        Raises:
            UpstreamUnavailable: no answer, too many cards, or trouble that may pass.
            AuthenticationFailed, UnexpectedAnswer: the workflow or its address must be mended by a person.
        """
        try:
            read_answer(await self._sender.send(post(letter, self._address)))
        except AddressRefused:
            text = "TEAMS_WEBHOOK_URL leads to no host on the public internet"
            raise UnexpectedAnswer(text, service=SERVICE) from None
        except UpstreamError as error:
            raise error from None
        logger.info(told("letter handed to Teams", letter=letter.letter_id))
