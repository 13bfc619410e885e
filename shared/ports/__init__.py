"""What the application needs from the world, as Protocols; adapters and test fakes implement them.

All methods raise only FeedwardenError subclasses: UpstreamUnavailable for what may pass, the other
UpstreamErrors for what a person must mend. Times are aware UTC.
"""

from __future__ import annotations

from shared.ports.feeds import (
    ChangePage,
    FeedService,
    FetchOutcome,
    HookSubscriptions,
    ListedPackage,
    Owners,
    PackagePage,
    Publisher,
)
from shared.ports.people import Door, LetterChannel, Link, Links, NoticeChannel, RequestRef
from shared.ports.register import CaseChange, Chains, Digests, Register, StoredCase
from shared.ports.registries import (
    AdvisorySource,
    ChangedNames,
    ChangeFeed,
    ChangeFeeds,
    NameList,
    NameLists,
    NamePage,
    PublicNames,
    PublicRegistry,
    Registries,
)
from shared.ports.storage import (
    Cursor,
    Cursors,
    Deliveries,
    DeliveryState,
    HeldName,
    HeldNames,
    NamesIndex,
    Queue,
    QueueName,
)
from shared.ports.surroundings import Clock, NewId, Sleep

__all__ = [
    "AdvisorySource",
    "CaseChange",
    "Chains",
    "ChangeFeed",
    "ChangeFeeds",
    "ChangePage",
    "ChangedNames",
    "Clock",
    "Cursor",
    "Cursors",
    "Deliveries",
    "DeliveryState",
    "Digests",
    "Door",
    "FeedService",
    "FetchOutcome",
    "HeldName",
    "HeldNames",
    "HookSubscriptions",
    "LetterChannel",
    "Link",
    "Links",
    "ListedPackage",
    "NameList",
    "NameLists",
    "NamePage",
    "NamesIndex",
    "NewId",
    "NoticeChannel",
    "Owners",
    "PackagePage",
    "PublicNames",
    "PublicRegistry",
    "Publisher",
    "Queue",
    "QueueName",
    "Register",
    "Registries",
    "RequestRef",
    "Sleep",
    "StoredCase",
]
