"""In-memory fakes of the ports; the storage ones pass the same contract suites as the real adapters."""

from tests.fakes.advisories import FakeAdvisories
from tests.fakes.faults import Call, Faults
from tests.fakes.feed_service import FakeFeedService
from tests.fakes.feed_world import (
    ORGANIZATION,
    FeedWorld,
    HeldPackage,
    internal_source,
    public_source,
    versions_of,
)
from tests.fakes.followed import FollowedNames, FollowedStandings, ScriptedList
from tests.fakes.hooks import FakeHooks
from tests.fakes.outlets import FakeOwners, MemoryQueue, QueuedMessage, RecordingChannel, RecordingOutlet, person
from tests.fakes.positions import MemoryCursors, MemoryDeliveries, MemoryNamesIndex
from tests.fakes.public_names import MemoryPublicNames
from tests.fakes.publisher import FakePublisher
from tests.fakes.register import MemoryRegister
from tests.fakes.registries import FakeRegistry, fake_registries
from tests.fakes.times import START, CountingIds, PassingSleep, SettableClock

__all__ = [
    "ORGANIZATION",
    "START",
    "Call",
    "CountingIds",
    "FakeAdvisories",
    "FakeFeedService",
    "FakeHooks",
    "FakeOwners",
    "FakePublisher",
    "FakeRegistry",
    "Faults",
    "FeedWorld",
    "FollowedNames",
    "FollowedStandings",
    "HeldPackage",
    "MemoryCursors",
    "MemoryDeliveries",
    "MemoryNamesIndex",
    "MemoryPublicNames",
    "MemoryQueue",
    "MemoryRegister",
    "PassingSleep",
    "QueuedMessage",
    "RecordingChannel",
    "RecordingOutlet",
    "ScriptedList",
    "SettableClock",
    "fake_registries",
    "internal_source",
    "person",
    "public_source",
    "versions_of",
]
