"""Letters: the mail server is entered, and what reaches people is sent only where it is asked."""

from __future__ import annotations

import pytest

from local.simulators.mail_sink_server import Doorman, serving_mail
from local.simulators.mail_sink_state import Reply, Sink
from local.simulators.teams_flow import WEBHOOK, flow_app, new_flow
from tests.local.onboard.town import Town

_TO = "--send-test-mail=ann@acme.test"


async def _mail(town: Town, *words: str) -> dict[str, str]:
    return (await town.run(*words, steps=("mail",))).only("mail")


async def _teams(town: Town, *words: str) -> dict[str, str]:
    return (await town.run(*words, steps=("teams",))).only("teams")


async def test_the_mail_server_is_entered_and_nothing_is_sent(town: Town) -> None:
    """With user and password, which is most of what can be wrong."""
    sink = Sink(town.world.now)
    async with serving_mail(sink, doorman=Doorman(user="u", password="sample-word")) as port:
        town.environment |= {"SMTP_URL": f"smtp://u:sample-word@127.0.0.1:{port}", "MAIL_FROM": "f@acme.test"}
        assert (await _mail(town))["state"] == "ok"
        assert "would be sent" in (await _mail(town, _TO, "--dry-run"))["seen"]
    assert sink.mails == []


async def test_a_wrong_password_is_missing(town: Town) -> None:
    """The remedy is a person's; neither word is printed."""
    async with serving_mail(Sink(town.world.now), doorman=Doorman(user="u", password="sample")) as port:
        town.environment |= {"SMTP_URL": f"smtp://u:sample-wrong@127.0.0.1:{port}", "MAIL_FROM": "f@acme.test"}
        told = await _mail(town)
    assert (told["state"], "SMTP_URL" in told["seen"], "sample-wrong" in told["seen"]) == ("missing", True, False)


async def test_a_server_in_trouble_is_not_known(town: Town) -> None:
    """It may be well in a minute; one that is not there too."""
    sink = Sink(town.world.now)
    sink.rules.append(Reply(step="EHLO", reply="421 later"))
    async with serving_mail(sink) as port:
        town.environment |= {"SMTP_URL": f"smtp://127.0.0.1:{port}", "MAIL_FROM": "f@acme.test"}
        assert (await _mail(town))["state"] == "not known"
    assert (await _mail(town))["state"] == "not known"


async def test_a_server_without_starttls_is_missing(town: Town) -> None:
    """Nothing is ever tried in the open."""
    async with serving_mail(Sink(town.world.now)) as port:
        town.environment["SMTP_URL"] = f"smtp://127.0.0.1:{port}?starttls=required"
        town.environment["MAIL_FROM"] = "f@acme.test"
        assert (await _mail(town))["state"] == "missing"


async def test_a_test_mail_is_sent_where_it_is_asked(town: Town) -> None:
    """By the product's own channel, to that address only."""
    sink = Sink(town.world.now)
    async with serving_mail(sink) as port:
        town.environment |= {"SMTP_URL": f"smtp://127.0.0.1:{port}", "MAIL_FROM": "f@acme.test"}
        assert (await _mail(town, _TO))["state"] == "ok"
    (mail,) = sink.mails
    assert mail.recipients == ("ann@acme.test",)


async def test_without_a_server_no_mail_is_sent(town: Town) -> None:
    """Asked for, that is missing; else it is a choice."""
    assert (await _mail(town))["state"] == "skipped"
    assert (await _mail(town, _TO))["state"] == "missing"
    town.environment["SMTP_URL"] = "smtp://127.0.0.1:9"
    assert (await _mail(town))["state"] == "missing"


async def test_a_card_is_posted_only_where_it_is_asked(town: Town) -> None:
    """A proper Adaptive Card, once."""
    flow = new_flow()
    async with town.street.serving(flow_app(flow)) as url:
        town.environment["TEAMS_WEBHOOK_URL"] = url + WEBHOOK
        assert (await _teams(town))["state"] == "skipped"
        assert "would be posted" in (await _teams(town, "--send-test-card", "--dry-run"))["seen"]
        assert flow.runs == []
        assert (await _teams(town, "--send-test-card"))["state"] == "ok"
    (run,) = flow.runs
    assert run.problems == ()
    assert "Feedwarden can reach you" in run.words()


@pytest.mark.parametrize(
    ("status", "state"), [(400, "missing"), (404, "missing"), (401, "missing"), (503, "not known")]
)
async def test_a_workflow_that_refuses_is_told(town: Town, status: int, state: str) -> None:
    """The adapter's own words; the address is never printed."""
    app = flow_app(new_flow())
    async with town.street.serving(app) as url:
        town.environment["TEAMS_WEBHOOK_URL"] = url + WEBHOOK
        await town.http.post(f"{url}/_control/faults", json={"status": status})
        told = await _teams(town, "--send-test-card")
    assert (told["state"], str(status) in told["seen"]) == (state, True)
    assert "sig=" not in told["seen"] + told["todo"]


async def test_that_nobody_is_told_is_a_choice(town: Town) -> None:
    """It is told; a card that was asked for is missing. One of both ways is enough."""
    told = await _teams(town)
    assert (told["state"], "neither mail nor Teams is configured" in told["seen"]) == ("skipped", True)
    assert (await _teams(town, "--send-test-card"))["state"] == "missing"
    town.environment |= {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "f@acme.test"}
    assert (await _teams(town))["state"] == "skipped"
