"""Whether prefixes of internal names are claimed by us, as far as public registries tell.

Only prefixes are asked about (`@contoso`, `Contoso.`), never a name; with DISCLOSE_NAMES `never` nothing is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from local.onboard import prefixes_wire
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from local.onboard.prefixes_wire import Held
from local.onboard.step_settings import MEND
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource, sources_of
from shared.errors import FeedwardenError

_MOST_FEEDS: Final = 20
_MOST_ASKED: Final = 20
_ASKABLE: Final = (Ecosystem.NPM, Ecosystem.NUGET)
_NO_OWNER: Final = (Ecosystem.PYPI, Ecosystem.CARGO)
_CLAIM: Final = {
    Ecosystem.NPM: "create an organization of that name on the npm registry, which is what owns a scope",
    Ecosystem.NUGET: "apply for a reservation (NuGet documentation, “Package ID prefix reservation”)",
}
_MAVEN: Final = "see that the domain behind each group is yours, paid for, and verified at the central repository"


@dataclass(frozen=True, slots=True)
class _Prefixes:
    """What internal names begin with, by ecosystem; names that no prefix can protect are counted."""

    known: dict[Ecosystem, list[str]]
    bare: Counter[Ecosystem]


async def prefixes(ground: Ground, report: Reporter) -> list[Finding]:
    """Look at the first page of each feed's internal names, and at the policy file, and ask about their prefixes."""
    found, findings = await _internal(ground, report)
    flaw = ground.read.flaw("POLICY_FILE")
    if flaw:
        findings.append(report.not_known(f"prefixes and publishers that are ours are not known: {flaw}", MEND))
    findings += [_nobody_can(kind, found.bare[kind], report) for kind in _NO_OWNER if found.bare[kind]]
    if found.bare[Ecosystem.NPM]:
        findings.append(_unscoped(found.bare[Ecosystem.NPM], report))
    if found.known[Ecosystem.MAVEN]:
        groups = ", ".join(found.known[Ecosystem.MAVEN])
        findings.append(report.skipped(f"maven: no registry tells whose a group is: {groups}", _MAVEN))
    findings += await _asked(found, ground, report)
    return findings or [report.skipped("no internal name and no prefix is known yet")]


async def _internal(ground: Ground, report: Reporter) -> tuple[_Prefixes, list[Finding]]:
    ours = ground.read.policy.ours.prefixes
    found = _Prefixes({kind: list(ours.get(kind, ())) for kind in Ecosystem}, Counter())
    alive = [feed for feed in ground.feeds or () if feed.enabled]
    findings = []
    service = ground.service() if alive else None
    for feed in alive[:_MOST_FEEDS]:
        try:
            page = await service.packages(feed, skip=0) if service else None
        except FeedwardenError as error:
            findings.append(report.not_known(f"{feed.title}: its names could not be read: {error}", "see `roles`"))
            continue
        for package in page.packages if page else ():
            if package.maybe_internal and not package.holds_external:
                _add(found, package.name)
    return found, findings


def _add(found: _Prefixes, name: PackageName) -> None:
    prefix = _prefix_of(name)
    if prefix is None:
        found.bare[name.ecosystem] += 1
    elif prefix.lower() not in (one.lower() for one in found.known[name.ecosystem]):
        found.known[name.ecosystem].append(prefix)


def _prefix_of(name: PackageName) -> str | None:
    """Return what somebody could own of a name; None = nothing."""
    match name.ecosystem:
        case Ecosystem.NPM:
            return None if name.npm_scope is None else f"@{name.npm_scope}"
        case Ecosystem.NUGET:
            first, dot, _ = name.spelling.partition(".")
            return f"{first}." if dot else None
        case Ecosystem.MAVEN:
            return ".".join(name.maven_coordinates[0].split(".")[:2])
    return None


def _nobody_can(kind: Ecosystem, count: int, report: Reporter) -> Finding:
    seen = f"{kind}: {count} internal names on the first pages; no prefix can be reserved there"
    return report.skipped(seen, "nothing to claim: that is what Feedwarden watches them for")


