"""Scripted trouble and the log of calls, shared by every fake."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a fake saw; `feed` and `name` where the method has them."""

    method: str
    feed: FeedRef | None = None
    name: PackageName | None = None


@dataclass(slots=True, kw_only=True)
class _Fault:
    method: str
    error: Exception
    feed: FeedRef | None
    name: PackageName | None
    left: int | None
    after: bool
    spared: int

    def hits(self, call: Call, *, after: bool) -> bool:
        """Say whether this fault is due for that call; a filter left out means every one."""
        return (
            self.method == call.method
            and self.after is after
            and self.feed in (None, call.feed)
            and self.name in (None, call.name)
            and self.left != 0
        )


@dataclass(slots=True)
class Faults:
    """What will go wrong, and every call so far, failed ones too."""

    calls: list[Call] = field(default_factory=list)
    _faults: list[_Fault] = field(default_factory=list)

    def fail(
        self,
        method: str,
        error: Exception,
        *,
        feed: FeedRef | None = None,
        name: PackageName | None = None,
        times: int | None = 1,
        after: bool = False,
        spared: int = 0,
    ) -> None:
        """Let calls of a method fail.

        Args:
            method: the port's method name.
            error: what is raised.
            feed: only for this feed.
            name: only for this package.
            times: how often; None = from now on.
            after: the work is done, and then the answer is lost: how a crash or a cut line looks.
            spared: so many calls go well before the first that fails.
        """
        self._faults.append(
            _Fault(method=method, error=error, feed=feed, name=name, left=times, after=after, spared=spared)
        )

    def heal(self) -> None:
        """Forget every fault that is still due."""
        self._faults.clear()

    def count(self, method: str) -> int:
        """Return how often a method was called."""
        return sum(1 for call in self.calls if call.method == method)

    async def begin(self, method: str, *, feed: FeedRef | None = None, name: PackageName | None = None) -> Call:
        """Log the call, give other tasks a turn as a real call would, and fail where a fault is due."""
        call = Call(method, feed, name)
        self.calls.append(call)
        await asyncio.sleep(0)
        self._raise_due(call, after=False)
        return call

    def end(self, call: Call) -> None:
        """Fail where the answer of a call that did its work is to be lost."""
        self._raise_due(call, after=True)

    def _raise_due(self, call: Call, *, after: bool) -> None:
        for fault in self._faults:
            if not fault.hits(call, after=after):
                continue
            if fault.spared:
                fault.spared -= 1
            else:
                fault.left = None if fault.left is None else fault.left - 1
                raise fault.error
