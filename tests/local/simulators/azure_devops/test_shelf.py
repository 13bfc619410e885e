"""What a feed lists: the rule that decides whether an attack succeeds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.simulators.azure_devops.stage import NPM, Stage, build_stage

_CORE: dict[str, Any] = {"project": "Payments", "feed": "core", "protocol": "npm"}


def _versions(listing: dict[str, Any]) -> list[str]:
    return [offer["version"] for offer in listing["offers"]]


async def test_auto_keeps_external_versions_of_an_internal_package_out(stage: Stage) -> None:
    """The higher number outside is not listed while an internal version is there."""
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    listing = await stage.core("acme-billing")
    assert _versions(listing) == ["1.0.0", "1.1.0"]
    assert listing["hidden"] == ["99.0.0"]


async def test_an_open_switch_lets_them_in(stage: Stage) -> None:
    """All sources are merged, the highest version last."""
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    await stage.publish_outside(NPM, "acme-billing", "1.0.5")
    await stage.control("switch", **_CORE, name="acme-billing", behavior="allowExternalVersions")
    listing = await stage.core("acme-billing")
    assert _versions(listing) == ["1.0.0", "1.0.5", "1.1.0", "99.0.0"]
    assert listing["offers"][-1] == {"version": "99.0.0", "external": True, "held": False}


async def test_the_organization_policy_off_lets_them_in_under_auto(stage: Stage) -> None:
    """Without the policy, `auto` protects nothing."""
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    await stage.control("policy", protection=False)
    assert _versions(await stage.core("acme-billing")) == ["1.0.0", "1.1.0", "99.0.0"]


async def test_a_package_of_public_versions_only_is_not_blocked(stage: Stage) -> None:
    """Saved public versions are no internal version."""
    await stage.publish_outside(NPM, "saved", "2.0.0")
    assert _versions(await stage.core("saved")) == ["1.0.0", "2.0.0"]


async def test_saved_versions_stay_under_auto(stage: Stage) -> None:
    """The switch cleans nothing up: a contaminated package stays contaminated."""
    await stage.control("publish", **_CORE, name="acme-billing", version="98.0.0", source=["npm"])
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    assert _versions(await stage.core("acme-billing")) == ["1.0.0", "1.1.0", "98.0.0"]


async def test_an_internal_version_upstream_blocks_the_first_consumption(stage: Stage) -> None:
    """The feed holds nothing of it, but another feed of the organization published it."""
    await stage.publish_outside(NPM, "@acme/design", "99.0.0")
    listing = await stage.core("@acme/design")
    assert listing["offers"] == [{"version": "1.0.0", "external": False, "held": False}]
    assert listing["hidden"] == ["99.0.0"]


async def test_an_internal_version_upstream_does_not_block_once_public_ones_are_saved(stage: Stage) -> None:
    """The documentation speaks of the first consumption only."""
    await stage.control("publish", **_CORE, name="@acme/design", version="0.1.0", source=["npm"])
    await stage.publish_outside(NPM, "@acme/design", "99.0.0")
    assert _versions(await stage.core("@acme/design")) == ["0.1.0", "1.0.0", "99.0.0"]


async def test_an_internal_upstream_passes_on_what_its_own_upstream_has(stage: Stage) -> None:
    """A feed behind the feed brings its public registry along."""
    stage.feed().sources = [source for source in stage.feed().sources if source.name == "shared"]
    await stage.publish_outside(NPM, "left-shift", "1.3.0")
    listing = await stage.core("left-shift")
    assert listing["offers"] == [{"version": "1.3.0", "external": True, "held": False}]


async def test_an_internal_upstream_applies_its_own_switch(stage: Stage) -> None:
    """What the feed behind keeps out never reaches the feed in front, even where that one is open."""
    stage.feed().sources = [source for source in stage.feed().sources if source.name == "shared"]
    await stage.publish_outside(NPM, "@acme/design", "99.0.0")
    await stage.control("switch", **_CORE, name="@acme/design", behavior="allowExternalVersions")
    assert _versions(await stage.core("@acme/design")) == ["1.0.0"]


async def test_a_view_passes_on_only_what_was_promoted_to_it(stage: Stage) -> None:
    """Behind a release view there is neither everything nor the upstream's upstream."""
    source = {"name": "shared", "protocol": "npm", "kind": "internal", "feed": "shared", "view": "Release"}
    await stage.control("upstream", project="Payments", feed="core", source=source)
    assert _versions(await stage.core("@acme/design")) == []
    stage.feed("shared").held("npm", "@acme/design")[0].views = ("Local", "Release")
    assert _versions(await stage.core("@acme/design")) == ["1.0.0"]


