"""Which public names look like an internal one: pure derivation, so that the index and its readers agree."""

from __future__ import annotations

from shared.domain.findings import Likeness
from shared.domain.names import PackageName
from shared.errors import RefusedName


def look_alikes_of(name: PackageName) -> tuple[tuple[PackageName, Likeness], ...]:
    """Return the unscoped names that a scoped npm name is mistaken for, each with how; () for every other name.

    People type `core` or `contoso-core` where they mean `@contoso/core`, and anybody may register those. A
    spelling that no registry could hold is left out.
    """
    if name.npm_scope is None:
        return ()
    spellings = {
        Likeness.SCOPE_DROPPED: name.unscoped,
        Likeness.SCOPE_JOINED: f"{name.npm_scope}-{name.unscoped}",
    }
    found: list[tuple[PackageName, Likeness]] = []
    for likeness, spelling in spellings.items():
        try:
            found.append((PackageName.of(name.ecosystem, spelling), likeness))
        except RefusedName:
            continue
    return tuple(found)
