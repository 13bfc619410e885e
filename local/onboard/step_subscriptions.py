"""Service-hook subscriptions: which are there, which are missing, and making those that are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from local.onboard import rest_wire, subscriptions_wire
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from local.onboard.options import BUILD_COMPLETE
from local.onboard.rest_wire import Project
from local.onboard.step_settings import MEND
from shared.adapters.azure_devops.errors_wire import refuse_failures
from shared.adapters.azure_devops.exchange import NotThere
from shared.adapters.azure_devops.hooks import AzureDevOpsHooks
from shared.domain.subscriptions import Subscription, SubscriptionStatus
from shared.errors import FeedNotFound, PermissionMissing, UpstreamError

_SOURCE: Final = "azure-devops"
_HOOKS: Final = "Project settings → Service hooks"
_REVIVE: Final = (
    f"{_HOOKS} → the subscription → History shows what was answered; then Edit → Test, and Enable. A new one is not "
    "made beside it"
)
_RIGHT: Final = f"{_HOOKS}: who asks needs to be a project administrator, or the right “Edit subscriptions”"
_AGAIN: Final = "look at the list, then run this again: what is there, and visible, is not made twice"
_UNSEEN: Final = "none is visible; who lacks the right “View subscriptions” sees none either"
_NO_PROJECT: Final = "no feed belongs to a project, so nobody knows whose pipelines publish"


@dataclass(frozen=True, slots=True)
class _Wish:
    """One subscription that ought to be there; `event` empty = any will do."""

    project: Project
    event: str

    def is_met_by(self, one: Subscription) -> bool:
        """Say whether a subscription to our address is this one; one of the organization is for every project."""
        return one.project_id in {"", self.project.project_id} and self.event in {"", one.event_type}


async def subscriptions(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell of each project that publishes whether its events come here; make what is missing where that is asked."""
    flaw = _unready(ground, report)
    if flaw is not None:
        return [flaw]
    wishes, findings = await _wishes(ground, report)
    hosts, organization = ground.azure_devops()
    hooks = AzureDevOpsHooks(ground.sender, hosts=hosts, organization=organization)
    ours = [one for one in await hooks.subscriptions() if _leads_here(one, ground)]
    findings += [_told(wish, ours, report) for wish in wishes if _met(wish, ours)]
    lacking = [wish for wish in wishes if not _met(wish, ours)]
    if not ground.options.create_subscriptions or ground.options.dry_run:
        return [*findings, *(_lacking(wish, ground, report) for wish in lacking)]
    made = await _make(lacking, ground, report)
    return [*findings, *(await _confirmed(made, hooks, report))]


def _unready(ground: Ground, report: Reporter) -> Finding | None:
    settings = ground.settings
    flaw = ground.read.flaw("HOOK_SECRETS", "PUBLIC_BASE_URL")
    if flaw:
        return report.missing(flaw, MEND)
    if not settings.hook_secrets.get(_SOURCE):
        return report.missing(
            "with these settings, every delivery would be refused: HOOK_SECRETS has no secret for azure-devops",
            "fetch the app's HOOK_SECRETS into this environment (docs/onboarding.md); where it has none either: "
            '{"azure-devops": ["…"]}, a secret of `openssl rand -base64 32`',
        )
    if not settings.public_base_url.startswith("https://"):
        seen = (
            "PUBLIC_BASE_URL is no https address: Azure DevOps would not know where to send events, or send the secret"
        )
        return report.missing(seen, "set PUBLIC_BASE_URL to the app's https address")
    return None


def _address(ground: Ground) -> str:
    return ground.settings.public_base_url + subscriptions_wire.PATH


def _leads_here(one: Subscription, ground: Ground) -> bool:
    return one.url.rstrip("/").lower() == _address(ground).lower()


async def _wishes(ground: Ground, report: Reporter) -> tuple[list[_Wish], list[Finding]]:
    """Return what ought to be there: for the projects that were named, else for those that have feeds."""
    findings: list[Finding] = []
    projects: dict[str, Project] = {}
    for name in ground.options.projects:
        try:
            found = await _project(ground, name)
            projects[found.project_id] = found
        except (FeedNotFound, NotThere):
            findings.append(report.missing(f"no project {name} is visible", "give the name that its address shows"))
    if not ground.options.projects:
        if ground.feeds is None:
            findings.append(report.not_known("the feeds were not read, see `feeds`", "name projects: --project NAME"))
        projects = {one.project_id: one for one in _with_feeds(ground)}
        if not projects and ground.feeds is not None:
            findings.append(report.not_known(_NO_PROJECT, "name the projects: --project NAME"))
    events = ground.options.events or ("",)
    return [_Wish(project, event) for project in projects.values() for event in events], findings


