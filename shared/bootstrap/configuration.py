"""What a person configures: settings, policy file and secrets, all checked before anything is built."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.domain.policy import Stance
from shared.domain.rules import GuardPolicy
from shared.errors import ConfigurationError
from shared.ports import Door
from shared.settings import Settings, examine_settings

if TYPE_CHECKING:
    from shared.adapters.azure_devops.addresses import Hosts


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings, policy and doors, all checked."""

    settings: Settings
    policy: GuardPolicy
    doors: Mapping[str, Door]


def read_configuration(environment: Mapping[str, str] | None = None) -> Configuration:
    """Read everything that a person configures; None = this process's environment.

    Raises:
        ConfigurationError: all problems of settings, policy file and secrets at once.
    """
    from shared.adapters.doors import doors  # noqa: PLC0415  # nothing of an adapter is loaded at import

    settings, found = examine_settings(os.environ if environment is None else environment)
    problems = list(found)
    policy = _tried(lambda: _policy(settings), problems)
    built = _tried(lambda: doors(settings.plain_hook_secrets()), problems)
    if not found:
        _tried(lambda: hosts_of(settings), problems)
    if problems or policy is None or built is None:
        raise ConfigurationError(tuple(problems))
    return Configuration(settings, policy, built)


def _tried[T](make: Callable[[], T], problems: list[str]) -> T | None:
    try:
        return make()
    except ConfigurationError as error:
        problems += error.problems
        return None


def hosts_of(settings: Settings) -> Hosts:
    """Return Azure DevOps' addresses. Raises ConfigurationError."""
    from shared.adapters.azure_devops.addresses import Hosts  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return Hosts(settings.devops_url, settings.feeds_url, settings.packages_url, settings.identity_url)


def _policy(settings: Settings) -> GuardPolicy:
    if settings.policy_text is None:
        return GuardPolicy(Stance(settings.mode))
    from shared.adapters.policy_file import read_policy  # noqa: PLC0415  # the YAML reader only where there is YAML

    return read_policy(settings.policy_text, default=settings.mode)
