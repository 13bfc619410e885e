"""The page about deliveries: every door is on it, and the sender that it shows is let in."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from shared.adapters.doors import SOURCES, artifactory, azure_devops, doors, github, nexus
from shared.application.intake import Outcome
from shared.domain.hints import Hint

_PAGE: Final = (Path(__file__).parents[3] / "docs" / "deliveries.md").read_text("utf-8")
_KEY: Final = "whsec_" + base64.b64encode(b"sample key of 24 bytes..").decode()


def test_every_door_has_its_section() -> None:
    """In the order of the doors, and nothing else stands among them."""
    assert re.findall(r"^## (.+)$", _PAGE, re.MULTILINE) == ["What every door does", *SOURCES]
    assert re.findall(r"^\| \[`(.+?)`\]\(#", _PAGE, re.MULTILINE) == list(SOURCES)


@pytest.mark.parametrize(
    "header",
    [azure_devops.SECRET_HEADER, github.SIGNATURE_HEADER, artifactory.AUTH_HEADER, nexus.SIGNATURE_HEADER],
)
def test_every_header_that_proves_a_sender_is_told(header: str) -> None:
    """Under the name that the door looks for."""
    assert f"`{header}`" in _PAGE


def test_every_outcome_is_told() -> None:
    """With the word that the sender is answered."""
    assert re.findall(r"^\| 202 `(.+?)` \|", _PAGE, re.MULTILINE) == [outcome.value for outcome in Outcome]


def test_the_shown_sender_is_let_in(tmp_path: Path) -> None:
    """The shell lines of the page are run as they stand; `curl` writes down what it would send."""
    (script,) = re.findall(r"^```bash\n(.+?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nprintf \'%s\\0\' "$@" > "$SENT"\n', "utf-8")
    curl.chmod(0o755)
    sent = tmp_path / "sent"
    program = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SENT": str(sent)}
    told = {"FEEDWARDEN_URL": "https://feedwarden.example.test", "FEEDWARDEN_SECRET": _KEY}
    subprocess.run(["bash", "-euo", "pipefail", "-c", script], env={**program, **told}, check=True, timeout=60)
    arguments = sent.read_text("utf-8").split("\0")[:-1]
    headers = dict(arguments[at + 1].split(": ", 1) for at, argument in enumerate(arguments) if argument == "-H")
    body = arguments[arguments.index("--data-raw") + 1].encode("utf-8")
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)
    hint = doors({"generic": (_KEY,)})["generic"].read(headers=headers, body=body, at=at)
    assert arguments[-1] == "https://feedwarden.example.test/api/hooks/generic"
    expected = ("package.published", "Payments", "core", "npm", "contoso-billing", "1.2.0")
    assert hint == Hint(hint.delivery_id, *expected)
