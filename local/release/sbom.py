"""The bill of materials: every wheel of the package, with its hash, licence and dependencies, as CycloneDX 1.6.

Nothing in it is random or from a clock: its number comes from what it says, its time from the commit.

Source: https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Final

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.release.commit import Origin
from local.release.wheels import Wheel

# Where the wheels are to run, in the words of environment markers.
_TARGET: Final = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
}


def bill_of(wheels: Iterable[Wheel], *, direct: Iterable[str], origin: Origin, archive_sha256: str) -> str:
    """Return the bill as JSON. `direct` are the names in requirements.in; the rest is there because of them."""
    app = Component(
        type=ComponentType.APPLICATION,
        name="feedwarden",
        version=origin.version,
        bom_ref=origin.name,
        licenses=[LicenseFactory().make_from_string("MIT")],
        hashes=[_sha256(archive_sha256)],
        purl=PackageURL("generic", None, "feedwarden", origin.version),
        properties=[Property(name="feedwarden:commit", value=origin.commit)],
    )
    listed = tuple(wheels)
    bill = Bom(
        components=map(_component, listed),
        metadata=BomMetaData(
            timestamp=origin.moment, component=app, lifecycles=[PredefinedLifecycle(LifecyclePhase.BUILD)]
        ),
        # What the bill says hangs on these two only, so equal bills have equal numbers.
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, f"{origin.commit} {archive_sha256}"),
    )
    _connect(bill, app, listed, direct)
    return JsonV1Dot6(bill).output_as_string(indent=2) + "\n"


def names_of(requirements: str) -> tuple[str, ...]:
    """Return the names that a requirements file lists, canonical."""
    lines = (line.split("#")[0].strip() for line in requirements.splitlines())
    return tuple(canonicalize_name(Requirement(line).name) for line in lines if re.match(r"[A-Za-z0-9]", line))


def _connect(bill: Bom, app: Component, wheels: Iterable[Wheel], direct: Iterable[str]) -> None:
    components = {component.name: component for component in bill.components}
    bill.register_dependency(app, [components[name] for name in direct])
    for wheel in wheels:
        needed = sorted({name for name in _needed(wheel) if name in components})
        bill.register_dependency(components[wheel.name], [components[name] for name in needed])


def _needed(wheel: Wheel) -> Iterator[str]:
    for text in wheel.requires:
        requirement = Requirement(text)
        # Which extras were asked for is not kept: what is installed and named under any extra counts as needed.
        extras = ("", *re.findall(r"""extra == ['"]([^'"]+)['"]""", text))
        if requirement.marker is None or any(requirement.marker.evaluate(_TARGET | {"extra": e}) for e in extras):
            yield canonicalize_name(requirement.name)


def _component(wheel: Wheel) -> Component:
    purl = PackageURL("pypi", None, wheel.name, wheel.version)
    return Component(
        type=ComponentType.LIBRARY,
        name=wheel.name,
        version=wheel.version,
        bom_ref=purl.to_string(),
        purl=purl,
        licenses=[_licence(wheel.licence)] if wheel.licence else None,
        hashes=[_sha256(wheel.sha256)],
        properties=[Property(name="feedwarden:wheel", value=wheel.file)],
    )


def _licence(said: str) -> License:
    return LicenseFactory().make_from_string(said)


def _sha256(digits: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digits)
