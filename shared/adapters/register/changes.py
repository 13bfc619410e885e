"""What a change of a case writes: pure, from the change to the operations of its one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from shared.adapters.register import keys
from shared.adapters.register.approval_rows import write_approval
from shared.adapters.register.documents import Entity
from shared.adapters.register.event_rows import write_event, write_notice
from shared.adapters.register.operations import Insert, Operation, Put, Remove, Replace
from shared.adapters.register.rows import write_case
from shared.domain.approvals import Approval
from shared.domain.feeds import FeedRef
from shared.domain.notices import Notice
from shared.ports import CaseChange


def operations_of(change: CaseChange, *, mark: Entity, standing: Approval | None) -> list[Operation]:
    """Return what is written, the case first; `mark` goes into its row.

    `standing` is the approval that is alive on record, as far as `needs_standing` asks for it.
    """
    case, event = change.case, change.event
    partition = keys.feed_partition(case.feed)
    place = partition, keys.case_row(case.name)
    entity = write_case(case) | mark
    first: Operation = Insert(*place, entity) if change.replaces is None else Replace(*place, entity, change.replaces)
    chained = Insert(partition, keys.event_row(case.name, event.sequence), write_event(event))
    return [first, chained, *_approvals(change, partition, standing), *waiting(case.feed, change.notices)]


def needs_standing(change: CaseChange) -> bool:
    """Say whether approvals end with the change and none takes their place: the row of one may have to go."""
    return bool(change.approvals) and not any(approval.is_alive for approval in change.approvals)


def waiting(feed: FeedRef, notices: Sequence[Notice]) -> list[Operation]:
    """Return what puts notices into the outbox of a feed."""
    if any(notice.feed != feed for notice in notices):
        raise ValueError("a notice of another feed cannot move together with what it is about")
    return [Insert(keys.feed_partition(feed), keys.outbox_row(n.notice_id), write_notice(n)) for n in notices]


def _approvals(change: CaseChange, partition: str, standing: Approval | None) -> list[Operation]:
    case = change.case
    if any((approval.feed, approval.name) != (case.feed, case.name) for approval in change.approvals):
        raise ValueError("an approval of another package cannot move together with this case")
    alive = [approval for approval in change.approvals if approval.is_alive]
    if len(alive) > 1:
        raise ValueError("of one package one approval is alive at most")
    ended = [approval for approval in change.approvals if not approval.is_alive]
    past = [Insert(partition, keys.past_approval_row(a.name, a.approval_id), write_approval(a)) for a in ended]
    place = partition, keys.approval_row(case.name)
    if alive:
        return [Put(*place, write_approval(alive[0])), *past]
    gone = standing is not None and standing.approval_id in {approval.approval_id for approval in ended}
    return [Remove(*place), *past] if gone else [*past]
