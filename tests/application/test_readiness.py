"""Readiness tells of every dependency, whatever one of them does."""

from __future__ import annotations

import logging

import pytest

from tests.application.house import House


async def test_a_section_that_breaks_hides_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """Not only our own errors: a defect in one section is that section's, is logged, and shows no text of it."""
    house = House()
    house.service.world.add_feed("core")
    house.service.faults.fail("organization_policy", OverflowError("cannot convert float infinity to integer"))
    with caplog.at_level(logging.ERROR):
        report = await house.readiness.report()
    assert not report["organization-policy"].ok
    assert report["organization-policy"].detail == "could not be told (OverflowError): see the log"
    assert {"tables", "queues", "azure-devops", "walks", "registries", "hooks", "canary"} <= set(report)
    assert report["tables"].ok
    (record,) = caplog.records
    assert record.message == "readiness not told section=organization-policy"
    assert record.exc_info is not None
