"""What mail scanners do with a link, and worse: HEAD and GET, a real browser with scripts on, every form, all twice.

    done = await scan([link], browser=browser)
    assert done.submitted and not done.failures

Scanners of mail programs are known for each of these; none of them can sign in. So the page of the sign-in, which
stands for the one where Entra ID asks for a password, is looked at but not submitted.
"""

from __future__ import annotations

from local.scanner.markup import Form, read_markup
from local.scanner.scan import Scan, scan

__all__ = ["Form", "Scan", "read_markup", "scan"]
