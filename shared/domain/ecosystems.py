"""The five ecosystems that a feed can hold and a public registry can confuse."""

from __future__ import annotations

from enum import StrEnum

from shared.errors import NoUpstreamingBehavior, UntrustedInput

# Azure's words for packages that never come from a public registry.
_WITHOUT_SWITCH = frozenset({"upack", "universal"})


class Ecosystem(StrEnum):
    """A packaging world with a naming rule of its own; values are Azure's `protocol`, lower-case."""

    NPM = "npm"
    PYPI = "pypi"
    NUGET = "nuget"
    MAVEN = "maven"
    CARGO = "cargo"

    @classmethod
    def of(cls, text: str) -> Ecosystem:
        """Read an ecosystem in any letter case: Azure sends `Npm`, `PyPi`, `NuGet`, `Maven`.

        Raises:
            NoUpstreamingBehavior: Universal packages, which have no such switch.
            UntrustedInput: any other word.
        """
        word = text.strip().lower()
        if word in _WITHOUT_SWITCH:
            raise NoUpstreamingBehavior("Universal packages have no upstreaming behavior: nothing to guard")
        try:
            return cls(word)
        except ValueError as error:
            known = ", ".join(cls)
            raise UntrustedInput(f"unknown ecosystem {text[:40]!r}: use one of {known}") from error
