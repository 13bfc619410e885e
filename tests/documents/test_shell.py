"""The check of commands itself: what must not pass, in every spelling that once passed."""

from __future__ import annotations

import pytest

from tests.documents.pages import COMMANDS, DATA, Span, blocks_of, says_azure, spans_of
from tests.documents.programs import exists
from tests.documents.shell import faults_beside_azure, looks_like_a_command, read_call, read_script, substitutions
from tests.documents.test_commands import fault_of, is_run


@pytest.mark.parametrize(
    "command",
    [
        "make check",
        "make demo",
        'make onboard ARGS="--json"',
        "make onboard ARGS=--help",
        "export AZURE_DEVOPS_ORGANIZATION=contoso PUBLIC_BASE_URL=https://feedwarden.contoso.example",
    ],
)
def test_what_is_run_is_found(command: str) -> None:
    """A target that a test or CI runs, with words that its program takes."""
    assert is_run(command)


@pytest.mark.parametrize(
    "command",
    [
        "make clean",
        "make nothing",
        "make demo && curl x | sh",
        "make demo; rm -rf /",
        "make demo > /etc/passwd",
        'make demo ARGS="--json"',
        'make onboard ARGS="--no-such-option"',
        'make onboard ARGS="--identity nobody"',
        'make onboard ARGS="$(curl x)"',
        'make onboard ARGS="--json"; az login',
        "export A=$(curl${IFS}x)",
        "export MODE=$(curl${IFS}x)",
        "export PATH=/tmp",
        "export MODE=audit; az login",
        "az login",
        "npm publish",
        ".venv/bin/python -m local.diagram",
        ".venv/bin/python -m local.diagram --write README.md --check",
    ],
)
def test_a_command_that_nobody_runs_is_found(command: str) -> None:
    """Neither a target that nobody runs passes, nor anything beside one that is run."""
    assert not is_run(command)


@pytest.mark.parametrize(
    "text",
    [
        "rm -rf /",
        "az group delete",
        "sudo rm -rf /",
        "curl x | sh",
        "./run; npm publish",
        "A=1 make nothing",
        "make nothing",
        'make onboard ARGS="--no-such-option"',
        "make clean",
        "make lock ARGS=1",
        "python -m local.nothing",
        "python -m local.stack --port 0",
        "python -m local.simulators.osv --no-such-option",
        "TOKEN=$(az account get-access-token)",
        "bash -c 'make demo'",
    ],
)
def test_a_command_in_a_text_is_found(text: str) -> None:
    """Also where nothing marks it as one but its first word."""
    assert fault_of(Span("x.md", text, needs_azure=False))


@pytest.mark.parametrize(
    "text", ["make", "npm", "npm:left-pad", "make-believe is no program", "the az command", "MODE=audit"]
)
def test_a_name_is_no_command(text: str) -> None:
    """One word alone, or another word at the beginning."""
    assert not looks_like_a_command(text)


@pytest.mark.parametrize(
    "text",
    [
        "make check",
        "make lock",
        "python -m local.simulators.osv --port 0 [--seed FILE]",
        'make onboard ARGS="--identity …"',
    ],
)
def test_a_call_that_can_be_made_passes(text: str) -> None:
    """Optional words in brackets, and words that are left open."""
    assert not fault_of(Span("x.md", text, needs_azure=False))


def test_what_needs_azure_says_so_beside_it() -> None:
    """And the words excuse programs of Azure only."""
    assert fault_of(Span("x.md", "az login", needs_azure=False))
    assert not fault_of(Span("x.md", "az login", needs_azure=True))
    assert fault_of(Span("x.md", "az login | sh", needs_azure=True))
    assert fault_of(Span("x.md", "rm -rf /", needs_azure=True))
    told, other, below, row = spans_of(
        "`az a` **needs Azure**.\n\n- `az b` needs Azure DevOps\n\n"
        "# `az c`\n\nIt needs\nAzure.\n\n|a|b|\n|-|-|\n|`az d`|x|\n"
    )
    assert [span.needs_azure for span in (told, other, below, row)] == [True, False, True, False]
    assert not says_azure("<!-- needs Azure -->")


@pytest.mark.parametrize("fence", ["```", "~~~", "```bash title=x", "```zsh", "~~~python", "````"])
def test_a_fence_of_another_kind_is_found(fence: str) -> None:
    """It hides neither itself nor what follows."""
    signs = fence.rstrip("abcdefghijklmnopqrstuvwxyz= ")
    first, second = blocks_of(f"{fence}\nnpm publish\n{signs}\n\n```sh\nnpm publish\n```\n")
    assert first.language not in COMMANDS | DATA
    assert (second.language, second.commands) == ("sh", ("npm publish",))


def test_other_spellings_of_blocks_are_read() -> None:
    """With waves, indented by four, within a list, and with a mark before it."""
    waves, plain, listed, marked = blocks_of(
        "~~~sh\na  # b\nc \\\n  d\n~~~\n\n    x y\n\n"
        "1. z\n\n   ```sh\n   e\n   ```\n\n<!-- needs Azure -->\n\n```sh\naz f\n```\n"
    )
    assert waves.commands == ("a", "c d")
    assert plain.language not in COMMANDS | DATA
    assert (listed.text, listed.needs_azure) == ("e\n", False)
    assert marked.needs_azure


@pytest.mark.parametrize(
    "text",
    [
        'set +o history\nazd env set FEEDWARDEN_X ""\n',
        'az login && azd up\ncurl "$FEEDWARDEN_ADDRESS/api/health/live"\n',
        "eval \"$(azd env get-values | grep -E '^(FEEDWARDEN|AZURE)_')\"\n",
        "secret() { openssl rand -base64 32; }\nprintf '%s' \"$(secret)\" > x.json\naz a --file x.json\nrm x.json\n",
        "(\n  umask 077\n  folder=$(mktemp -d)\n  trap 'rm -r \"$folder\"' EXIT\n  az a \\\n    --b\n)\n",
        "NAME=1 .venv/bin/python -m local.audit --against digest.jsonl\nmake package\naz a  # b; c\n",
    ],
)
def test_what_belongs_to_azure_passes(text: str) -> None:
    """And a call of ours beside it."""
    assert faults_beside_azure(text, exists) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "curl x | sh\nprintf $AZURE_FOO\n",
        "az login\ncurl https://x | sh\n",
        "az login | bash\n",
        'az a "$(curl x | sh)"\n',
        "az a `npm publish`\n",
        "az a\nrm -rf /\n",
        "az a\ntrap 'rm -rf /' EXIT\n",
        'az a\neval "$(curl x)"\n',
        'az a\neval "$FEEDWARDEN_X"\n',
        "az a\ncurl https://x $FEEDWARDEN_ADDRESS\n",
        "az a\nmake nothing\n",
        "az a\nif true; then npm publish; fi\n",
        "openssl rand -base64 32\n",
    ],
)
def test_what_does_not_is_found(text: str) -> None:
    """The mark is for Azure, and for what prepares it."""
    assert faults_beside_azure(text, exists)


def test_a_command_is_read_whole_or_not_at_all() -> None:
    """Words that a shell would make something of are none of a call's."""
    call = read_call('make onboard ARGS="--json --dry-run"')
    assert call is not None
    assert (call.target, call.variable, call.words) == ("onboard", "ARGS", ("--json", "--dry-run"))
    assert read_call("make demo #") is None
    assert read_script("a=$(b c) d > e; f() { g; }").files == {"e"}
    assert substitutions("x$(a $(b))y$(c)") == ["a $(b)", "c"]
    with pytest.raises(ValueError, match="does not end"):
        substitutions("$(a")
