"""YAML files as plain data with line numbers; :mod:`.yaml_writing` writes them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

from curnits.sim.errors import InputError
from curnits.sim.files.reading import MAX_DEPTH

type Place = tuple[str | int, ...]
"""Keys and positions that lead from the top of a file to a value."""

MAX_CHARACTERS = 16_000_000
"""Longest YAML file that is read (comments or text alone take up to a quarter of a minute)."""

MAX_VALUES = 250_000
"""Most values, lists and mappings of a YAML file, those that aliases repeat included (6 s)."""

_MERGE = "<<"
_TAG = "tag:yaml.org,2002:"
_TAGGED = (ScalarEvent, SequenceStartEvent, MappingStartEvent)
_PLAIN = ("bool", "float", "int", "null")
_SURROGATE = re.compile("[\ud800-\udfff]")


class YamlError(InputError):
    """A YAML text that cannot be read as plain data.

    Parameters
    ----------
    line : int
        Where, counted from 1.
    message : str
        What is wrong.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(eq=False)
class _Node:
    """A value and where it stands: on which line, and its entries with their lines."""

    line: int
    data: Any
    values: int = 1
    entries: dict[str | int, "_Node"] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A file's content as dicts, lists, text, numbers, booleans and None, and where it stands.

    Values that the file repeats by an alias are one object; nobody changes what was read.
    """

    data: dict[str, Any]
    root: _Node

    def line(self, path: Place) -> int:
        """Return the line, counted from 1, of the deepest part of ``path`` that the file has."""
        node = self.root
        for step in path:
            if step not in node.entries:
                break
            node = node.entries[step]
        return node.line


def parse(text: str) -> Document:
    """Read one YAML 1.2 mapping. Tags, dates and references of a value to itself are refused.

    Raises
    ------
    YamlError
        If the text is not YAML, repeats a key, holds anything but plain data, or is too large;
        sizes are checked before anything is built.
    """
    if len(text) > MAX_CHARACTERS:
        raise YamlError(
            1,
            f"the file is too large: {len(text):,} characters, at most {MAX_CHARACTERS:,} are read "
            "(a game of that size belongs in a Gambit .nfg file)",
        )
    try:
        root = _Reader(text).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join((error.problem or error.context or "syntax error").split())
        raise YamlError(mark.line + 1 if mark else 1, f"not valid YAML: {problem}") from error
    except YAMLError as error:
        raise YamlError(1, f"not valid YAML: {str(error).splitlines()[0]}") from error
    return Document(root.data, root)


class _Reader:
    """Builds plain data from the events of a parser, and counts while it does.

    The library's own constructors build first and complain later, with messages that write out the
    whole value: too late for a file whose aliases multiply.
    """

    def __init__(self, text: str) -> None:
        self._yaml = YAML(typ="safe", pure=True)
        self._events: Iterator[Event] = self._yaml.parse(StringIO(text))
        self._anchors: dict[str, _Node | None] = {}
        self._values = 0

    def document(self) -> _Node:
        next(self._events)  # the start of the stream
        start = next(self._events)
        if not isinstance(start, DocumentStartEvent):
            raise YamlError(1, "the file is empty")
        if start.version not in (None, (1, 2)):
            raise YamlError(start.start_mark.line + 1, "expected YAML 1.2")
        root = self._node(self._next(), 1)
        next(self._events)  # the end of the document
        after = next(self._events)
        if isinstance(after, DocumentStartEvent):
            line = after.start_mark.line + 1
            raise YamlError(line, "not valid YAML: expected a single document")
        if root.data is None:
            raise YamlError(1, "the file is empty")
        if not isinstance(root.data, dict):
            raise YamlError(1, f"expected keys with values (found {type_name(root.data)})")
        return root

    def _node(self, event: NodeEvent, depth: int) -> _Node:
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            return self._repeated(event, line)
        self._count(1, line)
        if depth > MAX_DEPTH:
            raise YamlError(line, f"nested too deeply: at most {MAX_DEPTH} levels are read")
        tag = event.tag if isinstance(event, _TAGGED) else None
        if tag is not None:
            found = str(tag).replace(_TAG, "!!")
            raise YamlError(line, f"expected plain data, found {found!r:.60}: put text in quotes")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        before = self._values
        if isinstance(event, MappingStartEvent):
            node = self._mapping(line, depth)
        elif isinstance(event, SequenceStartEvent):
            node = self._sequence(line, depth)
        else:
            assert isinstance(event, ScalarEvent)  # there are no other kinds
            node = _Node(line, self._scalar(event, line))
        node.values += self._values - before
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _repeated(self, event: AliasEvent, line: int) -> _Node:
        if event.anchor not in self._anchors:
            raise YamlError(line, f"not valid YAML: found undefined alias {event.anchor!r:.60}")
        node = self._anchors[event.anchor]
        if node is None:
            raise YamlError(line, f"the value of &{event.anchor:.60} contains itself")
        self._count(node.values, line)
        return _Node(line, node.data, node.values, node.entries)

    def _count(self, values: int, line: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise YamlError(
                line,
                f"too large: at most {MAX_VALUES:,} values are read, those that aliases repeat "
                "included (a game of that size belongs in a Gambit .nfg file)",
            )

    def _sequence(self, line: int, depth: int) -> _Node:
        items = [self._node(event, depth + 1) for event in self._until_end()]
        return _Node(line, [item.data for item in items], entries=dict(enumerate(items)))

    def _mapping(self, line: int, depth: int) -> _Node:
        own: dict[str | int, _Node] = {}
        merged: list[_Node] | None = None
        for event in self._until_end():
            below = event.start_mark.line + 1
            merges = isinstance(event, ScalarEvent) and event.value == _MERGE and event.implicit[0]
            key = _MERGE if merges else self._key(event, below)
            value = self._node(self._next(), depth + 1)
            if (merges and merged is not None) or (not merges and key in own):
                raise YamlError(below, f"not valid YAML: found duplicate key {key!r:.60}")
            if merges:
                merged = self._merged(value)
            else:
                value.line = below
                own[key] = value
        for mapping in merged or ():
            own = mapping.entries | own
        return _Node(line, {key: value.data for key, value in own.items()}, entries=own)

    def _merged(self, value: _Node) -> list[_Node]:
        mappings = [*value.entries.values()] if isinstance(value.data, list) else [value]
        for mapping in mappings:
            if not isinstance(mapping.data, dict):
                found = type_name(mapping.data)
                raise YamlError(value.line, f"<<: expected keys with values (found {found})")
        return mappings

    def _key(self, event: NodeEvent, line: int) -> str:
        node = self._node(event, 1) if isinstance(event, ScalarEvent | AliasEvent) else None
        if node is None or isinstance(node.data, dict | list):
            raise YamlError(line, "expected text as a key (found a list, or keys with values)")
        return str(node.data)

    def _until_end(self) -> Iterator[NodeEvent]:
        while not isinstance(event := next(self._events), CollectionEndEvent):
            assert isinstance(event, NodeEvent)  # so it is in collections
            yield event

    def _next(self) -> NodeEvent:
        event = next(self._events)
        assert isinstance(event, NodeEvent)  # the parser gives a node, if an empty one
        return event

    def _scalar(self, event: ScalarEvent, line: int) -> Any:
        text: str = event.value
        if _SURROGATE.search(text):
            raise YamlError(line, "expected text (found half of a surrogate pair)")
        if not event.implicit[0]:
            return text
        tag = str(self._yaml.resolver.resolve(ScalarNode, text, (True, False)))
        kind = tag.removeprefix(_TAG)
        if kind == "timestamp":
            raise YamlError(line, "expected plain data, found date: put text in quotes")
        if kind not in _PLAIN:
            return text
        try:
            return self._yaml.constructor.construct_object(ScalarNode(tag, text, event.start_mark))
        except ValueError as error:  # more digits than Python reads
            raise YamlError(line, f"not readable as a number: {text:.20}…") from error


def type_name(value: object) -> str:
    """Return what a value of a YAML file is called in messages."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"a truth value: {str(value).lower()}"
    if isinstance(value, str):
        return f"text: {value!r:.60}"
    if isinstance(value, Mapping):
        return "keys with values"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return f"{value!r:.60}" if isinstance(value, int | float) else type(value).__name__
