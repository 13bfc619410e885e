"""Public twins and evidence packs as documents, and back: for the row of a case.

Fields are only added, with a value for rows that lack them. What the application packs is smaller than any of these
bounds, so a pack comes back as it was, and with the same digest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from shared.adapters.register.documents import (
    Document,
    cut_list,
    cut_text,
    read_number,
    read_text,
    read_texts,
    read_time,
    read_truth,
    write_time,
)
from shared.domain.advisories import Advisories, AdvisoryState
from shared.domain.evidence_pack import Classification, EvidencePack, OwnHistory, TwinClass
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin

# Characters, each at most 12 in JSON; and JSON characters of a list.
_DETAIL: Final = 1_000
_TEXT: Final = 300
_SENTENCE: Final = 1_000
_LIST: Final = 25_000


def maybe[T](value: Any, read: Callable[[Any], T]) -> T | None:  # noqa: ANN401  # comes from JSON
    """Read a value that may be null."""
    return None if value is None else read(value)


def twin_document(twin: PublicTwin) -> Document:
    """Return a twin as a document."""
    return {
        "presence": twin.presence,
        "detail": cut_text(twin.detail, _DETAIL),
        "first_published": write_time(twin.first_published),
        "latest_version": _cut(twin.latest_version),
        "maintainers": cut_list(twin.maintainers, _LIST),
        "publishers": cut_list(twin.publishers, _LIST),
        "latest_published": write_time(twin.latest_published),
        "install_scripts": None if twin.install_scripts is None else cut_list(twin.install_scripts, _LIST),
        "repository": _cut(twin.repository),
        "description": cut_text(twin.description, _TEXT),
        "releases": twin.releases,
        "withdrawn": twin.withdrawn,
        "name": _cut(twin.name),
    }


def twin_of(value: object) -> PublicTwin:
    """Read a twin, also of the earlier form; what does not fit is a TypeError, a ValueError or a KeyError."""
    if not isinstance(value, dict):
        raise TypeError(f"no twin: {value!r:.40}")
    return PublicTwin(
        presence=Presence(value["presence"]),
        detail=read_text(value["detail"]),
        first_published=maybe(value["first_published"], read_time),
        latest_version=maybe(value["latest_version"], read_text),
        maintainers=read_texts(value["maintainers"]),
        publishers=read_texts(value.get("publishers", [])),
        latest_published=maybe(value.get("latest_published"), read_time),
        install_scripts=maybe(value.get("install_scripts"), read_texts),
        repository=maybe(value.get("repository"), read_text),
        description=read_text(value.get("description", "")),
        releases=maybe(value.get("releases"), read_number),
        withdrawn=maybe(value.get("withdrawn"), read_number),
        name=maybe(value.get("name"), read_text),
    )


def pack_document(pack: EvidencePack) -> Document:
    """Return a pack as a document; its name is the case's."""
    return {
        "spelling": pack.name.spelling,
        "twin": twin_document(pack.twin),
        "first_published": write_time(pack.own.first_published),
        "latest_version": _cut(pack.own.latest_version),
        "advisories": pack.advisories.state,
        "advisory_ids": cut_list(pack.advisories.ids, _LIST),
        "asked_at": write_time(pack.advisories.asked_at),
        "jump": cut_text(pack.jump, _SENTENCE),
        "repository_is_ours": pack.repository_is_ours,
        "class": pack.classification.kind,
        "why": cut_text(pack.classification.why, _SENTENCE),
    }


def pack_of_document(value: object, name: PackageName) -> EvidencePack:
    """Read the pack about a name; what does not fit is a TypeError, a ValueError or a KeyError."""
    if not isinstance(value, dict):
        raise TypeError(f"no evidence pack: {value!r:.40}")
    return EvidencePack(
        name=PackageName(name.ecosystem, name.canonical, read_text(value["spelling"])),
        twin=twin_of(value["twin"]),
        own=OwnHistory(maybe(value["first_published"], read_time), maybe(value["latest_version"], read_text)),
        advisories=Advisories(
            AdvisoryState(value["advisories"]), read_texts(value["advisory_ids"]), maybe(value["asked_at"], read_time)
        ),
        jump=read_text(value["jump"]),
        repository_is_ours=maybe(value["repository_is_ours"], read_truth),
        classification=Classification(TwinClass(value["class"]), read_text(value["why"])),
    )


def _cut(text: str | None) -> str | None:
    return None if text is None else cut_text(text, _TEXT)
