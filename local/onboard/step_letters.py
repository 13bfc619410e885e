"""Whether letters reach people: mail, and the Teams workflow. What reaches people is sent only where it is asked."""

from __future__ import annotations

from typing import Final

from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from local.onboard.mail_server import enter
from local.onboard.step_settings import MEND
from shared.adapters.notices.mail import MailChannel
from shared.adapters.notices.smtp_address import MailSender, SmtpAddress
from shared.adapters.notices.teams import TeamsChannel, allowed_hosts
from shared.adapters.outbound.guarded import GuardedClient
from shared.domain.letters import Letter, Urgency
from shared.errors import UpstreamError, UpstreamUnavailable

_FLOW: Final = (
    "Teams → the channel → … → Workflows → “Send webhook alerts to a channel”: copy its address into TEAMS_WEBHOOK_URL"
)
_NOBODY: Final = "with these settings, neither mail nor Teams is configured: notices stand in the log only"
_MAIL: Final = "set SMTP_URL and MAIL_FROM (README.md, “Settings”)"


def trial_letter(ground: Ground, *, to: str = "") -> Letter:
    """Return a letter that says of itself that it is a test."""
    return Letter(
        letter_id=f"onboard-{ground.new_id()}",
        urgency=Urgency.NEWS,
        title="Test: Feedwarden can reach you",
        paragraphs=(
            "Somebody who sets Feedwarden up asked for this test.",
            "Nothing happened to any package, and there is nothing to do.",
        ),
        facts=(("Organization", ground.settings.organization or "not set"),),
        recipients=(to,) if to else (),
    )


async def teams(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell whether the workflow takes cards; a card is posted only with --send-test-card."""
    webhook, options = ground.settings.teams_webhook_url, ground.options
    if webhook is None:
        flaw = ground.read.flaw("TEAMS_WEBHOOK_URL", *(() if options.send_test_card else ("SMTP_URL",)))
        if flaw:
            return [report.missing(flaw, MEND)]
        if options.send_test_card:
            return [report.missing("TEAMS_WEBHOOK_URL is not set, so no card was sent", _FLOW)]
        if ground.settings.smtp_url is None:
            return [report.skipped(_NOBODY, f"{_FLOW}; or {_MAIL}")]
        return [report.skipped("not configured in these settings: letters go by mail only", _FLOW)]
    if not options.send_test_card or options.dry_run:
        would = "; a test card would be posted" if options.send_test_card else ""
        seen = f"configured, not tested{would}: a workflow is only tried by posting to its channel"
        return [report.skipped(seen, "--send-test-card posts a card, which people see")]
    return [await _post(ground, webhook.reveal(), report)]


async def _post(ground: Ground, webhook: str, report: Reporter) -> Finding:
    client = GuardedClient(user_agent=ground.agent, allowed_hosts=allowed_hosts(webhook))
    try:
        await TeamsChannel(client, webhook).send(trial_letter(ground))
    except UpstreamError as error:
        return _failed(error, report, _FLOW)
    finally:
        await client.aclose()
    return report.ok("the workflow took a test card: look whether the channel shows it")


def _without_server(ground: Ground, report: Reporter) -> Finding:
    if flaw := ground.read.flaw("SMTP_URL", "MAIL_FROM"):
        return report.missing(flaw, MEND)
    if ground.options.send_test_mail:
        return report.missing("SMTP_URL and MAIL_FROM are not both set, so no mail was sent", _MAIL)
    if ground.settings.smtp_url is None:
        return report.skipped("not configured in these settings: owners get no mail", _MAIL)
    return report.missing("MAIL_FROM is not set", _MAIL)


async def mail(ground: Ground, report: Reporter) -> list[Finding]:
    """Enter the mail server without sending; a mail is sent only with --send-test-mail."""
    settings, options = ground.settings, ground.options
    if settings.smtp_url is None or not settings.mail_from:
        return [_without_server(ground, report)]
    address, sender = SmtpAddress.of(settings.smtp_url.reveal()), MailSender.of(settings.mail_from)
    try:
        if options.send_test_mail and not options.dry_run:
            letter = trial_letter(ground, to=options.send_test_mail)
            await MailChannel(address, settings.mail_from, ground.clock, tls_context=ground.machine.tls_context).send(
                letter
            )
            return [report.ok(f"the server took a test mail to {options.send_test_mail}: look whether it arrived")]
        await enter(address, sender, ground.machine.tls_context)
    except UpstreamError as error:
        return [_failed(error, report, _MAIL)]
    would = f"; a test mail to {options.send_test_mail} would be sent" if options.send_test_mail else ""
    seen = f"{address.host}:{address.port} lets us in ({address.encryption}); nothing was sent{would}"
    return [report.ok(seen)]


def _failed(error: UpstreamError, report: Reporter, todo: str) -> Finding:
    """What may pass is not known; what a person must mend is missing."""
    if isinstance(error, UpstreamUnavailable):
        return report.not_known(str(error), "look again later; then: " + todo)
    return report.missing(str(error), todo)
