"""What the control API does: change the world under a running simulator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from local.simulators.azure_devops import seed, seed_packages
from local.simulators.azure_devops.calls import Site
from local.simulators.azure_devops.control_models import (
    ClockModel,
    DeleteModel,
    EventModel,
    FeedChangeModel,
    FeedScope,
    GenerateInModel,
    IdentityInModel,
    ListingModel,
    NewFeedModel,
    PolicyModel,
    PublishModel,
    RoleModel,
    SwitchInModel,
    UpstreamInModel,
)
from local.simulators.azure_devops.dump import listing_json
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.hooks import publisher_of
from local.simulators.azure_devops.models import SettingsModel, VersionModel
from local.simulators.azure_devops.publishing import delete, publish, purge, version_not_found
from local.simulators.azure_devops.rest_upstreaming import read_behavior
from local.simulators.azure_devops.spelling import normalize_version
from local.simulators.azure_devops.throttling import ThrottleModel, Throttling
from local.simulators.azure_devops.world import Organization


class Control:
    """The handlers, each for one kind of change."""

    def __init__(self, site: Site, throttling: Throttling) -> None:
        self._site, self._world, self._throttling = site, site.world, throttling

    def _organization(self, name: str | None) -> Organization:
        found = self._world.organization(name) if name else self._world.organizations[0]
        if found is None:
            raise KeyError(f"no organization {name!r}")
        return found

    def _feed(self, scope: FeedScope) -> tuple[Organization, Feed]:
        organization = self._organization(scope.organization)
        project = organization.project(scope.project) if scope.project else None
        return organization, organization.feed(scope.feed, project=project)

    async def publish(self, model: PublishModel) -> dict[str, Any]:
        """Publish or save a version without a client; `check_upstreams` applies the rule about conflicts."""
        organization, feed = self._feed(model)
        if model.check_upstreams:
            upload = seed_packages.sample_upload(model.protocol, model.name, model.version)
            shelf = self._site.shelf
            version = await publish(self._world, shelf, organization=organization, feed=feed, upload=upload)
        else:
            told = VersionModel.model_validate(model.model_dump(include=set(VersionModel.model_fields)))
            version = seed_packages.add_version(self._world, feed, protocol=model.protocol, name=model.name, model=told)
        return {"id": version.id, "version": version.version}

    async def delete(self, model: DeleteModel) -> dict[str, Any]:
        """Delete a version; `permanent` also from the recycle bin."""
        _, feed = self._feed(model)
        package = feed.package(model.protocol, model.name)
        version = package.versions.get(normalize_version(model.protocol, model.version)) if package else None
        if package is None or version is None:
            raise version_not_found(model.name, model.version)
        if version.live:
            delete(self._world, feed, package, version)
        if model.permanent:
            purge(self._world, feed, package, version)
        return {}

    async def switch(self, model: SwitchInModel) -> dict[str, Any]:
        """Set a package's switch, with the propagation that holds now."""
        _, feed = self._feed(model)
        now, delay = self._world.now(), self._world.behavior.propagation
        switch = feed.own_switch(model.protocol, model.name)
        switch.set(read_behavior(model.behavior), now=now, propagation=delay, by="control")
        return {"told": switch.told, "inForce": switch.in_force(now)}

    async def policy(self, model: PolicyModel) -> dict[str, Any]:
        """Switch the organization's protection on or off."""
        self._organization(model.organization).protection = model.protection
        return {"protection": model.protection}

    async def settings(self, model: SettingsModel) -> dict[str, Any]:
        """Change how the world behaves."""
        seed.apply_settings(self._world, model)
        return {}

    async def clock(self, model: ClockModel) -> dict[str, Any]:
        """Move the clock on; notifications of service hooks that fall due meanwhile are sent."""
        await self._site.hooks.advance(timedelta(seconds=model.advance_seconds))
        return {"now": self._world.now().isoformat()}

    async def event(self, model: EventModel) -> dict[str, Any]:
        """Let an event occur, and send it to the service hooks that want it."""
        organization = self._organization(model.organization)
        if publisher_of(model.event_type) is None:
            raise KeyError(f"no event {model.event_type!r}")
        project = organization.project(model.project)
        meant = await self._site.hooks.occur(
            organization, project, event_type=model.event_type, resource=model.resource
        )
        return {"subscriptions": [one.state() for one in meant]}

    async def role(self, model: RoleModel) -> dict[str, Any]:
        """Give an identity a role in a feed; `none` takes it away."""
        organization, feed = self._feed(model)
        identity = seed.identity_named(organization, model.identity)
        feed.roles.pop(identity.id, None)
        if model.role != "none":
            feed.roles[identity.id] = model.role
        return {}

    async def identity(self, model: IdentityInModel) -> dict[str, Any]:
        """Add a person, a service or a group."""
        identity = seed.add_identity(self._organization(model.organization), model.identity)
        return {"id": identity.id, "descriptor": identity.descriptor}

    async def new_feed(self, model: NewFeedModel) -> dict[str, Any]:
        """Create a feed with everything in it."""
        organization = self._organization(model.organization)
        feed = seed.create_feed(self._world, organization, model.feed)
        seed.furnish_feed(self._world, organization, feed, model.feed)
        return {"id": feed.id}

    async def change_feed(self, model: FeedChangeModel) -> dict[str, Any]:
        """Disable, delete or otherwise change a feed."""
        organization, feed = self._feed(model)
        for key, value in model.changes.model_dump(exclude_none=True).items():
            setattr(feed, key, value)
        if model.delete:
            feed.deleted_at = self._world.now()
        self._world.record_feed(organization, feed, kind="delete" if model.delete else "addOrUpdate")
        return {}

    async def upstream(self, model: UpstreamInModel) -> dict[str, Any]:
        """Add an upstream source, or put another in the place of the one of that name."""
        organization, feed = self._feed(model)
        source = seed.make_source(self._world, organization, feed, model.source)
        places = [place for place, one in enumerate(feed.sources) if one.name == source.name]
        if places:
            source.id = feed.sources[places[0]].id
            feed.sources[places[0]] = source
        else:
            feed.sources.append(source)
        self._world.record_feed(organization, feed)
        return {"id": source.id}

    async def generate(self, model: GenerateInModel) -> dict[str, Any]:
        """Add many packages."""
        _, feed = self._feed(model)
        seed_packages.generate(self._world, feed, model.packages)
        return {"packages": len(feed.packages)}

    async def listing(self, model: ListingModel) -> dict[str, Any]:
        """Say what the feed lists of a package now, and what it keeps out; asks the upstream sources."""
        organization, feed = self._feed(model)
        found = await self._site.shelf.listing(organization, feed, protocol=model.protocol, name=model.name)
        return listing_json(found)

    async def throttling(self, model: ThrottleModel) -> dict[str, Any]:
        """Add a throttling rule."""
        self._throttling.add(model)
        return {"rules": self._throttling.told()}
