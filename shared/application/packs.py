"""Packs: put together what an owner needs to judge a public twin, and say whether it became worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Final

from shared.domain.advisories import NOT_ASKED, Advisories, AdvisoryState
from shared.domain.cases import Case
from shared.domain.evidence_pack import EvidencePack, pack_of
from shared.domain.names import PackageName
from shared.domain.ours import Ours
from shared.domain.own_history import highest, own_history
from shared.domain.twins import Presence, PublicTwin, kept
from shared.domain.versions import FeedVersion
from shared.errors import RefusedName
from shared.ports import AdvisorySource, Clock

# A malicious package is mostly told of within days; later, only what changed is asked about again.
ASKED_FOR: Final = timedelta(days=14)
# Rechecks follow each other within seconds: an answer is good for a while.
_GOOD_FOR: Final = timedelta(hours=1)
# What a registry says is anybody's text: a pack is small enough to be stored whole, and its digest with it.
_TEXT, _TEXTS, _LIST = 300, 100, 20

_SEEN: Final = frozenset({Presence.PRESENT, Presence.TOMBSTONE})
_ANSWERED: Final = frozenset({AdvisoryState.MALICIOUS, AdvisoryState.NONE_KNOWN})
# What belongs to one release of the twin: a registry that leaves it out this time has told it before.
_TOLD: Final = (
    *("first_published", "latest_published", "install_scripts", "repository", "description"),
    *("releases", "withdrawn", "name"),
)


def bounded(twin: PublicTwin) -> PublicTwin:
    """Cut a twin's texts and lists to what is kept; of its versions nothing is, and all are needed until then."""
    cut: dict[str, object] = {}
    for member in (field.name for field in fields(twin) if field.name != "versions"):
        value = getattr(twin, member)
        if isinstance(value, tuple):
            cut[member] = _bounded_list(value)
        elif isinstance(value, str) and member != "presence":
            cut[member] = _cut(value, _TEXT)
    return replace(twin, **cut)  # type: ignore[arg-type]  # each value has the type of the one it was cut from


def _bounded_list(texts: Sequence[str]) -> tuple[str, ...]:
    # What is cut says so: of accounts that are all ours, one that was left out must not be forgotten.
    kept = tuple(_cut(text, _TEXTS) for text in texts[:_LIST])
    return kept if len(texts) <= _LIST else (*kept[:-1], f"… and {len(texts) - _LIST + 1} more")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def seen_at(known: Case | None, twin: PublicTwin, now: datetime) -> datetime | None:
    """Return when the twin was first seen; a case of the earlier form that saw it did so when it was opened."""
    if known is not None and known.twin_seen_at is not None:
        return known.twin_seen_at
    if known is not None and known.twin.presence in _SEEN:
        return known.opened_at
    return now if twin.presence in _SEEN else None


@dataclass(frozen=True, slots=True)
class Packer:
    """Puts evidence packs together; asks about names only that are, or were, public."""

    source: AdvisorySource
    ours: Ours
    clock: Clock

    async def pack(
        self,
        name: PackageName,
        twin: PublicTwin,
        versions: Sequence[FeedVersion],
        known: Case | None,
        *,
        may_ask: bool = True,
    ) -> EvidencePack | None:
        """Return the pack as of now; where the twin was not seen this time, the recorded one; None = never seen.

        `versions` are what our side holds, wherever that is. `may_ask` = the advisory database may learn the name.
        """
        recorded = None if known is None else known.pack
        if twin.presence not in _SEEN:
            return recorded
        whole = kept(twin if recorded is None else _completed(twin, recorded.twin))
        own = own_history(versions)
        if own.latest_version is not None:
            own = replace(own, latest_version=_cut(own.latest_version, _TEXT))
        if may_ask:
            advisories = await self._advisories(name, whole, known)
        else:
            advisories = NOT_ASKED if recorded is None else recorded.advisories
        return pack_of(name=name, twin=whole, own=own, advisories=advisories, ours=self.ours)

    async def _advisories(self, name: PackageName, twin: PublicTwin, known: Case | None) -> Advisories:
        pack = None if known is None else known.pack
        recorded = NOT_ASKED if pack is None else pack.advisories
        changed = pack is None or _changed(pack.twin, twin)
        if not (changed or self._is_due(recorded, known)):
            return recorded
        answer = await self.source.ask(_as_published(name, twin))
        if answer.state in _ANSWERED:
            return replace(answer, ids=_bounded_list(answer.ids))
        # Nobody answered: an alarm stays, and so does an all-clear that was given for this very twin.
        keeps = recorded.state is AdvisoryState.MALICIOUS or (
            recorded.state is AdvisoryState.NONE_KNOWN and not changed
        )
        return recorded if keeps else replace(answer, ids=())

    def _is_due(self, recorded: Advisories, known: Case | None) -> bool:
        if recorded.state not in _ANSWERED or recorded.asked_at is None:
            return True
        now = self.clock()
        first = None if known is None else known.twin_seen_at
        fresh = first is None or now - first < ASKED_FOR
        return fresh and now - recorded.asked_at >= _GOOD_FOR


