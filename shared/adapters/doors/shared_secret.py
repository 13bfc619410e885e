"""Shared secrets of one door: compared in constant time, never shown."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from shared.errors import ConfigurationError

SHORTEST: Final = 12


@dataclass(frozen=True, slots=True)
class SharedSecrets:
    """The secrets that a sender may present, newest first; while they are rotated both are good."""

    values: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, texts: tuple[str, ...]) -> SharedSecrets:
        """Take the secrets from the settings.

        Raises:
            ConfigurationError: one is so short that it can be guessed.
        """
        problems = tuple(
            f"secret {place} is shorter than {SHORTEST} characters: use a long random one"
            for place, text in enumerate(texts, start=1)
            if len(text) < SHORTEST
        )
        if problems:
            raise ConfigurationError(problems)
        return cls(tuple(as_bytes(text) for text in texts))

    def admit(self, candidates: Iterable[bytes]) -> bool:
        """Say whether one of the candidates is a secret; every pair is compared, so that time tells nothing."""
        presented = tuple(candidates)
        verdicts = [hmac.compare_digest(one, value) for one in presented for value in self.values]
        return any(verdicts)


def as_bytes(text: str) -> bytes:
    """Encode any text, even a lone surrogate: bytes can always be compared, texts only where they are ASCII."""
    return text.encode("utf-8", "surrogatepass")


def header_bytes(value: str) -> Iterator[bytes]:
    """Yield what a sender may have written: servers hand header values over as UTF-8 or as Latin-1."""
    yield as_bytes(value)
    yield value.encode("latin-1", "replace")
