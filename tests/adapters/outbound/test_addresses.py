"""Tests of which addresses may be asked."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.outbound.addresses import AllowedHosts, Destination, check_address, check_public, is_public
from shared.errors import AddressRefused

_NONE: Final = AllowedHosts()


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("https://registry.example.test/", Destination("https", "registry.example.test", 443)),
        ("HTTPS://Registry.EXAMPLE.test/a%2fb?c=d", Destination("https", "registry.example.test", 443)),
        ("https://registry.example.test:8443/npm", Destination("https", "registry.example.test", 8443)),
        ("https://registry.example.test", Destination("https", "registry.example.test", 443)),
        ("https://8.8.8.8/", Destination("https", "8.8.8.8", 443)),
        ("https://[2606:4700::1111]/", Destination("https", "2606:4700::1111", 443)),
        ("https://[::ffff:8.8.8.8]:444/", Destination("https", "::ffff:8.8.8.8", 444)),
        ("https://xn--bcher-kva.example.test/", Destination("https", "xn--bcher-kva.example.test", 443)),
    ],
)
def test_plain_public_addresses_pass(url: str, destination: Destination) -> None:
    """An https address with a public host is taken as it is written."""
    assert check_address(url, _NONE) == destination


@pytest.mark.parametrize(
    "url",
    [
        # No https, or nothing like it.
        "http://registry.example.test/",
        "ftp://registry.example.test/",
        "file:///etc/passwd",
        "//registry.example.test/",
        "registry.example.test",
        "",
        # Loopback and its spellings.
        "https://localhost/",
        "https://LOCALHOST:4873/",
        "https://localhost./",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.01/",
        "https://1.2.3.4.5/",
        "https://999.1.1.1/",
        "https://registry.0x/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[::]/",
        "https://0.0.0.0/",
        # Inside networks and platforms.
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/metadata/instance",
        "https://[::ffff:169.254.169.254]/",
        "https://168.63.129.16/",
        "https://100.64.0.1/",
        "https://198.18.0.1/",
        "https://192.0.0.192/",
        "https://192.88.99.1/",
        "https://203.0.113.9/",
        "https://224.0.0.1/",
        "https://239.255.255.250/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fc00::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[2001:db8::1]/",
        "https://[3fff::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
        "https://[64:ff9b::127.0.0.1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[64:ff9b:1::1]/",
        "https://[1:2]/",
        "https://[]/",
        # Names that are none, and texts that two parsers read differently.
        "https://registry/",
        "https://registry.example.test./",
        "https://registry..example.test/",
        "https://.example.test/",
        "https://-a.example.test/",
        "https://user@registry.example.test/",
        "https://user:secret@registry.example.test/",
        "https://registry.example.test\\@127.0.0.1/",
        "https://registry.example.test /",
        " https://registry.example.test/",
        "https://registry.example.test/\n",
        "https://registry.example.test/a b",
        "https://registry.example.test#@127.0.0.1/",
        "https://registry.example.test?@127.0.0.1/\\",
        "https://reg\u0131stry.example.test/",
        "https://registry.example。test/",
        "https://⑫7.0.0.1/",
        "https://registry.example.test:0/",
        "https://registry.example.test:65536/",
        "https://registry.example.test:-1/",
        "https://registry.example.test:/",
        "https://" + "a" * 64 + ".example.test/",
        "https://" + "a." * 127 + "test/",
        "https://registry.example.test/" + "a" * 2048,
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    """Whatever is not plainly a public https address is refused, with a reason and without repeating credentials."""
    with pytest.raises(AddressRefused) as refused:
        check_address(url, _NONE)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1:4873", "http://127.0.0.1:4873/npm"),
        ("LocalHost:4873", "http://localhost:4873/"),
        (" registry.corp:80 ", "http://registry.corp/"),
        ("[::1]:8080", "http://[::1]:8080/"),
        ("10.0.0.7:443", "https://10.0.0.7/"),
    ],
)
def test_an_allowed_pair_passes(entry: str, url: str) -> None:
    """A host and port that the settings name may be asked, even over http."""
    allowed = AllowedHosts.of([entry, ""])
    assert check_address(url, allowed).scheme == url.partition(":")[0]


@pytest.mark.parametrize("url", ["http://127.0.0.1:4874/", "http://127.0.0.2:4873/", "http://127.0.0.1/"])
def test_an_allowed_pair_allows_nothing_beside_it(url: str) -> None:
    """Another port or another address stays refused."""
    with pytest.raises(AddressRefused):
        check_address(url, AllowedHosts.of(["127.0.0.1:4873"]))


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("8.8.8.8", True),
        ("64:ff9b::8.8.8.8", True),
        ("::ffff:8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("192.168.0.1", False),
        ("::ffff:192.168.0.1", False),
        ("64:ff9b::192.168.0.1", False),
        ("fe80::1%2", False),
        ("4000::1", False),
    ],
)
def test_an_address_inside_another_is_judged_itself(text: str, public: bool) -> None:  # noqa: FBT001  # the expectation
    """IPv4 inside IPv6 counts as the IPv4 address; outside global unicast nothing is public."""
    assert is_public(ip_address(text)) is public


def test_an_unreadable_address_is_refused() -> None:
    """What a resolver returns is checked too, not trusted."""
    with pytest.raises(AddressRefused, match="no IP address"):
        check_public("not-an-address", host="registry.example.test")


@given(st.text())
@example("https://[1:::2]/")
@example("https://١٢٧.0.0.1/")
def test_junk_is_refused_or_read(text: str) -> None:
    """No text makes the check raise anything but its own error."""
    for url in (text, f"https://{text}/", f"https://registry.example.test{text}"):
        try:
            destination = check_address(url, _NONE)
        except AddressRefused:
            continue
        assert destination.scheme == "https"
        assert "@" not in destination.host
