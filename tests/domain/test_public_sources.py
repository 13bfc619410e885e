"""Which registries feeds pull from."""

from __future__ import annotations

from shared.domain.ecosystems import Ecosystem
from shared.domain.public_sources import PublicSource, sources_of
from tests.fakes import FeedWorld, internal_source, public_source

NPM = Ecosystem.NPM


def test_only_open_public_sources_count() -> None:
    """A disabled source, a disabled feed, an internal source, and one registry that two feeds share."""
    world = FeedWorld()
    first = world.add_feed("a", upstreams=[public_source(NPM), public_source(Ecosystem.PYPI, enabled=False)])
    second = world.add_feed("b", upstreams=[public_source(NPM), internal_source(NPM, first)])
    third = world.add_feed("c", upstreams=[public_source(Ecosystem.CARGO)], enabled=False)
    assert sources_of((first, second, third)) == (PublicSource(NPM, "https://npm.example.test"),)


def test_a_slash_at_the_end_makes_no_other_registry() -> None:
    """Azure writes locations with and without it."""
    with_slash = PublicSource.at(NPM, " https://npm.example.test/ ")
    assert with_slash == PublicSource.at(NPM, "https://npm.example.test")
    assert with_slash.key == "npm|https://npm.example.test"
