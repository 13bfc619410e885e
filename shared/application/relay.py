"""Relay: from the outbox to the queue, at least once; what comes in a burst is held, and queued as one."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.application.notify_messages import Dispatch
from shared.application.notify_windows import Windows
from shared.domain.feeds import FeedRef
from shared.domain.letter_groups import family_of, group_of
from shared.domain.letter_rules import Addressing
from shared.domain.letter_windows import Plan, plan
from shared.domain.notices import Notice
from shared.domain.rules import GuardPolicy
from shared.errors import FeedwardenError, StaleWrite
from shared.logs import told
from shared.ports import Clock, Queue, QueueName, Register

logger = logging.getLogger(__name__)

# Of one family in one feed and run; the others wait for the next. It bounds memory, and the row of a window.
_MOST: Final = 2_000

type _Family = tuple[FeedRef, str]


@dataclass(frozen=True, slots=True)
class Relay:
    """Moves notices out; a crash at any point repeats some, and loses none. Why so: docs/adr/0011."""

    register: Register
    queue: Queue
    windows: Windows
    policy: GuardPolicy
    clock: Clock

    async def relay(self) -> int:
        """Queue what is due of the outbox, then forget it; return how many notices. Raises the last trouble at the end.

        One that cannot be queued must not hold up those behind it; it stays for the next time.
        """
        count, trouble = 0, list[FeedwardenError]()
        for family, notices in (await self._waiting()).items():
            try:
                count += await self._relay_family(family, notices, trouble)
            except StaleWrite:
                # Another run of the timer decides about this family now.
                logger.info(told("letters are relayed by another instance too", family=family[1]))
            except FeedwardenError as error:
                trouble.append(error)
        if trouble:
            raise trouble[-1]
        return count

    async def _waiting(self) -> Mapping[_Family, Sequence[Notice]]:
        found: dict[_Family, list[Notice]] = {}
        async for notice in self.register.outbox():
            family = found.setdefault((notice.feed, family_of(notice)), [])
            if len(family) < _MOST:
                family.append(notice)
        return found

    async def _relay_family(self, family: _Family, notices: Sequence[Notice], trouble: list[FeedwardenError]) -> int:
        stored = await self.windows.read(*family)
        step = plan(stored.window, notices, self.clock())
        # Before anything leaves: a repeat after a crash then does the same once more, and no other thing.
        await self.windows.save(*family, step.window, replaces=stored)
        count = 0
        for notice in step.single:
            try:
                await self.queue.put(QueueName.NOTICES, Dispatch(notice).text())
                await self.register.remove_from_outbox(notice)
            except FeedwardenError as error:
                trouble.append(error)
            else:
                count += 1
        return count + await self._relay_group(family, step)

    async def _relay_group(self, family: _Family, step: Plan) -> int:
        if step.grouped:
            for dispatch in self._dispatches(step):
                await self.queue.put(QueueName.NOTICES, dispatch.text())
            # Only now may members be forgotten; until then a repeat sends the whole letter again, under the same id.
            await self.windows.mark_queued(*family, step.window)
        return await self._forget((*step.grouped, *step.done))

    def _dispatches(self, step: Plan) -> Iterable[Dispatch]:
        """Return one letter for each set of people that the policy names for members of the group."""
        by_people: dict[Addressing, list[Notice]] = {}
        for notice in step.grouped:
            by_people.setdefault(self.policy.addressing(notice), []).append(notice)
        group_id = "" if step.window.group is None else step.window.group.group_id
        before = tuple(one.package for one in step.window.told)
        for number, notices in enumerate(by_people.values(), start=1):
            name = group_id if len(by_people) == 1 else f"{group_id}-{number}"
            yield Dispatch(notices[0], group_of(name, notices, told=before if len(by_people) == 1 else ()))

    async def _forget(self, notices: Sequence[Notice]) -> int:
        for notice in notices:
            await self.register.remove_from_outbox(notice)
        return len(notices)
