"""The settings themselves, and what several of them must agree on."""

from __future__ import annotations

from typing import Final

from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from shared.domain.policy import Mode

MEND: Final = "mend it: the step `settings` tells all that is wrong"


async def settings(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell every problem with settings, policy file and secrets at once."""
    if not ground.read.problems:
        seen = f"readable in this environment: organization {ground.settings.organization}, mode {mode_of(ground)}"
        return [report.ok(f"{seen}; those that the app runs with are not seen from here")]
    where = (
        "set it in the environment of this command; README.md, “Settings”, says what each is, and docs/onboarding.md "
        "how to fetch what the app runs with, which is not seen from here"
    )
    return [report.missing(problem, where) for problem in ground.read.problems]


def mode_of(ground: Ground) -> Mode:
    """Return `enforce` where the policy enforces anywhere."""
    policy = ground.read.policy
    stances = (policy.default, *(rule.stance for rule in policy.rules))
    return Mode.ENFORCE if any(stance.mode is Mode.ENFORCE for stance in stances) else Mode.AUDIT


async def approvals(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell whether owners can decide, as far as these settings say."""
    settings = ground.settings
    flaw = ground.read.flaw(
        "APPROVAL_KEYS", *(("PUBLIC_BASE_URL", "ENTRA_TENANT_ID") if settings.approval_keys else ())
    )
    if flaw:
        return [report.missing(flaw, MEND)]
    if settings.approvals_are_on:
        return [_on(ground, report), _sign_in(report)]
    if not settings.approval_keys:
        seen = "off with these settings: owners cannot allow external versions"
        return [report.skipped(seen, "to turn them on, set APPROVAL_KEYS, PUBLIC_BASE_URL and ENTRA_TENANT_ID")]
    named = {"PUBLIC_BASE_URL": settings.public_base_url, "ENTRA_TENANT_ID": settings.entra_tenant_id}
    lacking = ", ".join(name for name, value in named.items() if not value)
    return [report.missing(f"APPROVAL_KEYS is set, {lacking} is not usable", f"set {lacking}, or clear APPROVAL_KEYS")]


def _on(ground: Ground, report: Reporter) -> Finding:
    settings = ground.settings
    if not settings.public_base_url.startswith("https://"):
        seen = "links would lead to an address without TLS"
        return report.missing(seen, "set PUBLIC_BASE_URL to the app's https address")
    if settings.teams_webhook_url is None and settings.smtp_url is None:
        flaw = ground.read.flaw("SMTP_URL", "TEAMS_WEBHOOK_URL")
        if flaw:
            return report.missing(f"no letter carries a link to an owner: {flaw}", MEND)
        seen = "on with these settings, but no letter carries a link to an owner"
        return report.missing(seen, "set SMTP_URL and MAIL_FROM, or TEAMS_WEBHOOK_URL")
    tenant = settings.entra_tenant_id
    return report.ok(
        f"on with these settings: links lead to {settings.public_base_url}, people of tenant {tenant} decide"
    )


def _sign_in(report: Reporter) -> Finding:
    seen = "whether App Service Authentication is on cannot be seen from here"
    return report.skipped(seen, "look at `approvals` of GET /api/health/ready (function key)")
