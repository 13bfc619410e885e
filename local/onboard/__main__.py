"""Run the check: `python -m local.onboard`."""

import sys

from local.onboard.command import main

if __name__ == "__main__":
    sys.exit(main())
