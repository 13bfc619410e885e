"""Which subscriptions ought to be there: of the projects that were named, else of those that have feeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from local.onboard import rest_wire
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from local.onboard.rest_wire import Project
from shared.adapters.azure_devops.exchange import NotThere
from shared.domain.subscriptions import Subscription, SubscriptionList
from shared.errors import FeedNotFound

_NO_PROJECT: Final = "no feed belongs to a project, so nobody knows whose pipelines publish"


@dataclass(frozen=True, slots=True)
class Wish:
    """One subscription that ought to be there; `event` empty = any will do."""

    project: Project
    event: str

    def is_met_by(self, one: Subscription) -> bool:
        """Say whether a subscription to our address is this one; one of the organization is for every project."""
        return one.project_id in {"", self.project.project_id} and self.event in {"", one.event_type}

    def is_lacking_for_certain(self, listed: SubscriptionList) -> bool:
        """Say whether a list that does not have it proves that: who sees one of the project may see all of them.

        A row that could not be read may be the one that is looked for.
        """
        return not listed.unreadable and any(one.project_id == self.project.project_id for one in listed)


async def wishes_of(ground: Ground, report: Reporter) -> tuple[list[Wish], list[Finding]]:
    """Return what ought to be there: for the projects that were named, else for those that have feeds."""
    findings: list[Finding] = []
    projects: dict[str, Project] = {}
    for name in ground.options.projects:
        try:
            found = await _project(ground, name)
            projects[found.project_id] = found
        except (FeedNotFound, NotThere):
            findings.append(report.missing(f"no project {name} is visible", "give the name that its address shows"))
    if not ground.options.projects:
        if ground.feeds is None:
            findings.append(report.not_known("the feeds were not read, see `feeds`", "name projects: --project NAME"))
        projects = {one.project_id: one for one in _with_feeds(ground)}
        if not projects and ground.feeds is not None:
            findings.append(report.not_known(_NO_PROJECT, "name the projects: --project NAME"))
    events = ground.options.events or ("",)
    return [Wish(project, event) for project in projects.values() for event in events], findings


async def _project(ground: Ground, name: str) -> Project:
    hosts, organization = ground.azure_devops()
    return rest_wire.read_project(await ground.sender.send(rest_wire.project(hosts, organization, name)))


def _with_feeds(ground: Ground) -> Iterable[Project]:
    for feed in ground.feeds or ():
        if feed.enabled and feed.ref.project_id is not None:
            yield Project(feed.ref.project_id, feed.project_name or feed.ref.project_id)
