"""The files' form, and what a compiler would find first: names that lead nowhere, parameters that do not fit."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest
import yaml
from tree_sitter import Node

from tests.infra.bicep import FILES, INFRA, ROOT, body, facts, form, nodes, resources, text

_MAIN: Final = INFRA / "main.bicep"

# Functions and namespaces of Bicep's own.
_BICEP: Final = {
    *("cidrSubnet", "guid", "subscriptionResourceId", "toLower", "union", "uniqueString"),
    *("contains", "empty", "environment", "subscription"),
}


def _name(path: Path) -> str:
    return path.name


@pytest.fixture(params=FILES, ids=_name)
def path(request: pytest.FixtureRequest) -> Path:
    """Each Bicep file."""
    found: Path = request.param
    return found


def test_every_file_parses_without_error(path: Path) -> None:
    """Neither a wrong nor a missing piece, as tree-sitter's grammar sees it."""
    wrong = [f"{n.start_point.row + 1}: {text(n)[:60]}" for n in nodes(form(path)) if n.is_error or n.is_missing]
    assert wrong == []


def test_both_parsers_see_the_same_declarations(path: Path) -> None:
    """Facts are asserted on pycep's reading: it must not overlook anything."""
    seen = {name for part in ("parameters", "variables", "resources", "modules", "outputs") for name in _of(path, part)}
    assert seen == set(_declared(path)) | _outputs(path)


def test_every_parameter_is_described(path: Path) -> None:
    """Whoever deploys reads no code."""
    for name, parameter in facts(path).get("parameters", {}).items():
        said = [d["argument"] for d in parameter["decorators"] if d["type"] == "description"]
        assert said, name
        assert str(said[0]).endswith("."), name


def test_every_module_is_used_and_every_used_module_exists() -> None:
    """Nothing lies about that is never deployed."""
    used = {
        (path.parent / module["detail"]["path"]).resolve()
        for path in FILES
        for module in facts(path).get("modules", {}).values()
    }
    assert used == {path.resolve() for path in FILES if path != _MAIN}


def test_module_calls_fit(path: Path) -> None:
    """Every parameter without a default is given, and none that does not exist."""
    for name, module in facts(path).get("modules", {}).items():
        declared = facts(path.parent / module["detail"]["path"])["parameters"]
        given = set(body(module)["params"])
        needed = {n for n, parameter in declared.items() if parameter["default"] is None}
        assert needed <= given <= set(declared), name


def test_outputs_that_are_asked_for_exist(path: Path) -> None:
    """`module.outputs.name` names an output of that module."""
    modules = facts(path).get("modules", {})
    for module, output in re.findall(r"\b(\w+)\.outputs\.(\w+)", path.read_text(encoding="utf-8")):
        assert output in facts(path.parent / modules[module]["detail"]["path"])["outputs"], f"{module}.{output}"


def test_every_name_leads_somewhere(path: Path) -> None:
    """A name in an expression is declared in the file, or Bicep's own."""
    known = set(_declared(path)) | _loop_names(path) | _BICEP
    assert {name for name in _used(path) if name not in known} == set()


def test_everything_declared_is_used(path: Path) -> None:
    """A parameter or variable that nobody reads promises what it does not do."""
    declared = {name for part in ("parameters", "variables") for name in _of(path, part)}
    assert declared - set(_used(path)) == set()


def test_parameters_of_azd_fit() -> None:
    """main.parameters.json gives what has no default, and knows no parameter that is not there."""
    document = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))
    declared = facts(_MAIN)["parameters"]
    needed = {name for name, parameter in declared.items() if parameter["default"] is None}
    assert needed <= set(document["parameters"]) <= set(declared)


def test_azd_finds_the_app() -> None:
    """The service of azure.yaml is the tag that the app carries, and the files are where it looks."""
    project = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))
    service = {"project": ".", "language": "python", "host": "function", "remoteBuild": False}
    assert project["services"]["feedwarden"] == service
    assert project["hooks"]["preup"]["run"] == "make package"
    steps = [step["azd"] for step in project["workflows"]["up"]["steps"]]
    assert steps == ["provision", "deploy feedwarden --from-package dist/feedwarden.zip"]
    assert (ROOT / project["infra"]["path"] / f"{project['infra']['module']}.bicep").is_file()
    ((_, _, app),) = resources("Microsoft.Web/sites")
    assert app["tags"]["function"]["parameters"]["arg_2"] == {"'azd-service-name'": "feedwarden"}


def test_every_resource_carries_the_tags() -> None:
    """What can carry tags does, so that costs and owners are found."""
    untagged = {
        f"{path.name}: {name}"
        for path in FILES
        for name, resource in facts(path).get("resources", {}).items()
        if not resource["existing"] and "location" in body(resource) and "tags" not in body(resource)
    }
    # A link of a private name zone has a place, and belongs to its zone.
    assert untagged == {"network.bicep: links"}


def _of(path: Path, part: str) -> set[str]:
    return set(facts(path).get(part, {}))


_DECLARATIONS: Final = frozenset(
    {"parameter_declaration", "variable_declaration", "resource_declaration", "module_declaration"}
)


def _declared(path: Path) -> list[str]:
    return [
        next(text(child) for child in node.children if child.type == "identifier")
        for node in nodes(form(path))
        if node.type in _DECLARATIONS
    ]


def _outputs(path: Path) -> set[str]:
    return set(re.findall(r"^output (\w+) ", path.read_text(encoding="utf-8"), re.MULTILINE))


def _loop_names(path: Path) -> set[str]:
    found = re.findall(r"\[for (?:\((\w+), (\w+)\)|(\w+)) in ", path.read_text(encoding="utf-8"))
    return {name for names in found for name in names if name}


def _used(path: Path) -> list[str]:
    return [text(node) for node in nodes(form(path)) if node.type == "identifier" and not _is_label(node)]


def _is_label(node: Node) -> bool:
    """Say whether a name only names something here: a declaration, a key, a decorator, a type."""
    parent = node.parent
    assert parent is not None
    if any(ancestor.type == "decorator" for ancestor in _ancestors(node)):
        return True
    # Nodes are made anew with each look, so places are compared.
    first = next(child for child in parent.children if child.type == "identifier").start_byte == node.start_byte
    return first and parent.type in {*_DECLARATIONS, "object_property", "output_declaration"} and _leads(parent, node)


def _leads(parent: Node, node: Node) -> bool:
    """Say whether the name stands before what it names: `key: value`, not `'text': value`."""
    return parent.type != "object_property" or parent.children[0].start_byte == node.start_byte


def _ancestors(node: Node) -> list[Node]:
    found = []
    while (above := node.parent) is not None:
        found.append(above)
        node = above
    return found
