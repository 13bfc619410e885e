"""Service-hook subscriptions: which are there, which are missing, and making those that are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from local.onboard import subscriptions_wire
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from local.onboard.options import BUILD_COMPLETE
from local.onboard.rest_wire import Project
from local.onboard.step_settings import MEND
from local.onboard.wishes import Wish, wishes_of
from shared.adapters.azure_devops.errors_wire import refuse_failures
from shared.adapters.azure_devops.hooks import AzureDevOpsHooks
from shared.domain.subscription_health import calls_us
from shared.domain.subscriptions import Subscription, SubscriptionList, SubscriptionStatus
from shared.errors import PermissionMissing, UpstreamError

_SOURCE: Final = "azure-devops"
_HOOKS: Final = "Project settings → Service hooks"
_REVIVE: Final = (
    f"{_HOOKS} → the subscription → History shows what was answered; then Edit → Test, and Enable. A new one is not "
    "made beside it"
)
_REFUSED: Final = "with these settings, every delivery would be refused: HOOK_SECRETS has no secret for azure-devops"
_WITHOUT: Final = "watches and sweeps find everything without events too, later"
_FETCH: Final = (
    "fetch the app's HOOK_SECRETS into this environment (docs/onboarding.md); where it has none either: "
    '{"azure-devops": ["…"]}, a secret of `openssl rand -base64 32`'
)
_RIGHT: Final = f"{_HOOKS}: who asks needs to be a project administrator, or the right “Edit subscriptions”"
_AGAIN: Final = "look at the list, then run this again: what is there, and visible, is not made twice"
_UNSEEN: Final = "none is visible to this identity: there may be some that it has no right to see"
_LOOK: Final = (
    f"{_HOOKS}: look as a project administrator, or with the right “View subscriptions”. --create-subscriptions makes "
    "one all the same, and then there may be two; docs/deliveries.md says how to do it by hand"
)
_TWICE: Final = f"{_HOOKS}: look as a project administrator whether there is another, and delete one of the two"


async def subscriptions(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell of each project that publishes whether its events come here; make what is missing where that is asked."""
    flaw = _unready(ground, report)
    if flaw is not None:
        return [flaw]
    wishes, findings = await wishes_of(ground, report)
    hosts, organization = ground.azure_devops()
    hooks = AzureDevOpsHooks(ground.sender, hosts=hosts, organization=organization)
    listed = await hooks.subscriptions()
    ours = [one for one in listed if calls_us(one.url, ground.settings.public_base_url)]
    findings += [_told(wish, ours, report) for wish in wishes if _met(wish, ours)]
    lacking = [wish for wish in wishes if not _met(wish, ours)]
    if not ground.options.create_subscriptions or ground.options.dry_run:
        return [*findings, *(_lacking(wish, listed, ground, report) for wish in lacking)]
    made = await _make(lacking, listed, ground, report)
    return [*findings, *(await _confirmed(made, hooks, report))]


def _unready(ground: Ground, report: Reporter) -> Finding | None:
    settings = ground.settings
    options = ground.options
    configured = bool(settings.hook_secrets.get(_SOURCE))
    if flaw := ground.read.flaw("HOOK_SECRETS", *(("PUBLIC_BASE_URL",) if configured else ())):
        return report.missing(flaw, MEND)
    if not configured:
        # Nobody needs to have hooks; whoever asks for them does.
        asked = options.create_subscriptions or options.projects or options.events
        return report.missing(_REFUSED, _FETCH) if asked else report.skipped(f"{_REFUSED}; {_WITHOUT}", _FETCH)
    if not settings.public_base_url.startswith("https://"):
        seen = (
            "PUBLIC_BASE_URL is no https address: Azure DevOps would not know where to send events, or send the secret"
        )
        return report.missing(seen, "set PUBLIC_BASE_URL to the app's https address")
    return None


def _address(ground: Ground) -> str:
    return ground.settings.public_base_url + subscriptions_wire.PATH


def _met(wish: Wish, ours: Sequence[Subscription]) -> list[Subscription]:
    return [one for one in ours if wish.is_met_by(one)]


def _told(wish: Wish, ours: Sequence[Subscription], report: Reporter) -> Finding:
    met = _met(wish, ours)
    alive = [one for one in met if one.status is SubscriptionStatus.ENABLED]
    if alive:
        return report.ok(f"{wish.project.name}: {alive[0].event_type} comes here ({alive[0].subscription_id})")
    one = met[0]
    seen = f"{wish.project.name}: {one.event_type} is there ({one.subscription_id}), but {one.status}"
    known = one.status is not SubscriptionStatus.UNKNOWN
    return report.missing(seen, _REVIVE) if known else report.not_known(seen, _REVIVE)


def _lacking(wish: Wish, listed: SubscriptionList, ground: Ground, report: Reporter) -> Finding:
    certain = wish.is_lacking_for_certain(listed)
    tell = report.missing if certain else report.not_known
    unseen = "" if certain else f"; {_UNSEEN}"
    if ground.options.create_subscriptions:
        seen = f"{wish.project.name}: {wish.event or BUILD_COMPLETE} to {_address(ground)} would be created{unseen}"
        return tell(seen, "the same without --dry-run creates it" + ("" if certain else ", and then there may be two"))
    seen = f"{wish.project.name}: no {wish.event or 'event'} is seen to come to {_address(ground)}{unseen}"
    by_hand = "--create-subscriptions creates it; docs/deliveries.md says how to do it by hand"
    return tell(seen, by_hand if certain else _LOOK)


async def _make(
    lacking: Sequence[Wish], listed: SubscriptionList, ground: Ground, report: Reporter
) -> list[tuple[Finding, str]]:
    """Make what is missing, each once; a failure leaves the others to be made. Beside each, the id of what was made."""
    made: list[tuple[Finding, str]] = []
    for wish in lacking:
        event = wish.event or BUILD_COMPLETE
        what = f"{wish.project.name}: {event}"
        try:
            made_id = await _create(wish.project, event, ground)
            made.append(
                (_created(wish, listed, f"{what} to {_address(ground)} was created ({made_id})", report), made_id)
            )
        except PermissionMissing:
            made.append((report.missing(f"{what} was refused: who asks may not create it", _RIGHT), ""))
        except UpstreamError as error:
            made.append((report.not_known(f"{what}: whether it was created: {error}", _AGAIN), ""))
    return made


def _created(wish: Wish, listed: SubscriptionList, seen: str, report: Reporter) -> Finding:
    if wish.is_lacking_for_certain(listed):
        return report.ok(seen)
    seen = f"{seen}; none was visible before, so there may be another that this identity had no right to see"
    return report.ok(seen, _TWICE)


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
