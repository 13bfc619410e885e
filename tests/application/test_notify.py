"""From the queue to people: each way makes up for the other, and what nobody takes becomes visible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.application.notify import SEND_AGAIN_AFTER
from shared.application.notify_messages import Dispatch
from shared.domain.feeds import FeedRef
from shared.domain.letter_groups import group_of
from shared.domain.letter_rules import Addressing, NoticeRule, Outlet
from shared.domain.letters import PartlyTaken
from shared.domain.notices import NoticeKind
from shared.domain.owners import FeedOwners
from shared.errors import AddressRefused, AuthenticationFailed, UntrustedInput, UpstreamError, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import ENFORCE, House
from tests.domain.letters import burst, notice
from tests.fakes import RecordingOutlet, person

_DOWN = UpstreamUnavailable("no answer", service="test")


class _Reach:
    """A house with mail and Teams, or fewer."""

    def __init__(self, addressing: Addressing | None = None, *, mail: bool = True, teams: bool = True) -> None:
        self.mail, self.teams = RecordingOutlet(), RecordingOutlet()
        policy = ENFORCE if addressing is None else replace(ENFORCE, notices=(NoticeRule(addressing),))
        self.house = House(policy=policy)
        self.house.letters |= {Outlet.MAIL: self.mail} if mail else {}
        self.house.letters |= {Outlet.TEAMS: self.teams} if teams else {}

    async def send(self, dispatch: Dispatch | None = None) -> None:
        await self.house.messenger.send((dispatch or Dispatch(notice())).text())

    async def send_waiting(self) -> int:
        """Let time pass until the next message shows, and send what does; return how many."""
        self.house.clock.advance(max(self.house.queue.delays(QueueName.NOTICES), default=timedelta(0)))
        texts = self.house.queue.take(QueueName.NOTICES)
        for text in texts:
            await self.house.messenger.send(text)
        return len(texts)


async def test_by_default_owners_get_a_mail_and_teams_a_card() -> None:
    """The same letter, under the id of its notice; the log has it too."""
    reach = _Reach()
    await reach.send()
    (mail,), (card,) = reach.mail.sent, reach.teams.sent
    assert mail.letter_id == card.letter_id == notice().notice_id
    assert mail.recipients == ("olga@contoso.example",)
    assert [told.notice_id for told in reach.house.channel.sent] == [notice().notice_id]
    assert await reach.house.queue.waiting(QueueName.NOTICES) == 0


async def test_without_a_way_the_log_is_all() -> None:
    """Nobody is asked for owners then."""
    reach = _Reach(mail=False, teams=False)
    await reach.send()
    assert len(reach.house.channel.sent) == 1
    assert reach.house.owners.faults.calls == []


_TEAM = ("team@contoso.example",)


@pytest.mark.parametrize(
    ("addressing", "recipients", "cards"),
    [
        (Addressing(_TEAM, owners=False), _TEAM, 1),
        (Addressing(_TEAM, owners=True, teams=False), (*_TEAM, "olga@contoso.example"), 0),
        (Addressing((), owners=False, teams=True), None, 1),
        (Addressing((), owners=False, teams=False), None, 0),
    ],
)
async def test_the_policy_says_who_is_told(
    addressing: Addressing, recipients: tuple[str, ...] | None, cards: int
) -> None:
    """Addresses, owners, Teams; nobody is nobody."""
    reach = _Reach(addressing)
    await reach.send()
    assert [letter.recipients for letter in reach.mail.sent] == ([] if recipients is None else [recipients])
    assert len(reach.teams.sent) == cards
    assert len(reach.house.channel.sent) == 1


async def test_a_group_is_one_letter_to_people_and_one_line_in_the_log() -> None:
    """Under its own id."""
    reach = _Reach()
    group = group_of("group-1", burst(20), told=())
    await reach.send(Dispatch(notice(), group))
    assert [len(letter.packages) for letter in (*reach.mail.sent, *reach.teams.sent)] == [20, 20]
    (line,) = reach.house.channel.sent
    assert line.notice_id == "group-1"
    assert line.facts["notices"] == "20 collision-blocked"
    assert "npm:core-0019" in line.facts["packages"]


@pytest.mark.parametrize("error", [_DOWN, AuthenticationFailed("wrong", service="test"), AddressRefused("private")])
@pytest.mark.parametrize("down", Outlet)
async def test_one_way_down_is_tried_again_until_it_works(error: Exception, down: Outlet) -> None:
    """The other has its letter already, and gets no second one."""
    reach = _Reach()
    broken, other = (reach.mail, reach.teams) if down is Outlet.MAIL else (reach.teams, reach.mail)
    broken.faults.fail("send", error, times=2)
    await reach.send()
    assert (len(broken.sent), len(other.sent)) == (0, 1)
    assert reach.house.queue.delays(QueueName.NOTICES) == [SEND_AGAIN_AFTER[0]]
    assert await reach.send_waiting() == 1
    assert reach.house.queue.delays(QueueName.NOTICES) == [SEND_AGAIN_AFTER[1]]
    assert await reach.send_waiting() == 1
    assert await reach.send_waiting() == 0
    assert (len(broken.sent), len(other.sent)) == (1, 1)
    assert len(reach.house.channel.sent) == 1


@pytest.mark.parametrize(
    ("addressing", "down"),
    [(Addressing((), owners=False, teams=True), Outlet.TEAMS), (Addressing(_TEAM, teams=False), Outlet.MAIL)],
)
async def test_the_way_that_is_not_meant_makes_up_for_the_one_that_is_down(
    addressing: Addressing, down: Outlet
) -> None:
    """Teams down means mail to the owners, mail down means Teams."""
    reach = _Reach(addressing)
    broken, other = (reach.mail, reach.teams) if down is Outlet.MAIL else (reach.teams, reach.mail)
    broken.faults.fail("send", _DOWN)
    await reach.send()
    assert len(other.sent) == 1
    if down is Outlet.TEAMS:
        assert other.sent[0].recipients == ("olga@contoso.example",)
    await reach.send_waiting()
    assert (len(broken.sent), len(other.sent)) == (1, 1)


async def test_both_down_is_tried_again_and_then_left_to_the_platform() -> None:
    """After the last attempt it raises, so the message goes to poison, and readiness says so."""
    reach = _Reach()
    for outlet in (reach.mail, reach.teams):
        outlet.faults.fail("send", _DOWN, times=None)
    await reach.send()
    for wait in SEND_AGAIN_AFTER:
        assert reach.house.queue.delays(QueueName.NOTICES) == [wait]
        (message,) = reach.house.queue.messages[QueueName.NOTICES]
        if Dispatch.of(message.text).attempt == len(SEND_AGAIN_AFTER):
            break
        await reach.send_waiting()
    with pytest.raises(UpstreamUnavailable):
        await reach.send_waiting()
    await reach.house.abandoner.abandon_notice(message.text)
    report = await reach.house.readiness.report()
    assert not report["letters"].ok
    assert "mail: since 2025-03-01 12:00 UTC: test: no answer" in report["letters"].detail
    assert "teams: since" in report["letters"].detail
    assert "collision-blocked (npm:@contoso/billing)" in report["walks"].detail
    assert len(reach.house.channel.sent) == 1


async def test_a_way_that_stays_down_is_given_up_where_the_other_took_the_letter() -> None:
    """It is no poison: people were told. Readiness still shows which way does not work."""
    reach = _Reach()
    reach.teams.faults.fail("send", _DOWN, times=None)
    await reach.send()
    for _ in SEND_AGAIN_AFTER:
        assert await reach.send_waiting() == 1
    assert await reach.send_waiting() == 0
    assert len(reach.mail.sent) == 1
    finding = (await reach.house.readiness.report())["letters"]
    assert (finding.ok, "mail: works" in finding.detail) == (False, True)
    reach.teams.faults.heal()
    await reach.send()
    assert (await reach.house.readiness.report())["letters"].ok


async def test_a_service_that_says_how_long_to_wait_is_waited_for() -> None:
    """At most a day."""
    reach = _Reach(teams=False)
    long = UpstreamUnavailable("later", service="test", retry_after=timedelta(minutes=20))
    reach.mail.faults.fail("send", long)
    await reach.send()
    assert reach.house.queue.delays(QueueName.NOTICES) == [timedelta(minutes=20)]
    reach.mail.faults.fail("send", UpstreamUnavailable("later", service="t", retry_after=timedelta(days=30)))
    await reach.send_waiting()
    assert reach.house.queue.delays(QueueName.NOTICES) == [timedelta(days=1)]


async def test_owners_who_cannot_be_found_out_hold_up_neither_teams_nor_those_who_are_named() -> None:
    """Their mail follows when they are known."""
    reach = _Reach()
    reach.house.owners.faults.fail("owners_of", _DOWN)
    await reach.send()
    assert (len(reach.mail.sent), len(reach.teams.sent)) == (0, 1)
    await reach.send_waiting()
    assert (len(reach.mail.sent), len(reach.teams.sent)) == (1, 1)
    named = _Reach(Addressing(_TEAM, owners=True))
    named.house.owners.faults.fail("owners_of", _DOWN)
    await named.send()
    assert named.mail.sent[0].recipients == _TEAM


async def test_doubts_about_owners_are_no_reason_to_tell_nobody() -> None:
    """Who is certain gets the letter; where nobody is, it is tried again."""
    reach = _Reach(teams=False)
    reach.house.owners.default = FeedOwners((person("ann"),), ("a group could not be read",))
    await reach.send()
    assert reach.mail.sent[0].recipients == ("ann@contoso.example",)
    reach.house.owners.default = FeedOwners((), ("a group could not be read",))
    await reach.send()
    assert await reach.house.queue.waiting(QueueName.NOTICES) == 1


async def test_a_feed_without_anybody_to_write_to_is_told_in_teams_alone() -> None:
    """Waiting mends nothing there; without Teams it is, at last, poison."""
    reach = _Reach()
    reach.house.owners.default = FeedOwners(())
    await reach.send()
    assert (len(reach.mail.sent), len(reach.teams.sent)) == (0, 1)
    assert await reach.house.queue.waiting(QueueName.NOTICES) == 0
    alone = _Reach(teams=False)
    alone.house.owners.default = FeedOwners(())
    with pytest.raises(UpstreamError, match="no owner with a mail address"):
        await alone.send(Dispatch(notice(), attempt=len(SEND_AGAIN_AFTER)))


async def test_the_state_of_a_way_that_cannot_be_kept_stops_no_letter() -> None:
    """The letter is out: an error now would send it again."""
    reach = _Reach()
    reach.house.cursors.faults.fail("read", UpstreamUnavailable("no answer", service="tables"), times=None)
    await reach.send()
    assert (len(reach.mail.sent), len(reach.teams.sent)) == (1, 1)


async def test_a_state_that_cannot_be_read_is_shown_as_such() -> None:
    """Until the next letter settles it."""
    reach = _Reach()
    await reach.house.cursors.save("outlet|mail", "{", replaces=None)
    assert not (await reach.house.readiness.report())["letters"].ok
    await reach.send()
    assert (await reach.house.readiness.report())["letters"].ok


_TWO: Final = FeedOwners((person("ann"), person("bob")))
_PARTLY: Final = PartlyTaken("1 of 2 refused", service="mail", missing=("bob@contoso.example",))


async def test_who_has_the_mail_gets_no_second_one() -> None:
    """In whichever process the next attempt runs: the message says who is left."""
    reach = _Reach(teams=False)
    reach.house.owners.default = _TWO
    reach.mail.faults.fail("send", _PARTLY)
    await reach.send()
    reach.house.owners.faults.fail("owners_of", _DOWN)
    assert await reach.send_waiting() == 1
    assert [letter.recipients for letter in reach.mail.sent] == [("bob@contoso.example",)]
    assert await reach.house.queue.waiting(QueueName.NOTICES) == 0


async def test_who_is_left_is_kept_while_nothing_can_be_sent() -> None:
    """A server that goes down between does not make it everybody again."""
    reach = _Reach()
    reach.house.owners.default = _TWO
    reach.mail.faults.fail("send", _PARTLY)
    await reach.send()
    reach.mail.faults.fail("send", _DOWN)
    await reach.send_waiting()
    await reach.send_waiting()
    assert [letter.recipients for letter in reach.mail.sent] == [("bob@contoso.example",)]
    assert len(reach.teams.sent) == 1


async def test_one_address_that_is_refused_for_good_makes_no_poison() -> None:
    """The others were told: nobody is made up for, and after the last attempt it is an error in the log."""
    reach = _Reach(Addressing(_TEAM, teams=False))
    reach.mail.faults.fail("send", _PARTLY, times=None)
    await reach.send()
    for _ in SEND_AGAIN_AFTER:
        assert await reach.send_waiting() == 1
    assert await reach.send_waiting() == 0
    assert reach.teams.sent == []
    assert not (await reach.house.readiness.report())["letters"].ok


def test_too_many_who_are_left_are_everybody_again() -> None:
    """A message has its limit: told twice beats not told."""
    left = tuple(f"{'x' * 60}{n}@contoso.example" for n in range(500))
    for count, kept in ((3, left[:3]), (500, None)):
        dispatch = Dispatch(notice(), group_of("g", burst(2_000), told=()), 1, (Outlet.MAIL,), left[:count])
        assert len(dispatch.text().encode()) <= 48 * 1024
        assert Dispatch.of(dispatch.text()).recipients == kept


async def test_a_message_that_is_not_ours_is_refused_and_told() -> None:
    """In poison it is told as not readable."""
    reach = _Reach()
    with pytest.raises(UntrustedInput):
        await reach.house.messenger.send('{"schema": 1}')
    await reach.house.abandoner.abandon_notice('{"schema": 1}')
    assert "not readable" in (await reach.house.setbacks.all())["organization"]


def test_a_dispatch_comes_back_as_it_went() -> None:
    """Every member survives; a message of the version before has no attempt, and is read as the first."""
    group = group_of("g", burst(3), told=("npm:x",))
    dispatch = Dispatch(notice(), group, attempt=2, left=(Outlet.TEAMS,), recipients=("a@contoso.example",))
    assert Dispatch.of(dispatch.text()) == dispatch
    assert Dispatch.of(Dispatch(notice()).text()) == Dispatch(notice())
    earlier = (
        '{"schema": 1, "notice_id": "n", "kind": "switch-closed", "feed": {"organization": "o", "project_id": null, '
        '"feed_id": "f"}, "subject": "s", "at": "2025-03-01T12:00:00+00:00", "facts": {}}'
    )
    read = Dispatch.of(earlier)
    assert (read.notice.kind, read.notice.feed, read.attempt, read.left) == (
        NoticeKind.SWITCH_CLOSED,
        FeedRef("o", None, "f"),
        0,
        None,
    )


@pytest.mark.parametrize("letter", ["x", "ä", "\U0001f600"])
@pytest.mark.parametrize("count", [0, 2_000])
def test_whatever_is_told_fits_into_a_message(letter: str, count: int) -> None:
    """A queue takes 48 KiB; what does not fit is cut, and the numbers stay whole."""
    facts = {f"fact {n}": letter * 4_000 for n in range(25)}
    members = [replace(one, facts={"package": letter * 400}) for one in burst(count)]
    group = group_of("g", members, told=(letter * 400,) * 5) if members else None
    text = Dispatch(notice(facts=facts), group).text()
    assert len(text.encode()) <= 48 * 1024
    read = Dispatch.of(text)
    assert read.notice.subject == notice().subject
    assert (read.group.count if read.group else 0) == count


@given(st.text(max_size=300))
def test_any_fact_survives(text: str) -> None:
    """Surrogates and all."""
    row = notice(facts={"note": text})
    assert Dispatch.of(Dispatch(row).text()).notice == row
