"""The stories: one is begun by deliveries, one by the sweep alone, one by the registries' change feeds alone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from local.demo.stage import Stage
from local.demo.steps import Steps
from shared.domain.cases import Case
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName

OURS: Final = "1.0.0"
ATTACK: Final = "99.0.0"
SECOND_ATTACK: Final = "99.0.1"
_SOON: Final = timedelta(seconds=60)

_WATCH: Final = {"WATCH_SCHEDULE": "*/2 * * * * *"}

_CONTAMINATED: Final = "exposed: saved-external-versions"
_CLIENTS: Final = {Ecosystem.NPM: "npm", Ecosystem.PYPI: "pip"}


def _npm(name: str) -> PackageName:
    return PackageName.of(Ecosystem.NPM, name)


def _pypi(name: str) -> PackageName:
    return PackageName.of(Ecosystem.PYPI, name)


def _verdict(case: Case) -> str:
    return case.protection.value


def _why(case: Case) -> str:
    return f"{case.protection}: {', '.join(case.reasons)}"


def _saved(case: Case) -> str:
    return ", ".join(case.saved_external) or "nothing"


def by_delivery(stage: Stage, steps: Steps) -> None:
    """Attack two packages before Feedwarden knows the registries; then it hears a service hook and two publish jobs."""
    steps.title("First story: Feedwarden is switched on under attack, and a delivery arrives")
    names = (_npm("acme-invoices"), _pypi("acme-reports"))
    _attack(stage, steps, names)
    stage.restarts(_WATCH)
    steps.show("Feedwarden reads the registries' lists", partial(stage.registries, within=_SOON), expect="known")
    steps.show("Azure DevOps says that some pipeline finished; answer", stage.service_hook, expect=202)
    _switches_are_closed(stage, steps, names)
    _nothing_new_comes_in(stage, steps, names)
    _saved_versions_are_removed(stage, steps, names)
    for name in names:
        steps.show(f"a publish job tells of {name}; answer", partial(stage.publish_job, name, OURS), expect=202)
    _all_is_well(stage, steps, names)


def by_sweep(stage: Stage, steps: Steps) -> None:
    """Attack two other packages; no delivery comes at all."""
    steps.title("Second story: no delivery, the sweep alone")
    names = (_npm("acme-payroll"), _pypi("acme-forecast"))
    stage.restarts({})
    _attack(stage, steps, names)
    stage.restarts({"SWEEP_SCHEDULE": "*/5 * * * * *"})
    _switches_are_closed(stage, steps, names)
    _nothing_new_comes_in(stage, steps, names)
    _saved_versions_are_removed(stage, steps, names)
    _all_is_well(stage, steps, names)


def by_watch(stage: Stage, steps: Steps) -> None:
    """Open two switches while Feedwarden looks every two seconds; no delivery comes, and no sweep."""
    steps.title("Third story: no delivery, no sweep, the change feeds alone")
    names = (_npm("acme-tickets"), _pypi("acme-forms"))
    stage.restarts(_WATCH)
    for name in names:
        steps.show(f"{name} is published to the feed", partial(stage.publishes, name, OURS), expect=OURS)
        steps.show("somebody opens the switch", partial(stage.opens_switch, name), expect="allowExternalVersions")
        found = "not-at-risk"
        steps.show(
            "the open switch is noticed, though nothing public is there",
            partial(stage.becomes, name, _verdict, found, within=_SOON),
            expect=found,
        )
    for name in names:
        steps.show(
            f"the attacker publishes {name} publicly", partial(stage.attacker_publishes, name, ATTACK), expect=ATTACK
        )
        steps.show(
            "the switch is closed before anybody installs it",
            partial(stage.becomes, name, _verdict, "protected", within=_SOON),
            expect="protected",
        )
    _all_is_well(stage, steps, names)


def _attack(stage: Stage, steps: Steps, names: tuple[PackageName, ...]) -> None:
    for name in names:
        client = _CLIENTS[name.ecosystem]
        steps.show(f"{name} is published to the feed", partial(stage.publishes, name, OURS), expect=OURS)
        steps.show(f"{client} installs it from the feed", partial(stage.installs, name), expect=OURS)
        steps.show(
            "somebody opens the switch",
            partial(stage.opens_switch, name),
            expect="allowExternalVersions",
        )
        steps.show(
            f"the attacker publishes {name} publicly",
            partial(stage.attacker_publishes, name, ATTACK),
            expect=ATTACK,
        )
    for name in names:
        client = _CLIENTS[name.ecosystem]
        steps.show(
            f"{client} installs {name.spelling} from the feed and gets the attacker's",
            partial(stage.comes_to_install, name, ATTACK, within=_SOON),
            expect=ATTACK,
        )


def _switches_are_closed(stage: Stage, steps: Steps, names: tuple[PackageName, ...]) -> None:
    for name in names:
        steps.show(
            f"Feedwarden knows what the feed saved of {name}",
            partial(stage.becomes, name, _saved, ATTACK, within=_SOON),
            expect=ATTACK,
        )
        steps.show(
            "the change holds, and what is left is the contamination",
            partial(stage.becomes, name, _why, _CONTAMINATED, within=_SOON),
            expect=_CONTAMINATED,
        )
        steps.show("the switch is closed again", partial(stage.switch, name), expect="auto")


def _nothing_new_comes_in(stage: Stage, steps: Steps, names: tuple[PackageName, ...]) -> None:
    for name in names:
        steps.show(
            f"the attacker publishes another {name}",
            partial(stage.attacker_publishes, name, SECOND_ATTACK),
            expect=SECOND_ATTACK,
        )
        steps.show(
            "an install gets only what was saved before, not that",
            partial(stage.installs, name),
            expect=ATTACK,
        )


def _saved_versions_are_removed(stage: Stage, steps: Steps, names: tuple[PackageName, ...]) -> None:
    for name in names:
        steps.show(
            f"the owner removes the saved version of {name}, as the case tells",
            partial(stage.removes, name, ATTACK),
            expect=ATTACK,
        )


def _all_is_well(stage: Stage, steps: Steps, names: tuple[PackageName, ...]) -> None:
    for name in names:
        client = _CLIENTS[name.ecosystem]
        steps.show(
            f"the verdict on {name}",
            partial(stage.becomes, name, _verdict, "protected", within=_SOON),
            expect="protected",
        )
        steps.show(f"{client} installs it and gets ours", partial(stage.installs, name), expect=OURS)
        steps.show("its audit chain is", partial(stage.chain, name), expect="sound")
