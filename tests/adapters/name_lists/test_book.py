"""Tests of finding a registry's list."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

from shared.adapters.name_lists import PAGED, STREAMED, ConfiguredList, NameListBook, registry_at
from shared.domain.ecosystems import Ecosystem
from shared.domain.public_sources import PublicSource
from tests.adapters.change_feeds.scripted import NOW
from tests.adapters.name_lists.scripted import StreamingScript

_NPM: Final = "https://npm.example.test"
_REPLICATION: Final = "https://replicate.example.test"


def _book(configured: ConfiguredList | None = None) -> NameListBook:
    script = StreamingScript([])
    lists = {} if configured is None else {Ecosystem.NPM: configured}
    return NameListBook(script, configured=lists, clock=lambda: NOW, sleep=script.sleep)


def test_who_has_a_list() -> None:
    """PyPI and NuGet where they are, npm where settings say; Cargo and Maven have none."""
    book = _book(ConfiguredList(_REPLICATION, registry_at("https://registry.example.test")))
    told = {ecosystem: book(PublicSource.at(ecosystem, "https://registry.example.test/")) for ecosystem in Ecosystem}
    assert {ecosystem for ecosystem, listed in told.items() if listed is not None} == {*PAGED, *STREAMED}
    assert book(PublicSource.at(Ecosystem.PYPI, "")) is None


def test_a_list_is_made_once() -> None:
    """It remembers documents that did not change; another registry's list is another one."""
    book = _book()
    first = book(PublicSource.at(Ecosystem.NUGET, _NPM))
    assert book(PublicSource.at(Ecosystem.NUGET, f"{_NPM}/")) is first
    assert book(PublicSource.at(Ecosystem.NUGET, _REPLICATION)) is not first


@pytest.mark.parametrize(
    ("location", "listed"),
    [
        (_NPM, True),
        (f"{_NPM}///", True),
        ("https://NPM.example.test/", True),
        ("HTTPS://npm.example.test", True),
        ("https://npm.example.test/Path", False),
        ("https://npm.example.test:8443", False),
        ("http://npm.example.test", False),
        ("https://mirror.example.test", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_a_configured_list_is_that_of_one_registry(location: str, *, listed: bool) -> None:
    """A custom upstream's names are not on it, and must not be taken for free."""
    book = _book(ConfiguredList(_REPLICATION, registry_at(f"{_NPM}/")))
    assert (book(PublicSource.at(Ecosystem.NPM, location)) is not None) is listed


def test_without_a_location_it_is_nobody_s() -> None:
    """Nor without an address, nor where nothing is configured."""
    source = PublicSource.at(Ecosystem.NPM, "")
    assert _book(ConfiguredList(_REPLICATION, registry_at("")))(source) is None
    assert _book(ConfiguredList("", lambda _location: True))(source) is None
    assert _book()(source) is None


def test_a_path_s_letter_case_makes_another_registry() -> None:
    """Only that of scheme and host does not; a text that is no address is the same as itself."""
    assert registry_at("https://npm.example.test/A/")("https://NPM.example.test/A")
    assert not registry_at("https://npm.example.test/A")("https://npm.example.test/a")
    assert registry_at("https://[::1")("https://[::1/")


def test_who_asks_may_say_which_registry_it_is() -> None:
    """Where a rule of his own tells, such as that there is but one."""
    book = _book(ConfiguredList(_REPLICATION, lambda _location: True))
    assert book(PublicSource.at(Ecosystem.NPM, "https://any.example.test")) is not None


def test_nothing_heavy_is_imported_before_the_first_list() -> None:
    """Importing the book costs no cold start."""
    program = "import sys, shared.adapters.name_lists\nprint(sorted({'httpx', 'aiohttp', 'ijson'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
