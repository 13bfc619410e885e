"""What findings mean for the exit code, and how they are shown."""

from __future__ import annotations

import os

import pytest

from local.onboard.findings import Censor, Exit, Finding, State, as_line, exit_code
from local.onboard.options import Options, read_options


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([State.OK, State.SKIPPED], Exit.WELL),
        ([State.OK, State.NOT_KNOWN], Exit.NOT_KNOWN),
        ([State.NOT_KNOWN, State.MISSING, State.OK], Exit.MISSING),
        ([State.SKIPPED], Exit.NOT_KNOWN),
        ([], Exit.NOT_KNOWN),
    ],
)
def test_what_is_missing_outweighs_what_is_not_known(states: list[State], code: Exit) -> None:
    """And nothing seen is not known."""
    assert exit_code(Finding("x", state, "seen") for state in states) is code


def test_a_line_is_one_line_and_hides_secrets() -> None:
    """A name may hold what a terminal would obey, or a secret."""
    finding = Finding("x", State.OK, "a\nb\x1b[31m sample-secret sample")
    assert as_line(finding, Censor(["sample", "sample-secret", ""])) == f"{'ok':<9}  {'x':<19}  a b\\x1b[31m *** ***"


def test_no_option_changes_anything_by_itself() -> None:
    """The default is to look."""
    assert read_options([]) == Options()


@pytest.mark.parametrize(
    "words",
    [
        ["--identity", "feedwarden"],
        ["--send-test-mail", "nobody"],
        ["--event", "git.push"],
        ["--entitlements-url", "http://contoso.example"],
        ["--entitlements-url", "https://contoso.example/x?y"],
        ["--sign-in", "x"],
    ],
)
def test_words_that_mean_nothing_end_the_program(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is asked, with an exit code of their own, which the page names."""
    with pytest.raises(SystemExit) as ended:
        read_options(words)
    assert ended.value.code == os.EX_USAGE
    assert "error: argument" in capsys.readouterr().err