def _unscoped(count: int, report: Reporter) -> Finding:
    seen = f"npm: {count} internal names without a scope on the first pages: anybody may publish them"
    return report.skipped(seen, "put new packages under a scope of yours; the others are what Feedwarden watches")


async def _asked(found: _Prefixes, ground: Ground, report: Reporter) -> list[Finding]:
    wanted = [(kind, prefix) for kind in _ASKABLE for prefix in found.known[kind]]
    flaw = ground.read.flaw("DISCLOSE_NAMES")
    if wanted and flaw:
        return [report.not_known(f"{len(wanted)} prefixes were not asked about: {flaw}", MEND)]
    if wanted and not ground.settings.may_ask_by_name:
        seen = f"{len(wanted)} prefixes were not asked about: DISCLOSE_NAMES is `never`"
        return [report.skipped(seen, "look yourself whether they are yours on the public registries")]
    findings: list[Finding] = []
    for kind, prefix in wanted[:_MOST_ASKED]:
        sources = [source for source in sources_of(ground.feeds or ()) if source.ecosystem is kind]
        findings += [await _ask(prefix, source, ground, report) for source in sources]
        if not sources:
            findings.append(report.skipped(f"{kind}: {prefix}: no feed pulls from a public registry to ask"))
    if len(wanted) > _MOST_ASKED:
        seen = f"{len(wanted) - _MOST_ASKED} more prefixes were not asked about"
        findings.append(report.not_known(seen, "name those that matter under `ours.prefixes` of the policy file"))
    return findings


async def _ask(prefix: str, source: PublicSource, ground: Ground, report: Reporter) -> Finding:
    try:
        held = await _held(prefix, source, ground)
    except FeedwardenError as error:
        return report.not_known(f"{source.ecosystem}: {prefix}: {error}", _CLAIM[source.ecosystem])
    accounts = ground.read.policy.ours.publishers.get(source.ecosystem, frozenset())
    return _judged(source.ecosystem, prefix, held, accounts, report)


async def _held(prefix: str, source: PublicSource, ground: Ground) -> Sequence[Held]:
    send = ground.registries.send
    if source.ecosystem is Ecosystem.NPM:
        return prefixes_wire.read_scope(await send(prefixes_wire.search_scope(source.location, prefix)), prefix)
    index = await send(prefixes_wire.service_index(source.location))
    return prefixes_wire.read_ids(await send(prefixes_wire.search_ids(index, prefix)), prefix)


def _judged(kind: Ecosystem, prefix: str, held: Sequence[Held], ours: frozenset[str], report: Reporter) -> Finding:
    what, claim = f"{kind}: {prefix}", _CLAIM[kind]
    if not held:
        return report.not_known(f"{what}: no public package is under it, so nobody tells whose it is", claim)
    # Only the registry's own mark counts where it has one: anybody may have published under an open prefix.
    strangers = _strangers([one for one in held if one.reserved or kind is Ecosystem.NPM], ours)
    if kind is Ecosystem.NUGET and not any(one.reserved for one in held):
        return report.missing(f"{what}: {len(held)} public packages are under it, none is marked as reserved", claim)
    if not strangers:
        return report.ok(f"{what}: claimed: {len(held)} public packages, of accounts that are ours")
    if not ours:
        todo = f"if they are yours, name them under `ours.publishers.{kind}` of the policy file"
        return report.not_known(f"{what}: claimed by {', '.join(strangers)}", todo)
    todo = f"another owns it: rename what is internal, or name them under `ours.publishers.{kind}` if they are yours"
    return report.missing(f"{what}: claimed by {', '.join(strangers)}, who are not among ours", todo)


def _strangers(held: Iterable[Held], ours: frozenset[str]) -> list[str]:
    """Return accounts that are not ours, where none of a package's is; one without accounts counts as a stranger's."""
    own = {account.lower() for account in ours}
    others = [one for one in held if not own & {account.lower() for account in one.accounts}]
    return sorted({account for one in others for account in one.accounts or ("nobody who is told",)})[:10]
