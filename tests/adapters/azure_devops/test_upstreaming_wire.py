"""The switch: its addresses for five protocols, what is sent, and what is read."""

from __future__ import annotations

import pytest

from shared.adapters.azure_devops.upstreaming_wire import get_behavior, read_behavior, set_behavior
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import FEED_ID, HOSTS, ORGANIZATION_FEED, PROJECT_FEED, PROJECT_ID, answer

_ADDRESSES = [
    (Ecosystem.NPM, "core", "npm/packages/core/upstreaming"),
    (Ecosystem.NPM, "@acme/core.js", "npm/packages/@acme/core.js/upstreaming"),
    (Ecosystem.NPM, "@a~b/c'd", "npm/packages/@a~b/c%27d/upstreaming"),
    (Ecosystem.PYPI, "Acme.Core_x", "pypi/packages/Acme.Core_x/upstreaming"),
    (Ecosystem.NUGET, "Acme.Core", "nuget/packages/Acme.Core/upstreaming"),
    (Ecosystem.NUGET, "Größe", "nuget/packages/Gr%C3%B6%C3%9Fe/upstreaming"),
    (Ecosystem.MAVEN, "com.acme:core-api", "maven/groups/com.acme/artifacts/core-api/upstreaming"),
    (Ecosystem.CARGO, "acme-core", "cargo/packages/acme-core/upstreaming"),
]


@pytest.mark.parametrize(("ecosystem", "spelling", "path"), _ADDRESSES)
def test_each_protocol_has_its_address(ecosystem: Ecosystem, spelling: str, path: str) -> None:
    """In both scopes, with the feed's own spelling, for reading and for setting."""
    name = PackageName.of(ecosystem, spelling)
    below = f"_apis/packaging/feeds/{FEED_ID}/{path}"
    read = get_behavior(HOSTS, ORGANIZATION_FEED, name)
    assert (read.method, read.url) == ("GET", f"https://packages.example.test/acme/{below}")
    write = set_behavior(HOSTS, PROJECT_FEED, name, UpstreamingBehavior.AUTO)
    assert (write.method, write.url) == ("PATCH", f"https://packages.example.test/acme/{PROJECT_ID}/{below}")
    assert read.params == write.params == {"api-version": "7.2-preview.1"}


def test_every_ecosystem_is_in_the_table() -> None:
    """A sixth ecosystem without an address would fail at the worst moment."""
    assert {ecosystem for ecosystem, _, _ in _ADDRESSES} == set(Ecosystem)


@pytest.mark.parametrize(
    ("behavior", "word"),
    [(UpstreamingBehavior.AUTO, "auto"), (UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS, "allowExternalVersions")],
)
def test_the_word_is_sent_in_camel_case(behavior: UpstreamingBehavior, word: str) -> None:
    """A plain object, no JSON patch."""
    request = set_behavior(HOSTS, ORGANIZATION_FEED, PackageName.of(Ecosystem.NPM, "core"), behavior)
    assert request.json == {"versionsFromExternalUpstreams": word}


@pytest.mark.parametrize(
    ("word", "behavior"),
    [
        ("auto", UpstreamingBehavior.AUTO),
        ("Auto", UpstreamingBehavior.AUTO),
        ("allowExternalVersions", UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS),
        ("AllowExternalVersions", UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS),
    ],
)
def test_letter_case_does_not_matter_when_it_is_read(word: str, behavior: UpstreamingBehavior) -> None:
    """The documentation writes both."""
    assert read_behavior(answer({"versionsFromExternalUpstreams": word})) is behavior


@pytest.mark.parametrize(
    "body", [{}, [], "auto", {"versionsFromExternalUpstreams": None}, {"versionsFromExternalUpstreams": "block"}]
)
def test_another_word_is_not_taken_for_auto(body: object) -> None:
    """Unknown never loosens, and never reassures."""
    with pytest.raises(UnexpectedAnswer):
        read_behavior(answer(body))
