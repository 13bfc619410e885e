"""What became worse between two looks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from shared.domain.evidence_changes import alarms, worse
from shared.domain.evidence_pack import EvidencePack
from shared.domain.twins import Presence, unknown_twin
from tests.domain.packs import MALICIOUS, NONE_KNOWN, PACKS, on, pack, twin


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"latest_version": "3.3.0"}, ("its latest version was 3.2.1 and is 3.3.0",)),
        ({"latest_version": "3.2.0"}, ("its latest version was 3.2.1 and is 3.2.0",)),
        (
            {"latest_published": on("2024-03-02")},
            ("something was added on 2024-03-02, and its latest version is the same",),
        ),
        (
            {"latest_version": "3.3.0", "latest_published": on("2024-03-02")},
            ("its latest version was 3.2.1 and is 3.3.0",),
        ),
        ({"releases": 41}, ("it had 40 versions and has 41",)),
        ({"publishers": ("al", "zoe", "mallory")}, ("accounts publish it that did not before: mallory",)),
        ({"install_scripts": ("postinstall",)}, ("it runs install scripts: postinstall",)),
        (
            {"repository": "https://github.com/mallory/x"},
            (("it named the repository https://github.com/zoe/acme-billing and names https://github.com/mallory/x"),),
        ),
        ({"withdrawn": 3}, ("3 versions are withdrawn, 2 were",)),
        (
            {"first_published": on("2016-01-01")},
            ("it was first published on 2015-03-01, now on 2016-01-01: the name may have changed hands",),
        ),
        ({"presence": Presence.ABSENT}, ("its presence was present and is absent",)),
        (
            {"presence": Presence.TOMBSTONE, "detail": "every version was yanked"},
            ("its presence was present and is tombstone (every version was yanked)",),
        ),
        (
            {"latest_version": "99.0.0", "releases": 41},
            (
                "its class was unrelated-older and is new-and-suspicious",
                "its latest version was 3.2.1 and is 99.0.0",
                "it had 40 versions and has 41",
            ),
        ),
    ],
)
def test_a_change_is_told_in_words(members: dict[str, Any], words: tuple[str, ...]) -> None:
    """Each by itself, in the order of weight."""
    assert worse(pack(), pack(twin(**members))) == words


@pytest.mark.parametrize(
    "members",
    [
        {"publishers": ("al",)},
        {"publishers": ()},
        {"maintainers": ("Mallory",)},
        {"install_scripts": None},
        {"repository": None},
        {"description": "Other words."},
        {"releases": None, "withdrawn": None},
        {"releases": 39, "withdrawn": 1},
        {"first_published": None},
        {"latest_published": None},
        {"latest_published": on("2024-02-01")},
        {"first_published": on("2014-01-01")},
        {"latest_version": None},
    ],
)
def test_what_is_told_no_more_is_not_worse(members: dict[str, Any]) -> None:
    """Nor what anyone may write; such a pack still has another digest."""
    after = pack(twin(**members))
    assert worse(pack(), after) == ()
    assert after.digest() != pack().digest()


def test_what_was_not_told_before_is_no_news() -> None:
    """Except install scripts: nobody who decided knew of them."""
    before = twin(publishers=(), repository=None, releases=None, withdrawn=None, install_scripts=None)
    assert worse(pack(before), pack()) == ()
    assert worse(pack(before), pack(twin(install_scripts=("install",)))) == ("it runs install scripts: install",)


def test_an_advisory_is_told_once() -> None:
    """And each further one."""
    first = "advisories call it malicious: MAL-2026-1"
    changed = "its class was unrelated-older and is known-malicious"
    assert worse(pack(advisories=NONE_KNOWN), pack(advisories=MALICIOUS)) == (first, changed)
    assert worse(pack(advisories=MALICIOUS), pack(advisories=MALICIOUS)) == ()
    more = pack(advisories=replace(MALICIOUS, ids=("MAL-2026-1", "MAL-2026-2")))
    assert worse(pack(advisories=MALICIOUS), more) == ("advisories call it malicious: MAL-2026-2",)
    assert worse(pack(), pack(advisories=replace(MALICIOUS, ids=()))) == ("advisories call it malicious", changed)


def test_a_failed_look_tells_nothing_but_advisories() -> None:
    """That nothing is known is no change of the package."""
    unknown = unknown_twin("it answered 503")
    assert worse(pack(), pack(unknown)) == ()
    assert worse(pack(), pack(unknown, advisories=MALICIOUS))[0] == "advisories call it malicious: MAL-2026-1"
    assert worse(pack(unknown), pack()) == ()


@given(PACKS, PACKS)
def test_any_two_packs_can_be_compared(before: EvidencePack, after: EvidencePack) -> None:
    """Nothing is worse than itself."""
    assert worse(before, before) == ()
    assert all(worse(before, after)) or not worse(before, after)


def test_a_new_version_alone_does_not_speak_against_a_permission_in_force() -> None:
    """Whoever allowed versions for a while expects new ones; what is new beside the number is another matter."""
    before = pack()
    newer = pack(twin(latest_version="3.3.0", latest_published=on("2026-10-01"), releases=41))
    assert worse(before, newer)
    assert alarms(before, newer, exact=False) == ()
    assert alarms(before, newer, exact=True) == ()
    taken_over = pack(twin(latest_version="3.3.0", publishers=("al", "mallory", "zoe")))
    assert alarms(before, taken_over, exact=False) == ("accounts publish it that did not before: mallory",)


def test_advisories_speak_against_a_permission_even_where_the_registry_is_silent() -> None:
    """A look that failed tells nothing of the package, but what advisories say stands."""
    found = alarms(pack(), pack(twin(presence=Presence.UNKNOWN), advisories=MALICIOUS), exact=True)
    assert any("malicious" in change for change in found)


def test_a_file_that_is_added_to_a_version_speaks_against_that_version() -> None:
    """One version was allowed as it was: an upload that makes no new version may be to that very one."""
    before, after = pack(), pack(twin(latest_published=on("2026-10-01")))
    assert alarms(before, after, exact=False) == ()
    assert alarms(before, after, exact=True) == (
        "something was added on 2026-10-01, and its latest version is the same",
    )


def test_one_version_is_told_as_one() -> None:
    """Before the second, there was one version, not "1 versions"."""
    assert worse(pack(twin(releases=1)), pack(twin(releases=3))) == ("it had 1 version and has 3",)
