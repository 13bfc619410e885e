"""The switch of one package in one feed: requests and reader.

There is one call a package and no list of switches; the package need not exist. Only `7.2-preview.1` is valid for
all five protocols.

Source: Get and Set Upstreaming Behavior of npm, NuGet, Python, Maven and Cargo,
    https://learn.microsoft.com/rest/api/azure/devops/artifactspackagetypes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from shared.adapters.azure_devops.addresses import Hosts, feed_address, segment
from shared.adapters.azure_devops.exchange import SERVICE, Answer, Request, Shape, parsed
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer, UntrustedInput

_PARAMS: Final = {"api-version": "7.2-preview.1"}


class _Behavior(Shape):
    versions_from_external_upstreams: str


def _npm(name: PackageName) -> tuple[str, ...]:
    # Scope and name are two segments, each encoded by itself, and the "@" stands as it is.
    scope = () if name.npm_scope is None else (f"@{segment(name.npm_scope)}",)
    return ("npm", "packages", *scope, segment(name.unscoped))


def _maven(name: PackageName) -> tuple[str, ...]:
    group, artifact = name.maven_coordinates
    return ("maven", "groups", segment(group), "artifacts", segment(artifact))


def _plain(protocol: str) -> Callable[[PackageName], tuple[str, ...]]:
    return lambda name: (protocol, "packages", segment(name.spelling))


_PATHS: Final[Mapping[Ecosystem, Callable[[PackageName], tuple[str, ...]]]] = MappingProxyType(
    {
        Ecosystem.NPM: _npm,
        Ecosystem.PYPI: _plain("pypi"),
        Ecosystem.NUGET: _plain("nuget"),
        Ecosystem.MAVEN: _maven,
        Ecosystem.CARGO: _plain("cargo"),
    }
)


def get_behavior(hosts: Hosts, ref: FeedRef, name: PackageName) -> Request:
    """Ask how the switch stands."""
    return Request("GET", _address(hosts, ref, name), params=_PARAMS)


def set_behavior(hosts: Hosts, ref: FeedRef, name: PackageName, behavior: UpstreamingBehavior) -> Request:
    """Set the switch; `auto` is what Azure calls "Clear Upstreaming Behavior"."""
    body = {"versionsFromExternalUpstreams": behavior.value}
    return Request("PATCH", _address(hosts, ref, name), params=_PARAMS, json=body)


def read_behavior(answer: Answer) -> UpstreamingBehavior:
    """Read how the switch stands; letter case does not matter."""
    try:
        return UpstreamingBehavior.of(parsed(answer, _Behavior).versions_from_external_upstreams)
    except UntrustedInput as error:
        raise UnexpectedAnswer(str(error), service=SERVICE) from error


def _address(hosts: Hosts, ref: FeedRef, name: PackageName) -> str:
    # The feed's own spelling goes into the address, which the feed normalises as it did when it took the package in.
    return feed_address(hosts.packages, ref, *_PATHS[name.ecosystem](name), "upstreaming")
