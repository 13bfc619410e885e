"""Bicep files, read by two parsers: tree-sitter for their form, pycep for what they say.

Neither is the compiler: types of properties and names that lead nowhere are not seen. pycep shows a name and a text
alike, so whatever hangs on "is this a literal?" asks tree-sitter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import tree_sitter_bicep
from pycep import BicepParser
from tree_sitter import Language, Node, Parser

ROOT: Final = Path(__file__).parent.parent.parent
INFRA: Final = ROOT / "infra"
FILES: Final = (INFRA / "main.bicep", *sorted((INFRA / "modules").glob("*.bicep")))


@cache
def form(path: Path) -> Node:
    """Return a file's syntax tree."""
    return Parser(Language(tree_sitter_bicep.language())).parse(path.read_bytes()).root_node


@cache
def facts(path: Path) -> Mapping[str, Any]:
    """Return what a file says: parameters, variables, resources, modules, outputs by their names."""
    return cast("Mapping[str, Any]", BicepParser().parse(text=path.read_text(encoding="utf-8")))


def module(name: str) -> Mapping[str, Any]:
    """Return what one module says."""
    return facts(INFRA / "modules" / f"{name}.bicep")


def body(declaration: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a resource or module declares, below its condition or loop."""
    config = declaration["config"]
    return cast("Mapping[str, Any]", config.get("config", config))


def resources(kind: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Walk all resources of a type that are made, not only referred to: file, name, declaration's body."""
    for path in FILES:
        for name, resource in facts(path).get("resources", {}).items():
            if resource["type"] == kind and not resource["existing"]:
                yield path.name, name, body(resource)


def nodes(node: Node) -> Iterator[Node]:
    """Walk a syntax tree."""
    yield node
    for child in node.children:
        yield from nodes(child)


def texts(path: Path) -> Iterator[str]:
    """Walk all texts of a file, with the holes that expressions fill left as they stand."""
    for node in nodes(form(path)):
        if node.type == "string":
            yield text(node).strip("'")


def text(node: Node) -> str:
    """Return a node's own text."""
    return (node.text or b"").decode()
