"""For HTTP to what runs on this machine, which is not encrypted.

httpx loads the certificates that this machine trusts for every client and every single request, which takes it far
longer than the request: `httpx.get(url, verify=TRUST_NOBODY)` does not.
"""

from __future__ import annotations

import ssl
from typing import Final

TRUST_NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""A context without certificates: an address that turned out to be https would be refused, not trusted."""
