"""Which addresses may be asked when somebody else chose them: https, on the public internet, plainly written.

Pure. An upstream's location is set by whoever administers a feed; without these rules it could point this service at
its own platform (169.254.169.254), at loopback, or into the company's network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from shared.errors import AddressRefused

# Printable ASCII and no backslash, so that no two parsers can disagree about where the host ends; no "@": credentials.
_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?][!-\[\]-~]*)?",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LIKE_A_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_HOST: Final = 253
_LONGEST_ADDRESS: Final = 2048
_PORTS: Final = {"http": 80, "https": 443}
_HIGHEST_PORT: Final = 65_535

# Public by the registry of special addresses, and yet no place to ask.
_REFUSED_V4: Final = (
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # Azure's own platform, reachable from every machine in it
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_REFUSED_V6: Final = (
    IPv6Network("2002::/16"),  # 6to4 carries any IPv4 address inside
    IPv6Network("2001::/32"),  # so does Teredo
    IPv6Network("3fff::/20"),  # documentation, newer than the standard library's table
)
_NAT64: Final = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a checked address leads; `host` is lower-case, an IPv6 literal without its brackets."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The `host:port` pairs that may be asked although they are not public https."""

    pairs: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, entries: Iterable[str]) -> AllowedHosts:
        """Read entries such as `127.0.0.1:4873`, in any letter case."""
        return cls(frozenset(entry.strip().lower() for entry in entries if entry.strip()))

    def allow(self, host: str, port: int) -> bool:
        """Say whether the pair was allowed; `host` as in Destination."""
        return f"{host}:{port}" in self.pairs or f"[{host}]:{port}" in self.pairs


def check_address(url: str, allowed: AllowedHosts) -> Destination:
    """Check an address before it is asked; what its host name resolves to is checked when connecting.

    Raises:
        AddressRefused: with the reason.
    """
    destination = _read(url)
    if allowed.allow(destination.host, destination.port):
        return destination
    if destination.scheme != "https":
        raise AddressRefused(f"{destination.host} is not asked over plain http: an upstream must use https")
    literal = _literal(destination.host)
    if literal is not None:
        check_public(literal, host=destination.host)
    elif "." not in destination.host:
        raise AddressRefused(f"{destination.host} is no name on the public internet")
    return destination


def host_of(url: str) -> str:
    """Return what tells hosts apart: host and port as written, in lower case; all of an address that cannot be read."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        # Whoever administers a feed writes what he likes; the check before sending refuses it.
        return url


def check_public(text: str, *, host: str) -> None:
    """Check one IP address that `host` stands for.

    Raises:
        AddressRefused: it is not on the public internet, or cannot be read.
    """
    try:
        address = ip_address(text)
    except ValueError as error:
        raise AddressRefused(f"{host} leads to {text[:60]!r}, which is no IP address") from error
    if not is_public(address):
        raise AddressRefused(f"{host} leads to {address}, which is not on the public internet")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address is one that everybody can ask; IPv4 inside IPv6 is judged by the IPv4 address.

    Source: https://www.iana.org/assignments/iana-ipv4-special-registry,
        https://www.iana.org/assignments/iana-ipv6-special-registry
    """
    if isinstance(address, IPv6Address):
        inner = IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address.ipv4_mapped
        if inner is not None:
            return is_public(inner)
        return address in _GLOBAL_UNICAST and address.is_global and not _in_any(address, _REFUSED_V6)
    return address.is_global and not address.is_multicast and not _in_any(address, _REFUSED_V4)


def _in_any(address: IPv4Address | IPv6Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)


def _read(url: str) -> Destination:
    match = _ADDRESS.fullmatch(url) if len(url) <= _LONGEST_ADDRESS else None
    if match is None:
        # The text is not repeated: it may hold credentials.
        raise AddressRefused("the address is not plainly http(s)://host[:port]/path")
    scheme, host = match["scheme"].lower(), match["host"].lower().strip("[]")
    port = int(match["port"] or _PORTS[scheme])
    if not 0 < port <= _HIGHEST_PORT:
        raise AddressRefused(f"{port} is no port")
    labels = host.split(".")
    if ":" not in host and (len(host) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels)):
        raise AddressRefused(f"{host[:60]!r} is no plain host name")
    return Destination(scheme, host, port)


def _literal(host: str) -> str | None:
    """Return the host where it is an IP address in whatever form: the strict reader refuses all but the plain one."""
    # A name whose last label looks like a number is IPv4 to browsers and to inet_aton: 2130706433, 0x7f.1, 0177.1.
    is_literal = ":" in host or _LIKE_A_NUMBER.fullmatch(host.rpartition(".")[2])
    return host if is_literal else None
