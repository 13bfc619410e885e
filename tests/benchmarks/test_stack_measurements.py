"""The measurements that need the whole stack: their pure parts, and one small run."""

from __future__ import annotations

import pytest

from benchmarks import detection, intake
from benchmarks.detection import seed_of
from local.simulators.azure_devops.models import Seed
from shared.domain.cases import CaseEvent


def test_detection_is_compared_with_one_interval_and_two_seconds() -> None:
    """The slowest of a few decides."""
    waits = {CaseEvent.ENFORCEMENT_SENT: [1.0, 5.0], CaseEvent.FOUND_PROTECTED: [6.0, 9.0]}
    figures = detection.figures(waits)
    assert [figure.value for figure in figures] == [1.0, 5.0, 6.0, 9.0]
    assert [figure.met for figure in figures] == [None, False, None, None]


def test_the_attacked_feed_is_one_that_the_simulator_takes() -> None:
    """Each package's switch is open."""
    (organization,) = Seed.model_validate(seed_of(3)).organizations
    assert len(organization.feeds[0].switches) == len(organization.feeds[0].packages) == 3


@pytest.mark.stack
@pytest.mark.azurite
def test_intake_and_an_empty_function_both_take_deliveries() -> None:
    """One delivery of each sender; the empty app runs in the local host."""
    figures = intake.measure(1, rounds=1)
    assert len(figures) == 2
    assert all(figure.value > 0 for figure in figures)


@pytest.mark.stack
@pytest.mark.azurite
def test_detection_of_two_attacks() -> None:
    """Both end protected, and no wait is negative."""
    figures = detection.measure(2)
    assert all(figure.value > 0 for figure in figures)
