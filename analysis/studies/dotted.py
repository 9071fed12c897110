"""Dotted names such as ``negotiation.policies.Ann.weight``, and where they lead in nested data.

Takes data and a name, gives a place or changes the data there. Studies vary scenarios by them.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from curnits.sim.files.yaml import Place, type_name
from curnits.sim.scenario.payoffs import FieldError


def put(data: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where a dotted name leads, in data that may be changed; null is as left out."""
    *way, last = place_of(data, name)
    node: Any = data
    for key in way:
        found = node.get(key) if isinstance(node, dict) else node[key]
        if found is None:
            found = node[key] = {}
        node = found
    node[last] = deepcopy(value)


def place_of(data: Mapping[str, Any], name: str) -> Place:
    """Return where a dotted name leads; keys that hold points themselves are found, too."""
    node: Any = data
    place: list[str | int] = []
    parts = name.split(".")
    while parts:
        taken = 1
        key: str | int = parts[0]
        if isinstance(node, Mapping):
            ends = (k for k in range(len(parts), 0, -1) if ".".join(parts[:k]) in node)
            taken = next(ends, 1)
            key = ".".join(parts[:taken])
            node = node.get(key)
        elif isinstance(node, list):
            if not parts[0].isdecimal() or int(parts[0]) >= len(node):
                expected = f"expected a number below {len(node)}, since this is a list"
                raise FieldError((*place, parts[0]), f"no entry {parts[0]} ({expected})")
            key = int(parts[0])
            node = node[key]
        elif node is not None:
            found = type_name(node)
            raise FieldError((*place, parts[0]), f"unknown key (found {found} without parts)")
        place.append(key)
        parts = parts[taken:]
    return tuple(place)
