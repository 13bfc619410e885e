"""Notify: from the queue to people. One outlet that is down is made up for by the other; both down is tried again."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from shared.application.notify_messages import Dispatch
from shared.application.notify_outlets import Outlets
from shared.domain.letter_groups import Group
from shared.domain.letter_rules import Addressing, Outlet, package_of
from shared.domain.letter_texts import letter_of, letter_of_group
from shared.domain.letters import Letter, PartlyTaken
from shared.domain.notices import Notice
from shared.domain.owners import distinct
from shared.domain.rules import GuardPolicy
from shared.errors import FeedwardenError, UnexpectedAnswer, UpstreamUnavailable
from shared.logs import told
from shared.ports import Links, NoticeChannel, Owners, Queue, QueueName, RequestRef

logger = logging.getLogger(__name__)

# How long a letter that was not taken waits, by attempt. After the last the platform tries a few times more at once,
# and moves it to poison.
SEND_AGAIN_AFTER: Final = tuple(timedelta(seconds=s) for s in (15, 60, 300, 900, 3600, 10800))
_LONGEST_WAIT: Final = timedelta(days=1)
_SERVICE: Final = "letters"


@dataclass(frozen=True, slots=True)
class Messenger:
    """Sends one letter: always to the log, and through the outlets that are configured.

    Without `links` letters lead nowhere, and do not speak of it.
    """

    log: NoticeChannel
    outlets: Outlets
    owners: Owners
    policy: GuardPolicy
    queue: Queue
    links: Links | None = None

    async def send(self, text: str) -> None:
        """Send the letter of one message.

        Raises:
            UntrustedInput: not one of our messages.
            FeedwardenError: no outlet took it, at the last attempt; the message then goes to poison.
        """
        dispatch = Dispatch.of(text)
        if dispatch.attempt == 0:
            await self.log.send(_for_log(dispatch.notice, dispatch.group))
        addressing = self.policy.addressing(dispatch.notice)
        if not self.outlets.channels or not addressing.outlets:
            return
        post = _Post(self.outlets, self.owners, dispatch, addressing, _letter(dispatch, self.links))
        if dispatch.left is not None:
            failed = await post.try_each(dispatch.left)
            await self._after(dispatch, failed, taken=True)
            return
        wanted = post.configured(addressing.outlets)
        failed = await post.try_each(wanted)
        taken = _is_taken(wanted, failed)
        if not taken:
            others = tuple(outlet for outlet in self.outlets.channels if outlet not in wanted)
            made_up_for = await post.try_each(others)
            taken = _is_taken(others, made_up_for)
            failed = failed if taken else {**failed, **made_up_for}
        await self._after(dispatch, failed, taken=taken)

    async def _after(self, dispatch: Dispatch, failed: dict[Outlet, FeedwardenError], *, taken: bool) -> None:
        """Queue what was not taken for later, or give it up."""
        lasting = {outlet: error for outlet, error in failed.items() if not isinstance(error, _NobodyToTell)}
        if not failed or (taken and not lasting):
            return
        if dispatch.attempt < len(SEND_AGAIN_AFTER):
            again = dispatch.again(left=tuple(lasting) if taken else None, recipients=_missing(dispatch, failed))
            await self.queue.put(QueueName.NOTICES, again.text(), delay=_wait(dispatch, failed))
            return
        if taken:
            names = ", ".join(failed)
            logger.error(told("letter given up on an outlet", outlets=names, letter=dispatch.notice.notice_id))
            return
        raise next(iter(failed.values()))


class _NobodyToTell(UnexpectedAnswer):
    """There is no address that a letter could go to: waiting alone does not mend that."""


@dataclass(frozen=True, slots=True)
class _Post:
    """One letter on its way."""

    outlets: Outlets
    owners: Owners
    dispatch: Dispatch
    addressing: Addressing
    letter: Letter

    def configured(self, wanted: Sequence[Outlet]) -> tuple[Outlet, ...]:
        """Return those of the outlets that there are."""
        return tuple(outlet for outlet in wanted if outlet in self.outlets.channels)

    async def try_each(self, wanted: Sequence[Outlet]) -> dict[Outlet, FeedwardenError]:
        """Send through each outlet; return those that did not take it, with their trouble."""
        failed: dict[Outlet, FeedwardenError] = {}
        for outlet in self.configured(wanted):
            error = await self._try(outlet)
            if error is not None:
                failed[outlet] = error
        return failed

    async def _try(self, outlet: Outlet) -> FeedwardenError | None:
        letter = self.letter
        if outlet is Outlet.MAIL:
            try:
                letter = replace(letter, recipients=await self._recipients())
            except FeedwardenError as error:
                logger.warning(told("nobody to write to", letter=letter.letter_id, error=error))
                return error
        return await self.outlets.send(outlet, letter)

    async def _recipients(self) -> tuple[str, ...]:
        """Return the addresses; where nobody is meant to get mail, but has to, the owners'."""
        if self.dispatch.recipients is not None:
            return self.dispatch.recipients
        if self.addressing.to and not self.addressing.owners:
            return self.addressing.to
        try:
            owners = await self.owners.owners_of(self.dispatch.notice.feed)
        except FeedwardenError as error:
            if not self.addressing.to:
                raise
            # Those who are named must not wait for those who cannot be found out.
            logger.warning(told("owners not known: others are written to", error=error))
            return self.addressing.to
        for doubt in owners.doubts:
            logger.warning(told("not all owners could be made out", feed=self.dispatch.notice.feed.feed_id, why=doubt))
        found = distinct((*self.addressing.to, *owners.addresses))
        if not found and owners.doubts:
            raise UpstreamUnavailable(f"no owner could be made out: {owners.doubts[0]}", service=_SERVICE)
        if not found:
            raise _NobodyToTell("the feed has no owner with a mail address", service=_SERVICE)
        return found


