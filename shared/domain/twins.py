"""The public twin: the package of the same canonical name on a public registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    unlisted or unpublished; None = not told. `name` is the registry's own spelling.
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


def unknown_twin(detail: str) -> PublicTwin:
    """Return the twin that could not be looked at, and why."""
    return PublicTwin(Presence.UNKNOWN, detail)
