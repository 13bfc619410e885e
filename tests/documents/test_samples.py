"""What the pages' commands make is what the app takes: they are run here as they stand, with Azure played."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from local.release.commit import NotReleasable
from local.release.content import app_files
from shared.adapters.doors import doors
from shared.settings import read_settings
from tests.documents.pages import ROOT, Block, blocks, text_of

_REQUIRED: Final = {
    "AZURE_DEVOPS_ORGANIZATION": "contoso",
    "STORAGE_CONNECTION": "UseDevelopmentStorage=true",
    "WATCH_SCHEDULE": "0 * * * * *",
    "SWEEP_SCHEDULE": "0 0 */6 * * *",
    "PUBLIC_BASE_URL": "https://feedwarden.contoso.example",
    "ENTRA_TENANT_ID": "00000000-0000-0000-0000-000000000000",
}
# Stands in for `az` and `azd`: keeps what would be written into the vault.
_AZ: Final = """#!/bin/bash
name='' value=''
while (($#)); do
  case $1 in
    --name) name=$2 ;;
    --value) value=$2 ;;
    --file) [ ! -f "$2" ] || touch "$WRITTEN.lay-in-a-file"; value=$(cat "$2") ;;
  esac
  shift
done
[ -z "$value" ] || printf '%s' "$value" > "$WRITTEN/$name"
"""


def _block(page: str, words: str) -> Block:
    (found,) = (block for block in blocks(page) if words in block.text)
    return found


def _run(block: Block, folder: Path, **environment: str) -> str:
    path = f"{folder}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=folder,
        env={"PATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_the_secrets_that_the_deployment_makes_are_taken(tmp_path: Path) -> None:
    """Step 5 of docs/deployment.md, with a vault that is a folder."""
    for program in ("az", "azd"):
        (tmp_path / program).write_text(_AZ, encoding="utf-8")
        (tmp_path / program).chmod(0o755)
    written = tmp_path / "vault"
    written.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    block = _block("docs/deployment.md", "--name hook-secrets --file")
    _run(block, tmp_path, WRITTEN=str(written), FEEDWARDEN_VAULT="kv", TMPDIR=str(elsewhere))
    vault = {file.name: file.read_text(encoding="utf-8") for file in written.iterdir()}
    secrets = {"HOOK_SECRETS": vault["hook-secrets"], "APPROVAL_KEYS": vault["approval-keys"]}
    settings = read_settings({**_REQUIRED, **secrets})
    assert settings.approvals_are_on
    assert set(doors(settings.plain_hook_secrets())) >= {"azure-devops", "generic"}
    assert sorted(vault) == ["approval-keys", "hook-secrets"]
    assert not list(tmp_path.glob("*.json")), "the secrets never lie in the working tree"
    assert not list(elsewhere.iterdir()), "the secrets stay in no file"
    assert not (tmp_path / "vault.lay-in-a-file").exists(), "nobody else could read them meanwhile"


def test_the_keys_that_the_page_makes_are_taken(tmp_path: Path) -> None:
    """docs/configuration.md: one line becomes a key, the other a secret of each kind of door."""
    made = _run(_block("docs/configuration.md", "openssl rand -base64 48"), tmp_path).split()
    key, secret = made
    settings = read_settings(
        {
            **_REQUIRED,
            "APPROVAL_KEYS": json.dumps([key]),
            "HOOK_SECRETS": json.dumps({"github": [secret], "generic": [f"whsec_{secret}"]}),
        }
    )
    assert settings.approvals_are_on
    assert doors(settings.plain_hook_secrets())


def test_a_policy_file_is_packed_where_the_page_says(tmp_path: Path) -> None:
    """docs/deployment.md: below `shared/`; beside function_app.py it is in the way."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    shutil.copy(ROOT / ".funcignore", tmp_path)
    for name in ("function_app.py", "host.json", "requirements.txt", "functions/hooks.py", "shared/policy.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert "shared/policy.yaml" in app_files(tmp_path)
    assert "/home/site/wwwroot/shared/policy.yaml" in text_of("docs/deployment.md")
    (tmp_path / "policy.yaml").touch()
    with pytest.raises(NotReleasable, match=r"policy\.yaml is in the way"):
        app_files(tmp_path)


@pytest.mark.parametrize(("content", "sound"), [(b"the zip", True), (b"another zip", False)])
def test_a_digest_is_checked_as_the_page_says(tmp_path: Path, content: bytes, *, sound: bool) -> None:
    """SECURITY.md: a file of that form tells a changed package from the sound one."""
    (tmp_path / "feedwarden-0.1.0.zip").write_bytes(content)
    digest = hashlib.sha256(b"the zip").hexdigest()
    (tmp_path / "feedwarden-0.1.0.zip.sha256").write_text(f"{digest}  feedwarden-0.1.0.zip\n", encoding="utf-8")
    block = _block("SECURITY.md", "sha256sum")
    if sound:
        assert "OK" in _run(block, tmp_path)
    else:
        with pytest.raises(subprocess.CalledProcessError):
            _run(block, tmp_path)