def _letter(dispatch: Dispatch, links: Links | None) -> Letter:
    """Write the letter; its link is made now, so that an outage does not use up its time."""
    notice, group = dispatch.notice, dispatch.group
    if group is not None:
        listed = None if links is None or not group.decidable else links.to_requests_of(notice.feed)
        return letter_of_group(notice, group, link=listed)
    request, package = notice.facts.get("request"), package_of(notice)
    if links is None or not request or package is None:
        return letter_of(notice)
    return letter_of(notice, link=links.to_request(RequestRef(notice.feed, package, request)))


def _is_taken(outlets: Sequence[Outlet], failed: Mapping[Outlet, FeedwardenError]) -> bool:
    """Say whether anybody has the letter."""
    return any(outlet not in failed or isinstance(failed[outlet], PartlyTaken) for outlet in outlets)


def _missing(dispatch: Dispatch, failed: Mapping[Outlet, FeedwardenError]) -> tuple[str, ...] | None:
    """Return who has not got the mail yet, where others have; those must not get it once more."""
    error = failed.get(Outlet.MAIL)
    return error.missing if isinstance(error, PartlyTaken) else dispatch.recipients


def _for_log(notice: Notice, group: Group | None) -> Notice:
    """Return what the log tells: for many, which packages they are about."""
    if group is None:
        return notice
    counts = ", ".join(f"{number} {kind}" for kind, number in group.kinds)
    listed = ", ".join(member.package for member in group.members)
    facts = {"feed": notice.facts.get("feed", ""), "notices": counts, "packages": listed}
    return replace(notice, notice_id=group.group_id, facts=facts)


def _wait(dispatch: Dispatch, failed: dict[Outlet, FeedwardenError]) -> timedelta:
    """Return how long to wait: as planned, or as long as an outlet asked for, at most a day."""
    asked = [e.retry_after for e in failed.values() if isinstance(e, UpstreamUnavailable) and e.retry_after]
    return min(max([SEND_AGAIN_AFTER[dispatch.attempt], *asked]), _LONGEST_WAIT)
