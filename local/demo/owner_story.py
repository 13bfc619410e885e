"""The fourth story: an owner lets exactly one public version in, through a link that nobody else can use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from local.demo.stage import Refused, Stage
from local.demo.steps import Steps
from local.demo.stories import OURS
from local.demo.visitor import Visitor
from local.demo.waiting import until
from local.plain_http import TRUST_NOBODY
from local.scanner import scan
from shared.domain.cases import CaseEvent
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName

HARMLESS: Final = "2.1.0"
ANOTHER: Final = "2.2.0"
MISTYPED: Final = "7.7.7"
_SOON: Final = timedelta(seconds=60)
_A_MINUTE_AND_MORE: Final = timedelta(seconds=150)
_NAME: Final = PackageName.of(Ecosystem.PYPI, "acme-tables")
_WHY: Final = "the harmless public package of that name is needed once"
# Watches every two seconds; a permission for one version lasts a minute, so that its end can be waited for.
_POLICY: Final = "version: 1\nmode: enforce\napprovals:\n  - exact_version_minutes: 1\n"


@dataclass(slots=True)
class _Letters:
    """The mails that the owners get."""

    stage: Stage
    link: str = ""

    def brings(self, words: str) -> str:
        """Wait for a mail about the package with these words in its subject; keep its link, return the words."""
        found: list[tuple[str, str]] = []

        def came() -> bool:
            found[:] = [mail for mail in self._mails() if words in mail[0] and _NAME.spelling in mail[0]]
            return bool(found)

        if not until(came, within=_SOON):
            return f"no mail among {[subject for subject, _ in self._mails()]}"
        subject, text = found[-1]
        self.link = next((word for word in text.split() if "/api/approvals/" in word), "")
        return words if self.link else f"a mail without a link: {subject}"

    def are_thrown_away(self) -> None:
        """Forget all mails, so that what is waited for next is a new one."""
        address = f"{self.stage.stack.mail_url}/mails"
        httpx.delete(address, trust_env=False, timeout=30, verify=TRUST_NOBODY).raise_for_status()

    def _mails(self) -> list[tuple[str, str]]:
        address = f"{self.stage.stack.mail_url}/mails"
        told = httpx.get(address, trust_env=False, timeout=30, verify=TRUST_NOBODY).json()["mails"]
        return [(str(mail["subject"]), str(mail["text"])) for mail in told]


def by_owner(stage: Stage, steps: Steps) -> None:
    """Block a collision, let everybody but an owner fail at the link, let one version in, and see it closed again."""
    steps.title("Fourth story: an owner allows exactly one version")
    letters = _Letters(stage)
    stage.restarts({"WATCH_SCHEDULE": "*/2 * * * * *", "POLICY_FILE": str(_policy_file(stage.folder))})
    _a_collision_is_blocked(stage, steps, letters)
    _nobody_else_can_use_the_link(stage, steps, letters)
    _one_version_comes_in(stage, steps, letters)
    _a_typo_opens_nothing(stage, steps, letters)
    _nothing_stays_open(stage, steps, letters)


def _a_collision_is_blocked(stage: Stage, steps: Steps, letters: _Letters) -> None:
    steps.show(f"{_NAME} is published to the feed", partial(stage.publishes, _NAME, OURS), expect=OURS)
    steps.show("somebody opens the switch", partial(stage.opens_switch, _NAME), expect="allowExternalVersions")
    steps.show(
        "a public package of that name appears", partial(stage.attacker_publishes, _NAME, HARMLESS), expect=HARMLESS
    )
    protected = "protected"
    steps.show("Feedwarden blocks it", partial(_verdict, stage, protected), expect=protected)
    steps.show("a mail tells the owners, with one link", partial(letters.brings, "Blocked"), expect="Blocked")
    steps.show("pip still gets ours", partial(stage.installs, _NAME), expect=OURS)


def _nobody_else_can_use_the_link(stage: Stage, steps: Steps, letters: _Letters) -> None:
    before = len(stage.story(_NAME))
    steps.show("a mail scanner opens everything and submits every form, twice", partial(_scans, letters), expect="ok")
    for persona, words in (("outsider", "an outsider"), ("other-tenant", "a namesake of another tenant")):
        visitor = partial(Visitor(stage.stack.app_url).signs_in, persona)
        steps.show(f"{words} opens the link; answer", _opened(visitor, letters), expect=403)
    steps.show("the case has moved by so many events", lambda: len(stage.story(_NAME)) - before, expect=0)
    steps.show("the switch is", partial(stage.switch, _NAME), expect="auto")


def _one_version_comes_in(stage: Stage, steps: Steps, letters: _Letters) -> None:
    owner = Visitor(stage.stack.app_url).signs_in("owner")
    allow = partial(owner.chooses, letters.link, "allow-version", {"version": HARMLESS, "reason": _WHY})
    steps.show(f"the owner allows exactly {HARMLESS}; answer", lambda: allow().status_code, expect=303)
    steps.show("Feedwarden tells that it is done", partial(letters.brings, "Done"), expect="Done")
    steps.show("the switch is closed again", partial(stage.switch, _NAME), expect="auto")
    steps.show("pip gets that version", partial(stage.installs, _NAME), expect=HARMLESS)
    steps.show("another public version appears", partial(stage.attacker_publishes, _NAME, ANOTHER), expect=ANOTHER)
    steps.show("pip does not get it", partial(stage.installs, _NAME), expect=HARMLESS)
    steps.show("the verdict", partial(_verdict, stage, "protected"), expect="protected")


def _a_typo_opens_nothing(stage: Stage, steps: Steps, letters: _Letters) -> None:
    _a_colleague_asks(stage, steps, letters)
    owner = Visitor(stage.stack.app_url).signs_in("group-owner")
    allow = partial(owner.chooses, letters.link, "allow-version", {"version": MISTYPED, "reason": _WHY})
    steps.show(
        f"an owner through a group mistypes the version, but was not shown {ANOTHER}; answer",
        lambda: allow().status_code,
        expect=409,
    )
    steps.show("that owner looks again, and mistypes it again; answer", lambda: allow().status_code, expect=303)
    refused = CaseEvent.APPROVAL_LAPSED.value
    steps.show(
        "nothing public has that version: the permission ends as", partial(_recorded, stage, refused), expect=refused
    )
    steps.show(
        "the switch was opened for the first one only, times",
        lambda: stage.story(_NAME).count(CaseEvent.APPROVAL_OPENING),
        expect=1,
    )
    steps.show("the switch is", partial(stage.switch, _NAME), expect="auto")


def _nothing_stays_open(stage: Stage, steps: Steps, letters: _Letters) -> None:
    _a_colleague_asks(stage, steps, letters)
    steps.show("the feed cannot fetch", partial(stage.feeds_cannot_fetch, _NAME, ANOTHER), expect=ANOTHER)
    owner = Visitor(stage.stack.app_url).signs_in("group-owner")
    allow = partial(owner.chooses, letters.link, "allow-version", {"version": ANOTHER, "reason": _WHY})
    steps.show(f"that owner allows exactly {ANOTHER}; answer", lambda: allow().status_code, expect=303)
    opened = "allowExternalVersions"
    steps.show("the switch stands open while it is waited for", partial(_switch, stage, opened), expect=opened)
    steps.show("after a minute it is closed again", partial(_switch, stage, "auto"), expect="auto")
    ended = CaseEvent.APPROVAL_EXPIRED.value
    steps.show("the permission is on record as", partial(_recorded, stage, ended), expect=ended)
    stage.feeds_are_well()
    steps.show("the verdict", partial(_verdict, stage, "protected"), expect="protected")
    steps.show("its audit chain is", partial(stage.chain, _NAME), expect="sound")


def _a_colleague_asks(stage: Stage, steps: Steps, letters: _Letters) -> None:
    contributor = Visitor(stage.stack.app_url).signs_in("contributor")
    letters.are_thrown_away()
    steps.show("a colleague asks for another version", partial(_asks, stage, contributor), expect=201)
    steps.show("the owners get another link", partial(letters.brings, "Asked"), expect="Asked")


def _policy_file(folder: Path) -> Path:
    file = folder / "policy.yaml"
    file.write_text(_POLICY, encoding="utf-8")
    return file


def _verdict(stage: Stage, wanted: str) -> str:
    return stage.becomes(_NAME, lambda case: case.protection.value, wanted, within=_SOON)


def _switch(stage: Stage, wanted: str) -> str:
    until(lambda: stage.switch(_NAME) == wanted, within=_A_MINUTE_AND_MORE)
    return stage.switch(_NAME)


def _recorded(stage: Stage, event: str) -> str:
    found = until(lambda: event in stage.story(_NAME), within=_SOON)
    return event if found else f"only {', '.join(stage.story(_NAME))}"


def _scans(letters: _Letters) -> str:
    done = asyncio.run(scan([letters.link]))
    granted = [answer for answer in done.statuses if answer[1] in {200, 303} and answer[0] == "POST"]
    return "ok" if done.gets and not done.failures and not granted else f"{dict(done.statuses)}"


def _opened(visitor: Callable[[], Visitor], letters: _Letters) -> Callable[[], int]:
    return lambda: visitor().opens(letters.link).status_code


def _asks(stage: Stage, visitor: Visitor) -> int:
    body = {"feed": "Payments/core", "ecosystem": _NAME.ecosystem, "name": _NAME.spelling, "reason": _WHY}
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    answer = httpx.post(
        f"{stage.stack.app_url}/api/v1/requests",
        content=json.dumps(body),
        headers={"Cookie": cookie, "Content-Type": "application/json", "Origin": stage.stack.app_url},
        trust_env=False,
        timeout=60,
        verify=TRUST_NOBODY,
    )
    if not answer.is_success:
        raise Refused(f"asking: {answer.status_code} {answer.text[:200]}")
    return answer.status_code
