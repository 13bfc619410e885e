"""What another registry says was published there: an ecosystem and perhaps a name, never a feed of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from shared.domain.ecosystems import Ecosystem
from shared.domain.hints import Hint
from shared.domain.names import PackageName
from shared.errors import RefusedName

type Spell = Callable[[object], str | None]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A registry's own words: which of its kinds are our ecosystems, and how it writes their names.

    An ecosystem that is missing in `spell` is one whose names cannot be read for certain.
    """

    kinds: Mapping[str, Ecosystem]
    spell: Mapping[Ecosystem, Spell]

    def hint(
        self, delivery_id: str, event: str, *, package: object, kinds: Iterable[str | None], version: str | None
    ) -> Hint:
        """Turn what was said of a package into a hint.

        A kind that no feed confuses with a public registry (a container image) is not watched. A kind
        that is missing, or two that contradict each other, widen the hint to the organization, and so
        does nothing else: a name that cannot be only leaves the name out.
        """
        said = [kind.lower() for kind in kinds if kind is not None]
        meant = {self.kinds[kind] for kind in said if kind in self.kinds}
        if said and not meant:
            return Hint(delivery_id, event, watched=False)
        if len(meant) != 1:
            return Hint(delivery_id, event)
        ecosystem = meant.pop()
        spell = self.spell.get(ecosystem)
        name = None if spell is None else _name(ecosystem, spell(package))
        if name is None:
            return Hint(delivery_id, event, ecosystem=ecosystem.value)
        return Hint(delivery_id, event, ecosystem=ecosystem.value, package=name.spelling, version=version)


def _name(ecosystem: Ecosystem, spelling: str | None) -> PackageName | None:
    try:
        return None if spelling is None else PackageName.of(ecosystem, spelling)
    except RefusedName:
        # The sender is another registry with rules of its own: its event is good without the name.
        return None
