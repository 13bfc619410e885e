"""Names that a registry holds are recognised by the words of its adapter: words and class are held together here."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.npm import NPM
from shared.adapters.registries.pypi import PYPI
from shared.adapters.registries.wire import RegistryWire
from shared.domain.advisories import NOT_ASKED
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence_pack import OwnHistory, TwinClass, pack_of
from shared.domain.names import PackageName
from shared.domain.ours import NOTHING_OURS

_PLACEHOLDER: Final = {
    "name": "acme-billing",
    "versions": {"0.0.1-security": {}},
    "dist-tags": {"latest": "0.0.1-security"},
}
_BESIDE_OTHERS: Final = _PLACEHOLDER | {"versions": {"0.0.1-security": {}, "99.0.0": {}}}
_QUARANTINE: Final = {
    "meta": {"api-version": "1.4"},
    "name": "acme-billing",
    "versions": [],
    "files": [],
    "project-status": {"status": "quarantined"},
}


@pytest.mark.parametrize(
    ("wire", "ecosystem", "document", "kind"),
    [
        (NPM, Ecosystem.NPM, _PLACEHOLDER, TwinClass.SECURITY_HOLDER),
        (NPM, Ecosystem.NPM, _BESIDE_OTHERS, TwinClass.UNDETERMINED),
        (PYPI, Ecosystem.PYPI, _QUARANTINE, TwinClass.SECURITY_HOLDER),
        (PYPI, Ecosystem.PYPI, _QUARANTINE | {"project-status": {"status": "active"}}, TwinClass.UNDETERMINED),
    ],
)
def test_what_the_registry_holds_is_a_security_holder(
    wire: RegistryWire, ecosystem: Ecosystem, document: dict[str, Any], kind: TwinClass
) -> None:
    """Read by the adapter, judged by the domain."""
    name = PackageName.of(ecosystem, "acme-billing")
    twin = wire.read(Answer(200, {}, json.dumps(document).encode()), name)
    own = OwnHistory(None, None)
    pack = pack_of(name=name, twin=twin, own=own, advisories=NOT_ASKED, ours=NOTHING_OURS)
    assert pack.classification.kind is kind
