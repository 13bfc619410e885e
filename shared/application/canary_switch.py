"""The canary's switch, closed whatever became of the exercise."""

from __future__ import annotations

import logging

from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import FeedNotFound, UpstreamError
from shared.logs import told
from shared.ports import FeedService

logger = logging.getLogger(__name__)


async def close(service: FeedService, ref: FeedRef, name: PackageName, *, surely: bool) -> bool:
    """Close the switch where it stands open; return False where it may stand open still. Idempotent.

    `surely` = do not rely on how it reads: one that was opened a moment ago may still read as closed.
    """
    try:
        feed = await service.feed(ref)
        if surely or await service.get_upstreaming_behavior(feed, name) is not UpstreamingBehavior.AUTO:
            logger.warning(told("the canary closes its switch itself", package=name))
            await service.clear_upstreaming_behavior(feed, name)
    except FeedNotFound as error:
        logger.warning(told("the canary's feed is gone", error=error))
    except UpstreamError as error:
        logger.error(told("the canary's switch may stand open", package=name, error=error))  # noqa: TRY400  # the text says it all
        return False
    return True