async def _project(ground: Ground, name: str) -> Project:
    hosts, organization = ground.azure_devops()
    return rest_wire.read_project(await ground.sender.send(rest_wire.project(hosts, organization, name)))


def _with_feeds(ground: Ground) -> Iterable[Project]:
    for feed in ground.feeds or ():
        if feed.enabled and feed.ref.project_id is not None:
            yield Project(feed.ref.project_id, feed.project_name or feed.ref.project_id)


def _met(wish: _Wish, ours: Sequence[Subscription]) -> list[Subscription]:
    return [one for one in ours if wish.is_met_by(one)]


def _told(wish: _Wish, ours: Sequence[Subscription], report: Reporter) -> Finding:
    met = _met(wish, ours)
    alive = [one for one in met if one.status is SubscriptionStatus.ENABLED]
    if alive:
        return report.ok(f"{wish.project.name}: {alive[0].event_type} comes here ({alive[0].subscription_id})")
    one = met[0]
    seen = f"{wish.project.name}: {one.event_type} is there ({one.subscription_id}), but {one.status}"
    known = one.status is not SubscriptionStatus.UNKNOWN
    return report.missing(seen, _REVIVE) if known else report.not_known(seen, _REVIVE)


def _lacking(wish: _Wish, ground: Ground, report: Reporter) -> Finding:
    event, url = wish.event or BUILD_COMPLETE, _address(ground)
    if ground.options.create_subscriptions:
        seen = f"{wish.project.name}: {event} to {url} would be created"
        return report.missing(seen, "the same without --dry-run creates it")
    seen = f"{wish.project.name}: no {wish.event or 'event'} comes to {url}: {_UNSEEN}"
    return report.missing(seen, "--create-subscriptions creates it; docs/deliveries.md says how to do it by hand")


async def _make(lacking: Sequence[_Wish], ground: Ground, report: Reporter) -> list[tuple[Finding, str]]:
    """Make what is missing, each once; a failure leaves the others to be made. Beside each, the id of what was made."""
    made: list[tuple[Finding, str]] = []
    for wish in lacking:
        event = wish.event or BUILD_COMPLETE
        what = f"{wish.project.name}: {event}"
        try:
            made_id = await _create(wish.project, event, ground)
            made.append((report.ok(f"{what} to {_address(ground)} was created ({made_id})"), made_id))
        except PermissionMissing:
            made.append((report.missing(f"{what} was refused: who asks may not create it", _RIGHT), ""))
        except UpstreamError as error:
            made.append((report.not_known(f"{what}: whether it was created: {error}", _AGAIN), ""))
    return made


async def _create(project: Project, event: str, ground: Ground) -> str:
    hosts, organization = ground.azure_devops()
    secret = ground.settings.hook_secrets[_SOURCE][0].reveal()
    request = subscriptions_wire.create_subscription(hosts, organization)
    body = subscriptions_wire.subscription_body(
        event, project_id=project.project_id, url=_address(ground), secret=secret
    )
    answer = await ground.once(request, authorization=await ground.credentials.authorization(), body=body)
    refuse_failures(request, answer, now=ground.clock())
    return subscriptions_wire.read_made(answer)


async def _confirmed(made: Sequence[tuple[Finding, str]], hooks: AzureDevOpsHooks, report: Reporter) -> list[Finding]:
    """Look whether what was made can be seen: else the next run would make it again."""
    if not any(made_id for _, made_id in made):
        return [finding for finding, _ in made]
    findings = [finding for finding, _ in made]
    try:
        seen = {one.subscription_id for one in await hooks.subscriptions()}
    except UpstreamError as error:
        return [*findings, report.not_known(f"whether they can be seen: {error}", _AGAIN)]
    hidden = [made_id for _, made_id in made if made_id and made_id not in seen]
    if hidden:
        todo = "do not create again before who asks has the right “View subscriptions”: it would be made twice"
        findings.append(report.not_known(f"created, but not visible to who asks: {', '.join(hidden)}", todo))
    return findings
