"""The organization's policy, the feeds, our role on each, and which of them pull from public registries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from local.onboard import roles_wire
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from local.onboard.rest_wire import Subject
from local.onboard.roles_wire import ROLES
from local.onboard.step_settings import mode_of
from shared.adapters.azure_devops import policy_wire
from shared.adapters.azure_devops.exchange import Request
from shared.domain.evidence import OrganizationPolicy
from shared.domain.feeds import Feed, UpstreamKind
from shared.domain.policy import Mode
from shared.errors import UpstreamError

_POLICY: Final = (
    "Organization settings → Policies → Security → “Additional protections when using public package registries”: on"
)
_NO_FEED: Final = "give the identity a role on the feeds: Artifacts → feed → settings (gear) → Permissions → Add users"
_OWNER: Final = (
    "Artifacts → feed {feed} → settings (gear) → Permissions → Add users/groups → the identity → Feed Owner; or once "
    "for all feeds: Azure Artifacts settings → Who can administer feeds"
)
_TITLES: Final[Mapping[str, str]] = {
    "reader": "Feed Reader",
    "collaborator": "Feed and Upstream Reader (Collaborator)",
    "contributor": "Feed Publisher (Contributor)",
    "administrator": "Feed Owner",
}
_MOST_TOLD: Final = 10
# Each of them could be what takes Feed Owner: to enforce, or to open a switch that an owner approved.
_DECIDES_WHAT_IS_ENOUGH: Final = ("POLICY_FILE", "MODE", "APPROVAL_KEYS", "PUBLIC_BASE_URL", "ENTRA_TENANT_ID")


async def organization_policy(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell whether `Auto` blocks anything in this organization."""
    hosts, name = ground.azure_devops()
    try:
        policy = policy_wire.read_policy(await ground.sender.send(policy_wire.get_policy(hosts, name)))
    except UpstreamError as error:
        seen = f"not readable with this credential ({type(error).__name__}); the endpoint is not documented"
        return [report.not_known(seen, f"look at it yourself: {_POLICY}")]
    if policy is OrganizationPolicy.ON:
        return [report.ok("additional protections are on")]
    return [report.missing("additional protections are off: `Auto` blocks nothing here", _POLICY)]


async def feeds(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell which feeds are visible to who asks."""
    seen = await ground.service().feeds()
    ground.feeds = seen
    if not seen:
        return [report.missing("no feed is visible", _NO_FEED)]
    disabled = [feed.title for feed in seen if not feed.enabled]
    told = f"; disabled, and passed over: {listed(disabled)}" if disabled else ""
    return [report.ok(f"{len(seen)} visible: {listed([feed.title for feed in seen])}{told}")]


async def roles(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell the role on each feed, one line a feed; nothing is written to find out."""
    alive = [feed for feed in ground.feeds or () if feed.enabled]
    if ground.subject is None or not alive:
        return [report.not_known("needs an identity and a feed to look at, see above", _NO_FEED)]
    if ground.options.identity:
        held = await _by_rows(ground, ground.subject, alive)
    else:
        held = await _by_lists(ground, ground.subject, alive)
    return [_judged(ground, feed, held.get(feed.ref.feed_id), report) for feed in alive]


async def _by_lists(ground: Ground, subject: Subject, alive: list[Feed]) -> Mapping[str, str | None]:
    """Ask for the feeds of each role: Azure Artifacts counts groups and offices in by itself.

    The documentation does not say whether the filter means the role or at least the role. A feed that is in every list
    is either ours or the filter is not heeded: then the rows of permissions decide, and where they do not, nothing is
    known (None).
    """
    hosts, name = ground.azure_devops()
    lists = {
        role: roles_wire.read_feed_ids(await ground.sender.send(roles_wire.feeds_by_role(hosts, name, role)))
        for role in ROLES
    }
    held: dict[str, str | None] = {}
    doubtful = [feed for feed in alive if all(feed.ref.feed_id in ids for ids in lists.values())]
    rows = await _by_rows(ground, subject, doubtful) if doubtful else {}
    for feed in alive:
        its = [role for role in ROLES if feed.ref.feed_id in lists[role]]
        held[feed.ref.feed_id] = its[-1] if its else ""
        if feed in doubtful:
            held[feed.ref.feed_id] = rows.get(feed.ref.feed_id) or None
    return held


async def _by_rows(ground: Ground, subject: Subject, alive: list[Feed]) -> Mapping[str, str | None]:
    """Read the permissions: rows of the subject, and of the groups that it is known to belong to."""
    hosts, name = ground.azure_devops()
    held: dict[str, str | None] = {}
    everywhere = await _role(ground, roles_wire.global_permissions(hosts, name), subject)
    for feed in alive:
        here = await _role(ground, roles_wire.feed_permissions(hosts, feed.ref), subject)
        known = [role for role in (everywhere, here) if role]
        unreadable = everywhere is None or here is None
        best = max(known, key=ROLES.index, default=None if unreadable else "")
        # What could not be read may give more, never less.
        held[feed.ref.feed_id] = None if unreadable and best != ROLES[-1] else best
    return held


async def _role(ground: Ground, request: Request, subject: Subject) -> str | None:
    try:
        return roles_wire.read_role(await ground.sender.send(request), subject)
    except UpstreamError:
        return None


def _judged(ground: Ground, feed: Feed, role: str | None, report: Reporter) -> Finding:
    todo = _OWNER.format(feed=feed.title)
    if role is None:
        return report.not_known(f"{feed.title}: the role cannot be told", f"look at it yourself: {todo}")
    if role == ROLES[-1]:
        return report.ok(f"{feed.title}: {_TITLES[role]}: may set upstreaming behavior")
    if not role:
        return report.missing(f"{feed.title}: no role is seen", todo)
    flaw = ground.read.flaw(*_DECIDES_WHAT_IS_ENOUGH)
    if flaw:
        return report.not_known(f"{feed.title}: {_TITLES[role]}; whether it is enough is not known: {flaw}", todo)
    if mode_of(ground) is Mode.AUDIT and not ground.settings.approvals_are_on:
        return report.ok(f"{feed.title}: {_TITLES[role]}: enough to report (mode audit); to enforce, Feed Owner")
    return report.missing(f"{feed.title}: {_TITLES[role]}: may look, may not set upstreaming behavior", todo)


async def public_upstreams(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell which feeds pull from public registries: those are what there is to guard."""
    if ground.feeds is None:
        return [report.not_known("the feeds were not read, see `feeds`", "mend that first")]
    pulling = {feed.title: _pulled(feed) for feed in ground.feeds if feed.enabled}
    told = [f"{title} ({', '.join(kinds)})" for title, kinds in pulling.items() if kinds]
    return [
        report.ok(f"pull from public registries: {listed(told)}" if told else "no feed pulls from a public registry")
    ]


def _pulled(feed: Feed) -> list[str]:
    kinds = {
        source.ecosystem.value
        for source in feed.upstreams
        if source.kind is UpstreamKind.PUBLIC and source.ecosystem is not None and feed.serves_from(source)
    }
    return sorted(kinds)


def listed(names: list[str]) -> str:
    """List the first few names, and say how many more there are."""
    more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
    return ", ".join(names[:_MOST_TOLD]) + more
