"""Lint the files that are named."""

from __future__ import annotations

import sys
from pathlib import Path

from local.azurite.node import ROOT
from local.setup.stamps import SetupFailed
from local.workflow_linter import findings, install


def main() -> int:
    """Print the findings; 1 = there are some, or the linter cannot be had."""
    try:
        found = findings(install(ROOT), [Path(argument) for argument in sys.argv[1:]])
    except SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print("\n".join(found) or "No findings.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
