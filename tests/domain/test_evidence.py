"""Evidence: what versions prove together."""

from __future__ import annotations

import pytest

from shared.domain.evidence import (
    InternalPresence,
    UpstreamingBehavior,
    internal_presence,
    is_collision,
    is_internal,
    is_internal_elsewhere,
    origin_in_doubt,
    saved_external,
    twin_taken,
)
from shared.domain.twins import Presence, unknown_twin
from shared.domain.versions import FeedVersion, Origin
from shared.errors import UntrustedInput
from tests.domain.worlds import world


def _version(origin: Origin, *, deleted: bool = False, number: str = "1.0.0") -> FeedVersion:
    return FeedVersion(number, origin, deleted)


_LIVE, _GONE = _version(Origin.INTERNAL), _version(Origin.INTERNAL, deleted=True)
_FOREIGN, _ODD = _version(Origin.EXTERNAL, number="9.0.0"), _version(Origin.UNKNOWN, number="8.0.0")
_ODD_GONE = _version(Origin.UNKNOWN, deleted=True)


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ((), InternalPresence.NONE),
        ((_FOREIGN,), InternalPresence.NONE),
        ((_LIVE,), InternalPresence.LIVE),
        ((_FOREIGN, _LIVE), InternalPresence.LIVE),
        ((_GONE, _LIVE), InternalPresence.LIVE),
        ((_ODD, _LIVE), InternalPresence.LIVE),
        ((_GONE,), InternalPresence.DELETED),
        ((_GONE, _FOREIGN), InternalPresence.DELETED),
        ((_ODD,), InternalPresence.UNKNOWN),
        ((_ODD, _GONE), InternalPresence.UNKNOWN),
        ((_FOREIGN, _ODD_GONE), InternalPresence.UNKNOWN),
    ],
)
def test_presence_is_told_from_all_versions(versions: tuple[FeedVersion, ...], expected: InternalPresence) -> None:
    """One live internal version settles it; without one, a version of unknown origin hides it."""
    assert internal_presence(versions) is expected


def test_only_live_versions_are_saved_or_in_doubt() -> None:
    """Deleted versions are served to nobody; the feed's order is kept."""
    gone = _version(Origin.EXTERNAL, deleted=True)
    second = _version(Origin.EXTERNAL, number="7.0.0")
    held = (_FOREIGN, gone, _LIVE, _ODD, _ODD_GONE, second)
    assert saved_external(held) == ("9.0.0", "7.0.0")
    assert origin_in_doubt(held) == ("8.0.0",)


@pytest.mark.parametrize(("presence", "taken"), [(p, p in {Presence.PRESENT, Presence.TOMBSTONE}) for p in Presence])
def test_present_and_tombstone_are_taken(presence: Presence, *, taken: bool) -> None:
    """A name that was taken once counts as taken."""
    assert twin_taken(world(twin=presence)) is taken
    assert is_collision(world(twin=presence)) is taken


@pytest.mark.parametrize("internal", InternalPresence)
def test_a_collision_needs_an_internal_version_that_is_known(internal: InternalPresence) -> None:
    """Live or deleted; neither none nor unknown."""
    known = internal in {InternalPresence.LIVE, InternalPresence.DELETED}
    assert is_internal(world(internal=internal)) is known
    assert is_collision(world(internal=internal)) is known


def test_a_saved_version_stands_for_a_twin_that_does_not_answer() -> None:
    """It proves that the name was taken once; a documented absence outweighs it."""
    assert is_collision(world(twin=Presence.UNKNOWN, saved_external=("9.0.0",)))
    assert not is_collision(world(twin=Presence.ABSENT, saved_external=("9.0.0",)))


@pytest.mark.parametrize("internal", InternalPresence)
def test_another_feed_matters_only_where_this_one_is_known_to_hold_nothing_internal(internal: InternalPresence) -> None:
    """A live, deleted or doubtful version of its own comes first."""
    alone = internal is InternalPresence.NONE
    assert is_internal_elsewhere(world(internal=internal, internal_elsewhere=True)) is alone
    assert not is_internal_elsewhere(world(internal=internal))
    assert is_collision(world(internal=internal, internal_elsewhere=True)) is is_collision(world(internal=internal))


@pytest.mark.parametrize("text", ["auto", "Auto", " AUTO "])
def test_auto_is_read_in_any_letter_case(text: str) -> None:
    """Microsoft's pages write both."""
    assert UpstreamingBehavior.of(text) is UpstreamingBehavior.AUTO


@pytest.mark.parametrize("text", ["allowExternalVersions", "AllowExternalVersions", "allowexternalversions"])
def test_the_open_switch_is_read_in_any_letter_case(text: str) -> None:
    """The same for the other word."""
    assert UpstreamingBehavior.of(text) is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS


@pytest.mark.parametrize("text", ["", "block", "allow External Versions", "x" * 500])
def test_another_word_is_no_behavior(text: str) -> None:
    """A word that we do not know is never taken for `auto`."""
    with pytest.raises(UntrustedInput, match="unknown upstreaming behavior") as caught:
        UpstreamingBehavior.of(text)
    assert len(str(caught.value)) < 100


def test_an_unknown_twin_says_why() -> None:
    """The presence is unknown, the detail kept."""
    twin = unknown_twin("it timed out")
    assert (twin.presence, twin.detail) == (Presence.UNKNOWN, "it timed out")
