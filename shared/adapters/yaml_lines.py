"""YAML as plain values that remember their lines; what YAML can do beyond that is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from shared.errors import ConfigurationError

type Loc = tuple[int | str, ...]

_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True)
class LocatedYaml:
    """A document's value, the line of each part of it, and what is wrong with its writing."""

    value: object
    lines: Mapping[Loc, int]
    problems: tuple[str, ...]

    def line(self, loc: Loc) -> int:
        """Return the line of a part; of the part around it, where it is not in the document."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)


class _PlainLoader(yaml.SafeLoader):
    """Composes nodes, but no aliases (small files that unfold to huge ones) and no tags (texts that choose a type)."""

    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # its stub has no types
        what = "an alias" if isinstance(event, yaml.AliasEvent) else None
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            what = "an anchor" if event.anchor else "a tag" if event.tag else None
        if self.depth > _DEEPEST:
            what = "a value nested this deeply"
        if what is not None:
            raise yaml.MarkedYAMLError(problem=f"{what} has no place in this file", problem_mark=event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


@dataclass(slots=True)
class _Walk:
    """Turns nodes into values, noting lines and problems on the way."""

    loader: _PlainLoader
    lines: dict[Loc, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def value(self, node: Node, loc: Loc) -> object:
        self.lines.setdefault(loc, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*loc, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: MappingNode, loc: Loc) -> dict[str, object]:
        members: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.problems.append(f"line {line}: a key must be a plain word")
                continue
            key = key_node.value
            if key in members:
                self.problems.append(f"line {line}: the key {key[:40]!r} stands twice in one place")
                continue
            self.lines[*loc, key] = line
            members[key] = self.value(value_node, (*loc, key))
        return members

    def _scalar(self, node: Node) -> object:
        try:
            return self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):  # a date in month 13, an endless number
            self.problems.append(f"line {node.start_mark.line + 1}: this value cannot be read: put it in quotes")
            return None


def _told(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return "the file holds characters that YAML does not know"


def read_yaml(text: str) -> LocatedYaml:
    """Read one document.

    Raises:
        ConfigurationError: it is no YAML, or uses aliases, anchors, tags or deep nesting; the parser stops there.
    """
    try:
        loader = _PlainLoader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise ConfigurationError((_told(error),)) from error
    except (RecursionError, ValueError) as error:  # a version directive of thousands of digits is no integer
        raise ConfigurationError(("the file is no YAML that can be read",)) from error
    walk = _Walk(loader)
    value = None if node is None else walk.value(node, ())
    return LocatedYaml(value, walk.lines, tuple(walk.problems))
