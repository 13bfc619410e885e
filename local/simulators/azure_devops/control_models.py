"""What the control API takes. `organization` None = the first one; `project` None = the organization's scope."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from local.simulators.azure_devops.models import (
    FeedModel,
    GenerateModel,
    IdentityModel,
    Protocol,
    Role,
    Strict,
    SwitchModel,
    UpstreamModel,
    VersionModel,
)


class FeedScope(Strict):
    """Which feed."""

    organization: str | None = None
    project: str | None = None
    feed: str


class PublishModel(FeedScope, VersionModel):
    """A version to publish or, with `source`, to have been saved."""

    protocol: Protocol
    name: str
    check_upstreams: bool = False


class DeleteModel(FeedScope):
    """A version to delete."""

    protocol: Protocol
    name: str
    version: str
    permanent: bool = False


class SwitchInModel(FeedScope, SwitchModel):
    """A switch to set."""


class PolicyModel(Strict):
    """The organization's policy."""

    organization: str | None = None
    protection: bool


class ClockModel(Strict):
    """How far to move the clock on."""

    advance_seconds: float


class EventModel(Strict):
    """An event that occurs in a project; `resource` is put over a sample of what it is about."""

    organization: str | None = None
    project: str
    event_type: str = "build.complete"
    resource: dict[str, Any] = Field(default_factory=dict)


class RoleModel(FeedScope):
    """A role to give."""

    identity: str
    role: Role


class IdentityInModel(Strict):
    """An identity to add."""

    organization: str | None = None
    identity: IdentityModel


class NewFeedModel(Strict):
    """A feed to create."""

    organization: str | None = None
    feed: FeedModel


class FeedSettings(Strict):
    """Settings of a feed; None = as it is."""

    name: str | None = None
    enabled: bool | None = None
    read_only: bool | None = None
    upstream_enabled: bool | None = None
    allow_upstream_name_conflict: bool | None = None


class FeedChangeModel(FeedScope):
    """What to change of a feed."""

    changes: FeedSettings = FeedSettings()
    delete: bool = False


class UpstreamInModel(FeedScope):
    """An upstream source to add or replace."""

    source: UpstreamModel


class GenerateInModel(FeedScope):
    """Packages to add."""

    packages: GenerateModel


class ListingModel(FeedScope):
    """A package to look at."""

    protocol: Protocol
    name: str
