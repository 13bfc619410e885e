"""What waits in the queues survives the way through text, and junk is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.application.messages import CheckRequest, DeliveryKey, SweepKind, SweepRequest
from shared.application.notify_messages import Dispatch
from shared.domain.feeds import FeedRef
from shared.errors import UntrustedInput
from tests.application.house import BILLING

REF = FeedRef("contoso", None, "feed-ä")


def test_a_check_request_comes_back_as_it_went() -> None:
    """Every member survives, and the spelling too."""
    request = CheckRequest(REF, BILLING, "delivery 1", package_id="p", attempt=3)
    read = CheckRequest.of(request.text())
    assert read == request
    assert read.name.spelling == BILLING.spelling


def test_the_next_attempt_searches_anew() -> None:
    """A recheck counts up and forgets the listed id."""
    again = CheckRequest(REF, BILLING, "delivery 1", package_id="p").again()
    assert (again.attempt, again.package_id) == (1, None)


@pytest.mark.parametrize("feed", [None, REF])
@pytest.mark.parametrize("delivery", [None, DeliveryKey("generic", "d-1")])
def test_a_sweep_request_comes_back_as_it_went(feed: FeedRef | None, delivery: DeliveryKey | None) -> None:
    """Every member survives, those that are missing too."""
    request = SweepRequest(SweepKind.HINT, "x", feed=feed, skip=2000, hinted_feed="core", delivery=delivery)
    assert SweepRequest.of(request.text()) == request


_JUNK = st.one_of(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=5,
    ).map(lambda value: str(value).replace("'", '"')),
    st.sampled_from(['{"schema": 1}', '{"schema": 1, "feed": 3, "delivery": []}', '{"schema": 1, "kind": "x"}', "[1]"]),
)


@given(_JUNK)
def test_junk_is_refused_by_every_reader(text: str) -> None:
    """Readers raise only our error."""
    for read in (CheckRequest.of, SweepRequest.of, Dispatch.of):
        with pytest.raises(UntrustedInput):
            read(text)


@pytest.mark.parametrize("read", [CheckRequest.of, SweepRequest.of, Dispatch.of])
def test_deep_junk_is_refused_too(read: Callable[[str], object]) -> None:
    """A parser's own depth limit is no crash of ours."""
    with pytest.raises(UntrustedInput):
        read("[" * 100_000)


@pytest.mark.parametrize(("member", "message"), [("attempt", "check"), ("attempt", "sweep"), ("skip", "sweep")])
def test_an_endless_number_is_refused_too(member: str, message: str) -> None:
    """JSON knows numbers that no integer is."""
    sweep = SweepRequest(SweepKind.HINT, "x", feed=REF, skip=0)
    text = sweep.text() if message == "sweep" else CheckRequest(REF, BILLING, "x").text()
    assert f'"{member}": 0' in text
    with pytest.raises(UntrustedInput):
        (SweepRequest if message == "sweep" else CheckRequest).of(text.replace(f'"{member}": 0', f'"{member}": 1e999'))
