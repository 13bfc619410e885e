"""Fill the world from a seed file; the control API uses the same pieces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from local.simulators.azure_devops.feeds import Feed, UpstreamSource, View
from local.simulators.azure_devops.models import (
    FeedModel,
    IdentityModel,
    OrganizationModel,
    Seed,
    SettingsModel,
    SwitchModel,
    UpstreamModel,
)
from local.simulators.azure_devops.people import Identity, ListedPat
from local.simulators.azure_devops.rest_upstreaming import read_behavior
from local.simulators.azure_devops.seed_packages import add_package, generate, stable_id
from local.simulators.azure_devops.world import Organization, Project, World


def read_seed(path: Path, locations: Mapping[str, str]) -> Seed:
    """Read a seed file; `{npm}`, `{pypi}` … in it stand for the registries' locations."""
    document: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    seed = Seed.model_validate(document)
    for organization in seed.organizations:
        for feed in organization.feeds:
            for upstream in feed.upstreams:
                for key, location in locations.items():
                    upstream.location = upstream.location.replace(f"{{{key}}}", location.rstrip("/"))
    return seed


def plant(world: World, seed: Seed) -> None:
    """Put everything that the seed says into the world."""
    apply_settings(world, seed.settings)
    for model in seed.organizations:
        add_organization(world, model)


def apply_settings(world: World, settings: SettingsModel) -> None:
    """Change what is said, keep the rest."""
    for key, value in settings.model_dump(exclude_none=True).items():
        if key == "propagation_seconds":
            world.behavior.propagation = timedelta(seconds=value)
        else:
            setattr(world.behavior, key, value)


def add_organization(world: World, model: OrganizationModel) -> Organization:
    """Add an organization with everything in it."""
    organization = Organization(stable_id(model.name), model.name, model.protection)
    world.organizations.append(organization)
    for project in model.projects:
        organization.projects.append(
            Project(project.id or stable_id(model.name, "project", project.name), project.name)
        )
    for identity in model.identities:
        add_identity(organization, identity)
    made = [(create_feed(world, organization, feed), feed) for feed in model.feeds]
    for feed, told in made:  # upstream sources need the feeds that they lead to
        furnish_feed(world, organization, feed, told)
    return organization


def add_identity(organization: Organization, model: IdentityModel) -> Identity:
    """Add a person, a service or a group; members must be there already."""
    pats = model.pats if isinstance(model.pats, dict) else {pat: [] for pat in model.pats}
    identity = Identity(
        id=model.id or stable_id(organization.name, "identity", model.name),
        name=model.name,
        mail=model.mail,
        kind=model.kind,
        entra_object_id=model.entra_object_id,
        tenant_id=model.tenant_id,
        pats={pat: frozenset(scopes) for pat, scopes in pats.items()},
        tokens=set(model.tokens),
        artifacts_administrator=model.artifacts_administrator,
        collection_administrator=model.collection_administrator,
        members={identity_named(organization, name).id for name in model.members},
        active=model.active,
        signed_in=model.signed_in,
        administers=frozenset(organization.project(name).id for name in model.administers),
        subscriptions=model.subscriptions,
        access_level=model.access_level,
        access_status=model.access_status,
        listed_pats=tuple(ListedPat(pat.name, pat.valid_to, pat.everywhere) for pat in model.listed_pats),
    )
    organization.identities[identity.id] = identity
    return identity


def identity_named(organization: Organization, name: str) -> Identity:
    """Return the identity of that name, mail or id. Raises KeyError."""
    for one in organization.identities.values():
        if name.lower() in (one.name.lower(), one.mail.lower(), one.id):
            return one
    raise KeyError(f"no identity {name!r}")


def create_feed(world: World, organization: Organization, model: FeedModel) -> Feed:
    """Make an empty feed with its three views."""
    project = organization.project(model.project) if model.project else None
    scope = project.id if project else "-"
    views = [
        View(stable_id(organization.name, scope, model.name, "view", name), name, kind)
        for name, kind in (("Local", "implicit"), ("Prerelease", "release"), ("Release", "release"))
    ]
    feed = Feed(
        id=model.id or stable_id(organization.name, scope, "feed", model.name),
        name=model.name,
        project_id=project.id if project else None,
        description=model.description,
        enabled=model.enabled,
        read_only=model.read_only,
        upstream_enabled=model.upstream_enabled,
        allow_upstream_name_conflict=model.allow_upstream_name_conflict,
        deleted_at=world.now() if model.deleted else None,
        views=views,
    )
    organization.feeds.append(feed)
    world.record_feed(organization, feed, kind="delete" if model.deleted else "addOrUpdate")
    return feed


def furnish_feed(world: World, organization: Organization, feed: Feed, model: FeedModel) -> None:
    """Give a feed its roles, upstream sources, packages and switches."""
    feed.roles |= {identity_named(organization, name).id: role for name, role in model.roles.items()}
    for upstream in model.upstreams:
        feed.sources.append(make_source(world, organization, feed, upstream))
    for package in model.packages:
        add_package(world, feed, package)
    for many in model.generate:
        generate(world, feed, many)
    for switch in model.switches:
        seed_switch(world, feed, switch)


def make_source(world: World, organization: Organization, feed: Feed, model: UpstreamModel) -> UpstreamSource:
    """Make one upstream source; an internal one gets the location that Azure would write."""
    target = None
    location = model.location
    if model.feed is not None:
        project = organization.project(model.project) if model.project else None
        target = organization.feed(model.feed, project=project)
        path = f"{project.name}/{target.name}" if project else target.name
        location = f"azure-feed://{organization.name}/{path}@{model.view}"
    return UpstreamSource(
        id=model.id or stable_id(feed.id, "source", model.name),
        name=model.name,
        protocol=model.protocol,
        kind=model.kind,
        location=location,
        enabled=model.enabled,
        deleted_at=world.now() if model.deleted else None,
        target=target.id if target else None,
        target_view=model.view,
    )


def seed_switch(world: World, feed: Feed, model: SwitchModel) -> None:
    """Set a switch as somebody did long ago: it is in force."""
    switch = feed.own_switch(model.protocol, model.name)
    switch.set(read_behavior(model.behavior), now=world.now(), propagation=timedelta(0), by="seed")