async def test_feeds_that_point_at_each_other_are_asked_once(stage: Stage) -> None:
    """A circle of upstream sources ends."""
    back = {"name": "back", "protocol": "npm", "kind": "internal", "feed": "core", "project": "Payments"}
    await stage.control("upstream", feed="shared", source=back)
    assert _versions(await stage.core("@acme/design")) == ["1.0.0"]


@pytest.mark.parametrize("change", [{"upstream_enabled": False}, {}])
async def test_a_source_that_is_off_gives_nothing(stage: Stage, change: dict[str, bool]) -> None:
    """Whether the one source is disabled or all of the feed's are."""
    await stage.publish_outside(NPM, "left-shift", "1.3.0")
    if change:
        await stage.control("feed", project="Payments", feed="core", changes=change)
    else:
        stage.feed().sources = stage.feed().sources[:1]
        stage.feed().sources[0].enabled = False
    assert _versions(await stage.core("left-shift")) == []


async def test_the_switch_is_in_force_only_after_its_propagation(stage: Stage) -> None:
    """It is told at once, but what is listed follows later, in both directions."""
    await stage.control("settings", propagation_seconds=10_800)
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    for behavior, before, after in (
        ("allowExternalVersions", ["1.0.0", "1.1.0"], ["1.0.0", "1.1.0", "99.0.0"]),
        ("auto", ["1.0.0", "1.1.0", "99.0.0"], ["1.0.0", "1.1.0"]),
    ):
        told = await stage.control("switch", **_CORE, name="acme-billing", behavior=behavior)
        assert told["told"] == behavior
        stage.advance(10_799)
        assert _versions(await stage.core("acme-billing")) == before
        stage.advance(1)
        assert _versions(await stage.core("acme-billing")) == after


@pytest.mark.parametrize(("blocks", "listed"), [(False, ["99.0.0"]), (True, [])])
async def test_whether_deleted_internal_versions_block_is_the_worlds_choice(
    stage: Stage, *, blocks: bool, listed: list[str]
) -> None:
    """Nobody knows what the service does; the dangerous reading is the default."""
    if blocks:
        await stage.control("settings", deleted_internal_versions_block=True)
    for version in ("1.0.0", "1.1.0"):
        await stage.control("delete", **_CORE, name="acme-billing", version=version)
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    assert _versions(await stage.core("acme-billing")) == listed


async def test_a_deleted_number_is_never_filled_from_elsewhere(stage: Stage) -> None:
    """Deleting a version that was saved from upstream keeps it from being saved again."""
    await stage.publish_outside(NPM, "saved", "1.0.0")
    await stage.control("delete", **_CORE, name="saved", version="1.0.0", permanent=True)
    assert _versions(await stage.core("saved")) == []


async def test_a_registry_that_is_down_hides_nothing_that_is_held(stage: Stage) -> None:
    """What the feed holds, and what another feed offers, is still listed."""
    await stage.cut_off(NPM)
    listing = await stage.core("acme-billing")
    assert _versions(listing) == ["1.0.0", "1.1.0"]
    assert listing["down"] == ["npm", "npm"]  # the feed's own, and the one behind `shared`


async def test_an_upstream_feed_that_is_gone_gives_nothing() -> None:
    """Deleting a feed leaves the sources that point at it."""
    stage = build_stage()
    await stage.control("feed", feed="shared", delete=True)
    assert _versions(await stage.core("@acme/design")) == []
    await stage.nobody.aclose()
    await stage.upstream.aclose()
