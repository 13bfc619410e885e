"""Who asks, whether the identity belongs to the organization, and at which access level."""

from __future__ import annotations

from typing import Final

from local.onboard import rest_wire
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from local.onboard.rest_wire import AccessLevel, Subject
from shared.adapters.azure_devops.exchange import NotThere
from shared.errors import UpstreamError

_USERS: Final = "Organization settings → Users"
_ADD: Final = (
    f"{_USERS} → Add users: paste the managed identity's object id, access level Basic. Then give it a role on the "
    "feeds: the step `roles` says where"
)
# What feeds can be looked after with; Stakeholder has no access to Azure Artifacts' management.
# https://learn.microsoft.com/azure/devops/organizations/security/access-levels
_ENOUGH: Final = frozenset({"express", "advanced", "professional", "earlyadopter"})
_TOO_LITTLE: Final = frozenset({"stakeholder", "none"})
# Words of the entitlement's status; `pending` = nobody has signed in with it yet.
_IN_FORCE: Final = frozenset({"active", "pending"})
_OUT_OF_FORCE: Final = frozenset({"disabled", "deleted", "expired", "pendingdisabled", "none"})


async def organization(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell whether the organization answers, and as whom it knows us."""
    hosts, name = ground.azure_devops()
    answer = await ground.sender.send(rest_wire.connection_data(hosts, name))
    subject = rest_wire.read_connection(answer)
    if not ground.options.identity:
        ground.subject = subject
    return [report.ok(f"{name} answers, and knows us as {subject.name} ({subject.identity_id})")]


async def identity(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell whether the identity that Feedwarden runs as was added to the organization."""
    if not ground.options.identity:
        return [_as_who_asks(ground, report)]
    hosts, name = ground.azure_devops()
    tenant = ground.settings.entra_tenant_id
    if not tenant:
        flaw = ground.read.flaw("ENTRA_TENANT_ID")
        return [report.not_known(flaw or "an identity is looked up in its tenant", "set ENTRA_TENANT_ID")]
    wanted = ground.options.identity
    request = rest_wire.service_identity(hosts, name, tenant=tenant, object_id=wanted)
    ground.subject = rest_wire.read_service_identity(await ground.sender.send(request), wanted)
    if ground.subject is None:
        return [report.missing(f"the organization knows no service principal {wanted} of tenant {tenant}", _ADD)]
    return [report.ok(f"{ground.subject.name} ({wanted}) was added to the organization")]


def _as_who_asks(ground: Ground, report: Reporter) -> Finding:
    subject = ground.subject
    if subject is None:
        return report.not_known("nobody knows who we are, see `organization`", _ADD)
    if ground.settings.pat is None and not subject.is_service:
        seen = f"looked at {subject.name}, a person; the app runs as its managed identity"
        todo = "name it: --identity OBJECT_ID (`az identity show --query principalId`), with ENTRA_TENANT_ID set"
        return report.not_known(seen, todo)
    return report.ok(f"{subject.name} belongs to the organization")


async def access_level(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell the access level; who may not read it is told so, and never that all is well."""
    subject = ground.subject
    if subject is None:
        return [report.not_known("there is no identity to look at, see `identity`", _ADD)]
    _, name = ground.azure_devops()
    try:
        answer = await ground.sender.send(rest_wire.entitlement(ground.access_levels_base(), name, subject))
        return [_judged(rest_wire.read_entitlement(answer), subject, report)]
    except NotThere:
        return [report.missing(f"{subject.name} has no access level in the organization", _ADD)]
    except UpstreamError as error:
        return [report.not_known(_why_not(error), _who_may_read(subject))]


def _why_not(error: UpstreamError) -> str:
    """Leave out the general advice, which is about roles on feeds."""
    return f"not readable with this credential ({type(error).__name__})"


def _who_may_read(subject: Subject) -> str:
    return (
        f"look at {_USERS} yourself: {subject.name} needs Basic. Or ask as a Project Collection Administrator, with a "
        'PAT of the scope "Member Entitlement Management (read)" or through `az login`'
    )


def _judged(level: AccessLevel, subject: Subject, report: Reporter) -> Finding:
    word, status = level.word.lower(), level.status.lower()
    title = level.title or level.word
    todo = f"{_USERS} → {subject.name} → Change access level → Basic"
    if status in _OUT_OF_FORCE:
        return report.missing(f"{subject.name} has {title}, which is not in force: {level.status}", todo)
    if word in _TOO_LITTLE and not level.by_subscription:
        return report.missing(f"{subject.name} has {title}, which is too little for Azure Artifacts", todo)
    if (word in _ENOUGH or level.by_subscription) and status in _IN_FORCE:
        return report.ok(f"{subject.name} has {title}")
    return report.not_known(f"{subject.name} has {title or 'an access level'} ({level.status or 'no status'})", todo)
