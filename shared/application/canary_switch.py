"""The canary's switch, closed whatever became of the exercise."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from shared.application.canary_row import KEY, read_exercise
from shared.domain.canary import SILENT_AFTER, Exercise, Phase, Trial
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import FeedNotFound, UpstreamError
from shared.logs import told
from shared.ports import Cursors, FeedService

logger = logging.getLogger(__name__)


class _Closing(StrEnum):
    DONE = "done"
    FAILED = "failed"
    NO_FEED = "no-feed"


async def close(service: FeedService, ref: FeedRef, name: PackageName, *, surely: bool) -> bool:
    """Close the switch where it stands open; return False where it may stand open still. Idempotent.

    `surely` = do not rely on how it reads: one that was opened a moment ago may still read as closed.
    """
    return await _closed(service, ref, name, surely=surely) is _Closing.DONE


async def ended(service: FeedService, exercise: Exercise, trial: Trial, now: datetime, *, surely: bool) -> Exercise:
    """Close the switch, and return the exercise as it stands then: at rest, or closing still.

    A feed that is not found may be one that we have no right to see, and its switch open: it is taken for gone only
    where the list of feeds has lacked it for long enough that people could see what readiness says.
    """
    surely = surely or exercise.missing_since is not None
    closing = await _closed(service, trial.feed, trial.name, surely=surely)
    if closing is _Closing.DONE:
        return replace(exercise, phase=Phase.REST, missing_since=None)
    if closing is _Closing.FAILED:
        return replace(exercise, phase=Phase.CLOSING)
    return await _missed(service, exercise, trial, now)


async def give_way(service: FeedService, cursors: Cursors, trial: Trial) -> None:
    """Close what we may have opened late: another instance may have ended the exercise meanwhile.

    Raises what tables raise.
    """
    exercise = read_exercise(await cursors.read(KEY))
    if exercise is None or not exercise.is_under_way(trial):
        await close(service, trial.feed, trial.name, surely=True)


async def _closed(service: FeedService, ref: FeedRef, name: PackageName, *, surely: bool) -> _Closing:
    try:
        feed = await service.feed(ref)
        if surely or await service.get_upstreaming_behavior(feed, name) is not UpstreamingBehavior.AUTO:
            logger.warning(told("the canary closes its switch itself", package=name))
            await service.clear_upstreaming_behavior(feed, name)
    except UpstreamError as error:
        logger.error(told("the canary's switch may stand open", package=name, error=error))  # noqa: TRY400  # the text says it all
        return _Closing.NO_FEED if isinstance(error, FeedNotFound) else _Closing.FAILED
    return _Closing.DONE


async def _missed(service: FeedService, exercise: Exercise, trial: Trial, now: datetime) -> Exercise:
    try:
        listed = {feed.ref.feed_id for feed in await service.feeds()}
    except UpstreamError as error:
        logger.warning(told("the canary's feed is not found, and no list of feeds is there", error=error))
        return replace(exercise, phase=Phase.CLOSING)
    if trial.feed.feed_id in listed:
        return replace(exercise, phase=Phase.CLOSING, missing_since=None)
    # A moment that lies ahead was told by a clock that was wrong: counted from now.
    since = now if exercise.missing_since is None else min(exercise.missing_since, now)
    if now - since <= SILENT_AFTER:
        return replace(exercise, phase=Phase.CLOSING, missing_since=since)
    logger.warning(told("the canary's feed is taken for gone", feed=trial.feed.feed_id, since=since.isoformat()))
    return replace(exercise, phase=Phase.REST, missing_since=None)
