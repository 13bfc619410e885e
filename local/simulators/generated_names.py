"""Names that a simulator is told to have by the million: computed while they are read, they take no memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import Final, overload

MOST_NAMES: Final = 10_000_000
"""So many numbers have seven digits: with that width they are in the order of their letters too."""


@dataclass(frozen=True, slots=True)
class GeneratedNames(Sequence[str]):
    """The prefix and a number of seven digits, from 0 on; in order."""

    prefix: str
    size: int

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        numbers = range(self.size)[place]
        return [self._name(number) for number in numbers] if isinstance(numbers, range) else self._name(numbers)

    def starting_at(self, first: str) -> Iterator[str]:
        """Give the names from one on, whether it is there or not."""
        return (self._name(number) for number in range(bisect_left(self, first), self.size))

    def _name(self, number: int) -> str:
        return f"{self.prefix}{number:07}"


def in_order(written: Sequence[str], generated: Sequence[GeneratedNames], *, first: str = "") -> Iterator[str]:
    """Give sorted and generated names in one order from a name on, each once."""
    parts = [iter(written[bisect_left(written, first) :]), *(block.starting_at(first) for block in generated)]
    return (name for name, _ in groupby(merge(*parts)))
