"""Which test runs a command that a page shows. A command that is neither here nor marked as needing Azure fails."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# As it stands on the page, without its comment, and a target of make without its variables -> the test that runs the
# same program. `make check` and `make test` are run by .ci/run itself and need no row.
RUN_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "make demo": "tests/integration/test_demo.py::test_all_stories_hold",
        "make run": "tests/local/stack/test_stack.py::test_make_run_takes_everything_along_when_it_ends",
        "make bench": "tests/benchmarks/test_run.py::test_one_measurement_that_fails_leaves_the_others",
        "make onboard": "tests/local/onboard/test_command.py::test_looking_writes_nothing",
        "make cases": "tests/local/test_cases.py::test_an_empty_account_has_no_cases",
        "make verify-audit": "tests/local/test_audit.py::test_sound_storage",
        "make package": "tests/local/release/test_package.py::test_two_builds_are_equal_byte_by_byte",
        ".venv/bin/python -m tests.contract.storage.snapshot tests/contract/storage/earlier": (
            "tests/contract/storage/test_earlier_rows.py::test_this_version_reads_what_it_writes"
        ),
        ".venv/bin/python -m local.diagram --write README.md": (
            "tests/local/test_diagram.py::test_the_program_checks_and_writes"
        ),
        ".venv/bin/python -m local.diagram --write docs/architecture.md": (
            "tests/local/test_diagram.py::test_the_program_checks_and_writes"
        ),
    }
)

# Blocks that are one program, by page and first line.
BLOCKS_RUN_BY: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("docs/deliveries.md", "# FEEDWARDEN_URL=https://<app>  FEEDWARDEN_SECRET=whsec_…"): (
            "tests/adapters/doors/test_documented.py::test_the_shown_sender_is_let_in"
        ),
        ("docs/configuration.md", "openssl rand -base64 48"): (
            "tests/documents/test_samples.py::test_the_keys_that_the_page_makes_are_taken"
        ),
        ("SECURITY.md", "sha256sum --check feedwarden-0.1.0.zip.sha256"): (
            "tests/documents/test_samples.py::test_a_digest_is_checked_as_the_page_says"
        ),
    }
)
