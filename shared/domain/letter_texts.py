"""From notices to letters: plain words in, plain words out; channels make public data in them harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared.domain.letter_causes import TWINS, WHY
from shared.domain.letter_facts import cut, facts_of, moment_text, twin_of
from shared.domain.letter_groups import COLLISIONS, Group, Member
from shared.domain.letter_words import WORDS
from shared.domain.letter_words_instead import EMERGENCY, ENDED_BY_ITSELF, is_emergency, words_instead
from shared.domain.letters import Letter, Urgency, Words
from shared.domain.notices import Notice, NoticeKind
from shared.domain.policy import Mode
from shared.domain.reasons import Reason
from shared.domain.twin_class import TwinClass

_LONGEST_TITLE: Final = 200
_LONGEST_NAME: Final = 80
_PEOPLE: Final = ("who", "asked by")
_NO_MARKS: Final = str.maketrans(dict.fromkeys('"\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02', " "))
_LOUDEST_FIRST: Final = (Urgency.ALARM, Urgency.WARNING, Urgency.NEWS)
_ATTACKS: Final = frozenset({TwinClass.NEW_AND_SUSPICIOUS, TwinClass.KNOWN_MALICIOUS})

# Kinds that what the public package is makes louder.
_RAISED: Final = COLLISIONS | {
    NoticeKind.TWIN_CHANGED,
    NoticeKind.CANNOT_BE_JUDGED,
    NoticeKind.PROTECTION_NOT_HOLDING,
    NoticeKind.UNAPPROVED_VERSION_SAVED,
}
# Kinds where Feedwarden could have acted and did not: the letter says why.
_UNDONE: Final = frozenset(
    {
        NoticeKind.COLLISION_REPORTED,
        NoticeKind.SWITCH_LEFT_OPEN,
        NoticeKind.CANNOT_BE_JUDGED,
        NoticeKind.INTERNAL_ELSEWHERE,
        NoticeKind.CONTAMINATION_FOUND,
    }
)
_ONLY_REPORTED: Final = "For this package it only reports what it would do (mode: audit)."


class _Facts(dict[str, str]):
    """Facts as a template needs them: public texts are cut short, what is missing says so."""

    def __missing__(self, key: str) -> str:
        return "(not known)"


def letter_of(notice: Notice, *, link: str | None = None) -> Letter:
    """Write the letter of one notice, without recipients; `link` is the page of its request."""
    words = words_instead(notice) or WORDS[notice.kind]
    facts = _facts(notice)
    twin = twin_of(notice.facts.get("class", ""))
    paragraphs = (
        words.happened.format_map(facts),
        "" if twin is None else TWINS[twin][0],
        " ".join((words.done.format_map(facts), *_why_undone(notice))),
        " ".join(filter(None, (words.otherwise.format_map(facts), "" if link is None else words.invitation))),
    )
    return Letter(
        letter_id=notice.notice_id,
        urgency=_urgency(notice.kind, words, twin),
        title=cut(words.title.format_map(facts), _LONGEST_TITLE),
        paragraphs=tuple(filter(None, paragraphs)),
        facts=facts_of(notice),
        link=link,
    )


def letter_of_group(notice: Notice, group: Group, *, link: str | None = None) -> Letter:
    """Write one letter for many notices, without recipients; `notice` is one of them.

    `link` is the page that lists the open requests of the feed.
    """
    # Emergencies are grouped with their like only.
    words = {**WORDS, notice.kind: EMERGENCY} if is_emergency(notice) else WORDS
    kinds = [kind for kind, _ in group.kinds]
    loud = (_urgency(member.kind, words[member.kind], twin_of(member.twin)) for member in group.members)
    listed = tuple(cut(_line(member, words), _LONGEST_TITLE) for member in group.members)
    hidden = group.count - len(listed)
    more = (f"… and {hidden} more: see Feedwarden's record",) if hidden > 0 else ()
    counts = ", ".join(f"{number} {words[kind].short}" for kind, number in group.kinds)
    each = _each([words[kind] for kind in kinds])
    ending = _EVIDENCE if link is None else f"{_EVIDENCE} {_LIST}"
    return Letter(
        letter_id=group.group_id,
        urgency=min((*(words[kind].urgency for kind in kinds), *loud), key=_LOUDEST_FIRST.index),
        title=cut(f"{group.count} {words[kinds[0]].many}: {_where(notice)}", _LONGEST_TITLE),
        paragraphs=tuple(filter(None, (_beginning(notice, group, counts), _classes(group), *each, ending))),
        facts=(("Feed", cut(_where(notice))), *_span(group), ("In all", counts), *_told(group)),
        packages=(*listed, *more),
        link=link,
    )


_EVIDENCE: Final = (
    "So many at once are told in one message. What was found out about each of them is in Feedwarden's record and log."
)
_LIST: Final = "The link lists the requests of this feed that wait for its owners."


def _facts(notice: Notice) -> _Facts:
    told = {key: cut(text, _LONGEST_TITLE) for key, text in notice.facts.items() if text}
    return _Facts(told | {key: _quoted(told[key]) for key in _PEOPLE if key in told})


def _quoted(name: str) -> str:
    # People choose their names: without the marks, one that is a sentence would read as ours.
    return (
        f"\N{LEFT DOUBLE QUOTATION MARK}{cut(name.translate(_NO_MARKS), _LONGEST_NAME)}\N{RIGHT DOUBLE QUOTATION MARK}"
    )


def _urgency(kind: NoticeKind, words: Words, twin: TwinClass | None) -> Urgency:
    """Return how loud it is: what looks like an attack is, even where it was blocked.

    What people decide about it is not, or owners would learn to overlook alarms.
    """
    loud = twin in _ATTACKS and (kind in _RAISED or words is ENDED_BY_ITSELF)
    return Urgency.ALARM if loud else words.urgency


def _why_undone(notice: Notice) -> tuple[str, ...]:
    if notice.kind not in _UNDONE:
        return ()
    audit = _ONLY_REPORTED if _would_act(notice.facts) else ""
    first = notice.facts.get("reasons", "").partition(",")[0].strip()
    reason = WHY[Reason(first)] if first in set(Reason) else ""
    return tuple(filter(None, (audit, reason)))


def _would_act(facts: Mapping[str, str]) -> bool:
    return facts.get("mode") == Mode.AUDIT.value and Reason.EXTERNAL_VERSIONS_ALLOWED.value in facts.get("reasons", "")


def _where(notice: Notice) -> str:
    return notice.facts.get("feed") or notice.facts.get("organization") or notice.feed.organization


def _line(member: Member, words: Mapping[NoticeKind, Words]) -> str:
    twin = twin_of(member.twin)
    return f"{member.package}: {words[member.kind].short}" + ("" if twin is None else f"; {TWINS[twin][1]}")


def _beginning(notice: Notice, group: Group, counts: str) -> str:
    begun, ended = moment_text(group.since), moment_text(group.until)
    when = f"at {begun}" if begun == ended else f"between {begun} and {ended}"
    attack = " Many at once are how an attack on a whole organization looks." if _is_collision(group) else ""
    return f"In {_where(notice)}, {when}: {counts}.{attack}"


def _is_collision(group: Group) -> bool:
    return any(kind in COLLISIONS for kind, _ in group.kinds)


def _classes(group: Group) -> str:
    twins = [twin_of(member.twin) for member in group.members]
    counts = [(TWINS[twin][1], twins.count(twin)) for twin in TwinClass if twin in twins]
    return "The public packages: " + ", ".join(f"{number} {words}" for words, number in counts) + "." if counts else ""


def _each(spoken: Sequence[Words]) -> tuple[str, ...]:
    """Say once for each kind what was done and what happens then; the list says which package is of which kind."""
    each = _Facts(package="each of these packages", feed="the feed")
    return tuple(
        f"{words.short.capitalize()}: {words.done.format_map(each)} {words.otherwise.format_map(each)}"
        for words in spoken
    )


def _span(group: Group) -> tuple[tuple[str, str], ...]:
    return (("First noticed", moment_text(group.since)), ("Last noticed", moment_text(group.until)))


def _told(group: Group) -> tuple[tuple[str, str], ...]:
    return (("Told by themselves before", cut(", ".join(group.told))),) if group.told else ()