def _completed(twin: PublicTwin, recorded: PublicTwin) -> PublicTwin:
    """Fill in what was told of the same release before, so that an answer with gaps is no change."""
    if twin.latest_version not in {None, recorded.latest_version}:
        return twin
    silent = [member for member in _TOLD if getattr(twin, member) in {None, ""}]
    silent += [member for member in ("maintainers", "publishers") if not getattr(twin, member)]
    told = {member: getattr(recorded, member) for member in silent}
    return replace(twin, latest_version=recorded.latest_version, **told)


def _changed(recorded: PublicTwin, twin: PublicTwin) -> bool:
    # A file can be added to an old release, or another version published below the highest: only the time tells.
    members = ("latest_version", "latest_published", "publishers")
    return any(getattr(recorded, member) != getattr(twin, member) for member in members)


def _as_published(name: PackageName, twin: PublicTwin) -> PackageName:
    """Return the name in the registry's own spelling, which is what advisories are filed under."""
    try:
        published = name if twin.name is None else PackageName.of(name.ecosystem, twin.name)
    except RefusedName:
        return name
    return published if published == name else name


def is_worse(known: EvidencePack | None, found: EvidencePack | None) -> bool:
    """Say whether a pack tells people something that the recorded one does not: what only went away is no news.

    `worse` of evidence_changes.py asks whether a decision still stands: only what speaks against it, any other version.
    """
    if found is None or known is None:
        return found is not None
    return is_judged_otherwise(known, found) or _tells_more(known, found)


def is_judged_otherwise(known: EvidencePack | None, found: EvidencePack | None) -> bool:
    """Say whether a pack has another class or other advisories than the recorded one, or is the first."""
    if found is None or known is None:
        return found is not None
    before, after = known.advisories, found.advisories
    alarmed, alarms = (told.state is AdvisoryState.MALICIOUS for told in (before, after))
    # A database that falls silent says nothing new; that it answers again is news of what it did not answer about.
    same = known.twin.latest_version == found.twin.latest_version
    return (
        known.classification.kind is not found.classification.kind
        or alarmed is not alarms
        or (same and before.state not in _ANSWERED and after.state in _ANSWERED)
        or bool(set(after.ids) - set(before.ids))
    )


def _tells_more(known: EvidencePack, found: EvidencePack) -> bool:
    before, after = known.twin, found.twin
    if after.latest_version not in {None, before.latest_version}:
        # Two caches that take turns with an old and a new answer would be news each time.
        return _is_later(before, after)
    return (
        _is_uploaded_to(before, after)
        or known.advisories.state is not found.advisories.state
        or bool(set(after.publishers) - set(before.publishers))
        or bool(set(after.install_scripts or ()) - set(before.install_scripts or ()))
        or after.repository not in {None, before.repository}
    )


def _is_uploaded_to(before: PublicTwin, after: PublicTwin) -> bool:
    # Where no time was told before, one that is told now is no news.
    old, new = before.latest_published, after.latest_published
    return old is not None and new is not None and new > old


def _is_later(before: PublicTwin, after: PublicTwin) -> bool:
    if before.latest_published is None or after.latest_published is None:
        return highest((before.latest_version or "", after.latest_version or "")) == after.latest_version
    return after.latest_published > before.latest_published
