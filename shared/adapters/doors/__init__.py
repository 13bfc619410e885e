"""The doors: one source of deliveries each. A door proves the sender, then reads the body into a hint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from shared.adapters.doors.artifactory import artifactory_door
from shared.adapters.doors.azure_devops import azure_devops_door
from shared.adapters.doors.generic import generic_door
from shared.adapters.doors.github import github_door
from shared.adapters.doors.nexus import nexus_door
from shared.errors import ConfigurationError
from shared.ports import Door

_BUILDERS: Final[Mapping[str, Callable[[tuple[str, ...]], Door]]] = MappingProxyType(
    {
        "azure-devops": azure_devops_door,
        "github": github_door,
        "artifactory": artifactory_door,
        "nexus": nexus_door,
        "generic": generic_door,
    }
)

SOURCES: Final = tuple(_BUILDERS)


def doors(secrets: Mapping[str, tuple[str, ...]]) -> Mapping[str, Door]:
    """Build every door, by the name of its source; `secrets` lists each one's shared secrets, newest first.

    A door without secrets is there and refuses everything.

    Raises:
        ConfigurationError: a secret that cannot serve, or secrets for a source that has no door; all at once.
    """
    problems = [
        # Which entry it is, never its key: whoever writes them the wrong way round has put a secret there.
        f"HOOK_SECRETS: entry {place} is for a source that does not exist: use one of {', '.join(SOURCES)}"
        for place, source in enumerate(secrets, start=1)
        if source not in _BUILDERS
    ]
    built: dict[str, Door] = {}
    for source, build in _BUILDERS.items():
        try:
            built[source] = build(secrets.get(source, ()))
        except ConfigurationError as error:
            problems.extend(f"HOOK_SECRETS, {source}: {problem}" for problem in error.problems)
    if problems:
        raise ConfigurationError(tuple(problems))
    return MappingProxyType(built)
