"""What a person configured, as far as this environment tells: the app may run with other settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.adapters.policy_file import read_policy
from shared.bootstrap import read_configuration
from shared.domain.policy import Stance
from shared.domain.rules import GuardPolicy
from shared.errors import ConfigurationError
from shared.settings import Settings, examine_settings

_FILE: Final = "POLICY_FILE"


@dataclass(frozen=True, slots=True)
class Read:
    """What a person configured, as far as it can be read, and every problem with it, which begins with its setting."""

    settings: Settings
    policy: GuardPolicy
    problems: tuple[str, ...]

    def flaw(self, *names: str) -> str:
        """Return what is wrong with the first of these settings that is; empty = nothing, or it is not set."""
        wrong = (each for name in names for each in self.problems if each.startswith((f"{name}: ", f"{name}, ")))
        return next((f"wrong: {problem}" for problem in wrong), "")


def read(environment: Mapping[str, str]) -> Read:
    """Read settings, policy file and secrets; problems are told, never raised."""
    settings, found = examine_settings(environment)
    policy, unreadable = _policy(settings)
    try:
        read_configuration(environment)
    except ConfigurationError as error:
        problems = error.problems or found
        told = tuple(f"{_FILE}, {problem}" if problem in unreadable else problem for problem in problems)
        return Read(settings, policy, told)
    return Read(settings, policy, ())


def _policy(settings: Settings) -> tuple[GuardPolicy, tuple[str, ...]]:
    """Read the policy file whatever else is wrong: what it enforces holds all the same."""
    without = GuardPolicy(Stance(settings.mode))
    if settings.policy_text is None:
        return without, ()
    try:
        return read_policy(settings.policy_text, default=settings.mode), ()
    except ConfigurationError as error:
        return without, tuple(error.problems)
