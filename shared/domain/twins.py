"""The public twin: the package of the same canonical name on a public registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.version_jumps import highest


class Presence(StrEnum):
    """What a public registry says of a name.

    A tombstone is a name that is or was taken (security placeholder, unpublished, quarantined,
    no release): for every decision it counts as present. Only a documented "not found" is absent.
    """

    PRESENT = "present"
    TOMBSTONE = "tombstone"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PublicTwin:
    """What one registry answered for one name; everything but `presence` may be missing.

    `detail` says why in words where the presence is a tombstone or unknown. All texts are
    public data: untrusted, to be escaped wherever they are shown. `maintainers` are names for people, which some
    registries let the publisher choose; `publishers` are accounts that the registry itself vouches for.
    `install_scripts` are what runs on installation; None = not told. `withdrawn` of `releases` versions are yanked,
    unlisted or unpublished; None = not told. `name` is the registry's own spelling. `versions` are all that can be
    installed now if pinned exactly, in the registry's spellings; None = not told. They are for the moment: see `kept`.
    """

    presence: Presence
    detail: str = ""
    first_published: datetime | None = None
    latest_version: str | None = None
    maintainers: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    latest_published: datetime | None = None
    install_scripts: tuple[str, ...] | None = None
    repository: str | None = None
    description: str = ""
    releases: int | None = None
    withdrawn: int | None = None
    name: str | None = None
    versions: tuple[str, ...] | None = None


def unknown_twin(detail: str) -> PublicTwin:
    """Return the twin that could not be looked at, and why."""
    return PublicTwin(Presence.UNKNOWN, detail)


def kept(twin: PublicTwin) -> PublicTwin:
    """Return what is kept of a twin: a list of all its versions can be long, and is old as soon as it is written."""
    return replace(twin, versions=None)


def joined(twins: Sequence[PublicTwin]) -> PublicTwin:
    """Make one twin of those that several registries hold under one name, all of the same presence, none left out.

    Whoever installs may get any of them, so each fact is the one that reassures least: the highest version, the latest
    beginning, everybody who publishes anywhere, everything that runs; where one registry keeps silent about accounts
    or about a beginning, that is not known. Words are those of the twin with the highest version. How many versions
    there are is told of a single package only, which ones of all together.
    """
    versions = [twin.latest_version for twin in twins if twin.latest_version is not None]
    top = highest(versions)
    foremost = next(twin for twin in twins if twin.latest_version == top)
    if len(twins) == 1:
        return foremost
    uploads = [twin.latest_published for twin in twins if twin.latest_published is not None]
    return replace(
        foremost,
        first_published=_last_beginning(twins),
        latest_published=max(uploads, default=None),
        maintainers=_union(twin.maintainers for twin in twins),
        publishers=_union(twin.publishers for twin in twins) if all(twin.publishers for twin in twins) else (),
        install_scripts=_all_scripts(twins),
        releases=None,
        withdrawn=None,
        versions=all_versions(twins),
    )


def all_versions(twins: Iterable[PublicTwin]) -> tuple[str, ...] | None:
    """Return what can be installed from any of several registries; None where one of them did not tell."""
    offered = [() if twin.presence is Presence.ABSENT else twin.versions for twin in twins]
    told = [versions for versions in offered if versions is not None]
    return _union(told) if len(told) == len(offered) else None


def _last_beginning(twins: Sequence[PublicTwin]) -> datetime | None:
    told = [twin.first_published for twin in twins if twin.first_published is not None]
    return max(told) if len(told) == len(twins) else None


def _all_scripts(twins: Sequence[PublicTwin]) -> tuple[str, ...] | None:
    """Return everything that runs; that nothing does needs every registry's word."""
    scripts = _union(twin.install_scripts or () for twin in twins)
    is_told = all(twin.install_scripts is not None for twin in twins)
    return scripts if scripts or is_told else None


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for texts in lists for text in texts))
