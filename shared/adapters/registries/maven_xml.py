"""Maven's XML as plain data: no document type, no entities, with or without namespaces.

Source: https://maven.apache.org/ref/current/maven-repository-metadata/repository-metadata.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import UnexpectedAnswer

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(frozen=True, slots=True)
class Xml:
    """One element."""

    element: Element

    def child(self, name: str) -> Xml | None:
        """Return the first child of that name."""
        return next(iter(self.children(name)), None)

    def children(self, *path: str) -> list[Xml]:
        """Return all elements at that path below this one."""
        found = [self.element]
        for name in path:
            found = [inner for outer in found for inner in outer if _local_name(inner) == name]
        return [Xml(element) for element in found]

    def text(self, name: str) -> str | None:
        """Return the text of the first child of that name, without the white space around; None where there is none."""
        return next(iter(self.texts(name)), None)

    def texts(self, *path: str) -> list[str]:
        """Return the texts at that path, empty ones left out."""
        stripped = ((inner.element.text or "").strip() for inner in self.children(*path))
        return [text for text in stripped if text]


def read_xml(body: bytes, *, root: str, service: str) -> Xml:
    """Read a document whose outermost element has that name; the caller has bounded its size.

    Raises:
        UnexpectedAnswer: it is something else, or declares a document type, which entity bombs need.
    """
    from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415  # costs cold start: not before use

    try:
        element = fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        # defusedxml's own refusals are ValueErrors; an encoding that nobody knows is a LookupError.
        raise UnexpectedAnswer("no readable XML", service=service) from error
    if _local_name(element) != root:
        raise UnexpectedAnswer(f"XML that is no <{root}>", service=service)
    return Xml(element)


def _local_name(element: Element) -> str:
    # Comments and processing instructions have a function in place of a name; the parser leaves them out.
    return element.tag.rpartition("}")[2]
