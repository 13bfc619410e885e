"""Feeds as the service writes them, row by row: one odd row, or one odd source, does not hide the others.

Source: Feed Management, https://learn.microsoft.com/rest/api/azure/devops/artifacts/feed-management
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, PlainValidator, ValidationError

from shared.adapters.azure_devops.exchange import Shape
from shared.domain.feeds import UpstreamKind

# Can be no GUID, so no version can name it.
_NO_ID: Final = "unreadable"

type _Id = Annotated[str, Field(min_length=1)]


def guid(text: str) -> str:
    """Settle an id's letter case: the service compares GUIDs without it, we compare text."""
    return text.lower()


def kind_of(text: str | None) -> UpstreamKind | None:
    """Read `public` or `internal` in any letter case; None for anything else."""
    word = (text or "").lower()
    return UpstreamKind(word) if word in set(UpstreamKind) else None


class ProjectRow(Shape):
    """The project of a project-scoped feed."""

    id: _Id
    name: str | None = None


class SourceRow(Shape):
    """An upstream source, as far as it can be read."""

    id: str | None = None
    name: str | None = None
    protocol: str | None = None
    location: str | None = None
    upstream_source_type: str | None = None
    status: str | None = None
    deleted_date: str | None = None
    internal_upstream_collection_id: str | None = None
    internal_upstream_feed_id: str | None = None
    internal_upstream_project_id: str | None = None
    internal_upstream_view_id: str | None = None

    @property
    def source_id(self) -> str:
        """Its id, or a word that no version can name."""
        return guid(self.id) if self.id else _NO_ID

    @property
    def kind(self) -> UpstreamKind | None:
        """Where it leads; None where that cannot be read, or where the source says not even which one it is."""
        return kind_of(self.upstream_source_type) if self.id else None


def _source(value: object) -> SourceRow:
    try:
        return SourceRow.model_validate(value)
    except ValidationError:
        # What is left of it must still stand in the feed: a source that nobody sees would loosen the verdict.
        members = value if isinstance(value, dict) else {}
        texts = {key: members[key] for key in ("id", "name", "protocol") if isinstance(members.get(key), str)}
        return SourceRow.model_validate(texts)


def _sources(value: object) -> tuple[SourceRow, ...]:
    if value is None:
        return ()
    return tuple(map(_source, value)) if isinstance(value, list) else (SourceRow(),)


def _flag(value: object) -> bool:
    # The default of both flags is also the cautious reading: such a feed is looked at.
    return value is not False


class FeedRow(Shape):
    """One feed."""

    id: _Id
    name: str
    project: ProjectRow | None = None
    is_enabled: Annotated[bool, PlainValidator(_flag)] = True
    upstream_enabled: Annotated[bool, PlainValidator(_flag)] = True
    upstream_sources: Annotated[tuple[SourceRow, ...], PlainValidator(_sources)] = ()


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row that is no feed; `flaw` says where it departs from the documentation, and quotes no values."""

    flaw: str


def _row(value: object) -> FeedRow | UnreadableRow:
    try:
        return FeedRow.model_validate(value)
    except ValidationError as error:
        flaw = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = "".join(f".{part}" for part in flaw["loc"])
        return UnreadableRow(f"{place} is not as documented ({flaw['type']})")


class FeedRows(Shape):
    """The list of feeds."""

    value: tuple[Annotated[FeedRow | UnreadableRow, PlainValidator(_row)], ...]
