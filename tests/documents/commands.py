"""Which test runs a command that a page shows. A command that is neither here nor marked as needing Azure fails."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# The whole command, or a target of make without its variable (whose words the program's own parser must take) -> the
# test that runs the program, by its `main` or as a process. `make check` and `make test` are run by .ci/run itself.
RUN_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "make demo": "tests/integration/test_demo.py::test_all_stories_hold",
        "make run": "tests/local/stack/test_stack.py::test_make_run_takes_everything_along_when_it_ends",
        "make bench": "tests/documents/test_programs.py::test_a_measurement_ends_in_the_table",
        "make onboard": "tests/documents/test_programs.py::test_the_check_runs_as_the_page_shows_it",
        "make cases": "tests/local/test_cases.py::test_an_empty_account_has_no_cases",
        "make verify-audit": "tests/local/test_audit.py::test_sound_storage",
        "make package": "tests/local/release/test_package.py::test_two_builds_are_equal_byte_by_byte",
        "make release-notes": "tests/local/release/test_notes.py::test_our_own_changelog_is_about_this_version",
        ".venv/bin/python -m tests.contract.storage.snapshot tests/contract/storage/earlier": (
            "tests/contract/storage/test_snapshot.py::test_a_snapshot_is_written_and_read"
        ),
        ".venv/bin/python -m local.diagram --write README.md": (
            "tests/local/test_diagram.py::test_the_program_checks_and_writes"
        ),
        ".venv/bin/python -m local.diagram --write docs/architecture.md": (
            "tests/local/test_diagram.py::test_the_program_checks_and_writes"
        ),
    }
)

# Of these a test runs the work, and not the program around it.
IN_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {"make package": "the build, twice; not what is printed about it, since a third build would take as long again"}
)

# Targets that texts name, and no block shows: no test runs them.
NOT_RUN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "lock": "asks the package index",
        "setup-browser": "`make test` begins with it",
        "check-pipelines": "`make check` ends with it",
    }
)

_DELIVERY: Final = r"""# FEEDWARDEN_URL=https://<app>  FEEDWARDEN_SECRET=whsec_…
id="publish-$(openssl rand -hex 16)"
now="$(date +%s)"
body='{"type": "package.published", "data": {"project": "Payments", "feed": "core", "ecosystem": "npm", "package": "contoso-billing", "version": "1.2.0"}}'
key="$(printf '%s' "${FEEDWARDEN_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')"
signature="$(printf '%s' "$id.$now.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)"
curl --fail --silent --show-error --retry 5 --data-raw "$body" \
  -H "Content-Type: application/json" \
  -H "webhook-id: $id" -H "webhook-timestamp: $now" -H "webhook-signature: v1,$signature" \
  "$FEEDWARDEN_URL/api/hooks/generic"
"""  # noqa: E501  # as it stands on the page

# Blocks that are one program, by page and their whole text.
BLOCKS_RUN_BY: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("docs/deliveries.md", _DELIVERY): "tests/adapters/doors/test_documented.py::test_the_shown_sender_is_let_in",
        ("docs/configuration.md", "openssl rand -base64 48\nopenssl rand -base64 32\n"): (
            "tests/documents/test_samples.py::test_the_keys_that_the_page_makes_are_taken"
        ),
        ("SECURITY.md", "sha256sum --check feedwarden-0.1.0.zip.sha256\n"): (
            "tests/documents/test_samples.py::test_a_digest_is_checked_as_the_page_says"
        ),
    }
)

# Programs of others, named in a text -> the file of tests that runs them.
OTHERS_RUN_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "openssl rand -base64 32": "tests/documents/test_samples.py",
        "sha256sum --check": "tests/documents/test_samples.py",
        "npm install": "tests/local/simulators/azure_devops/test_npm_client.py",
        "npm publish": "tests/local/simulators/registries/test_real_clients.py",
        "pip install": "tests/local/simulators/azure_devops/test_pip_client.py",
        "twine upload": "tests/local/simulators/registries/test_real_clients.py",
    }
)

OTHERS_NOT_RUN: Final[Mapping[str, str]] = MappingProxyType(
    {"func start": "the Functions Core Tools are on no index that `make setup` uses; the local host plays them"}
)
