"""The evidence that a page showed, sealed into its forms: so the next page can tell what has changed since.

The seal keeps others from inventing what was shown.
"""

from __future__ import annotations

from typing import Final

from shared.adapters.register.pack_rows import pack_document, pack_of_document
from shared.domain.evidence_pack import EvidencePack
from shared.domain.names import PackageName
from shared.errors import BadLink
from shared.web.forgery import FORM_LIFE
from shared.web.seals import Seals

_PURPOSE: Final = "shown"
# With the longest reason it has to fit into what we read; a pack that does not is told apart by its digest alone.
_LONGEST: Final = 36_000


def seal_pack(seals: Seals, pack: EvidencePack | None) -> str:
    """Return the pack as a field of a form; empty where there is none, or none that fits."""
    if pack is None:
        return ""
    sealed = seals.seal(_PURPOSE, pack_document(pack))
    return sealed if len(sealed) <= _LONGEST else ""


def open_pack(seals: Seals, sealed: str, *, name: PackageName, digest: str) -> EvidencePack | None:
    """Return the pack with that digest; None where it is not readable, or is another one."""
    if not sealed or len(sealed) > _LONGEST:
        return None
    try:
        pack = pack_of_document(seals.open(_PURPOSE, sealed, FORM_LIFE), name)
    except (BadLink, ValueError, TypeError, KeyError):
        return None
    return pack if pack.digest() == digest else None
