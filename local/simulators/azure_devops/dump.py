"""Show the world as JSON, for tests and for people; credentials are left out."""

from __future__ import annotations

from typing import Any

from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.offers import Listing
from local.simulators.azure_devops.packages import HeldVersion, Package
from local.simulators.azure_devops.world import Organization, World


def listing_json(listing: Listing) -> dict[str, Any]:
    """Show what a feed lists."""
    offers = [
        {"version": offer.version, "external": offer.external, "held": offer.held is not None}
        for offer in listing.offers.values()
    ]
    return {"offers": offers, "hidden": list(listing.hidden), "down": list(listing.down)}


def state_json(world: World) -> dict[str, Any]:
    """Show everything."""
    return {
        "now": world.now().isoformat(),
        "settings": {
            "propagation_seconds": world.behavior.propagation.total_seconds(),
            "deleted_internal_versions_block": world.behavior.deleted_internal_versions_block,
        },
        "organizations": [_organization(world, one) for one in world.organizations],
    }


def _organization(world: World, organization: Organization) -> dict[str, Any]:
    return {
        "id": organization.id,
        "name": organization.name,
        "protection": organization.protection,
        "projects": [{"id": project.id, "name": project.name} for project in organization.projects],
        "identities": [
            {"id": one.id, "name": one.name, "kind": one.kind, "mail": one.mail}
            for one in organization.identities.values()
        ],
        "feeds": [_feed(world, one) for one in organization.feeds],
        "subscriptions": [one.state() for one in organization.subscriptions],
    }


def _feed(world: World, feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "name": feed.name,
        "project": feed.project_id,
        "enabled": feed.enabled,
        "deleted": feed.deleted_at is not None,
        "roles": dict(feed.roles),
        "upstreams": [{"name": one.name, "kind": one.kind, "location": one.location} for one in feed.sources],
        "packages": [_package(package) for package in feed.packages.values()],
        "switches": [
            {
                "protocol": protocol,
                "name": name,
                "told": switch.told,
                "inForce": switch.in_force(world.now()),
                "history": [
                    {"value": one.value, "setAt": one.set_at.isoformat(), "by": one.by} for one in switch.history
                ],
            }
            for (protocol, name), switch in feed.switches.items()
            if switch.history
        ],
    }


def _package(package: Package) -> dict[str, Any]:
    versions = [_version(version) for version in package.versions.values()]
    return {"id": package.id, "protocol": package.protocol, "name": package.name, "versions": versions}


def _version(version: HeldVersion) -> dict[str, Any]:
    return {
        "id": version.id,
        "version": version.version,
        "internal": version.internal,
        "deleted": not version.live,
        "chain": [f"{step.kind}:{step.name}" for step in version.chain],
    }
