"""The keys of scenario files as tables, made from the models that read them.

Types, bounds and defaults are those that pydantic checks; examples are from the catalogue.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from inspect import getdoc
from typing import Any, get_args

from pydantic import BaseModel

from curnits.sim.files.yaml import parse
from curnits.sim.games.families import FAMILIES
from curnits.sim.games.utilities import UTILITIES
from curnits.sim.negotiation.policies import POLICIES
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.population.networks import NetworkField
from curnits.sim.population.populationfile import GroupEntry, PopulationSection
from curnits.sim.scenario.catalogue import catalogue, shipped
from curnits.sim.scenario.forms import FORMS
from curnits.sim.scenario.ladders import LadderEntry, RungEntry, TreatyEntry
from curnits.sim.scenario.newcomers import NewcomerEntry
from curnits.sim.scenario.scenario import Scenario
from curnits.sim.scenario.sets import BODIES

_LONGEST = 60
"""Characters of an example; of longer ones the scenario is named."""

_NAMES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
}
"""What values are, in words, by their names in JSON schemas."""

type Schema = Mapping[str, Any]


def keys_page() -> str:
    """Return the tables in Markdown, section by section."""
    parts = ["## The head\n", _table(Scenario, ())]
    for name, form in FORMS.items():
        parts += [f"## `game`, `form: {name}`\n", f"{_first(form)}\n", _table(form, ("game",))]
    parts += [
        "## Utility functions (`game.utilities`)\n",
        _kinds(UTILITIES, "function"),
        "## Families (`game.family`)\n",
        _kinds(FAMILIES, "family"),
        f"## Sets (`feasible`, `V`): points, limits, {', '.join(f'`{key}`' for key in BODIES)}\n",
        "`[[1, 2], [3, 0]]` are points, which can be mixed; `{at most: 8, weights: {Ada: 2}}` is a "
        "weighted sum of payoffs and its bound (weights: 1), `limits` a list of them, and "
        "`at least` the lowest payoffs (0). `{pie: 10, utilities: …}` is divided, `goods` are "
        "amounts by name, and `ellipsoid` has `centre` and `radii`.\n",
        "## `ladders`, by player\n",
        _table(LadderEntry, ("ladders", "*")),
        "### `rungs`, a list\n",
        _table(RungEntry, ("ladders", "*", "rungs", "*")),
        "## `treaties`, a list\n",
        _table(TreatyEntry, ("treaties", "*")),
        "## `newcomers`, by player\n",
        _table(NewcomerEntry, ("newcomers", "*")),
        "## `negotiation`\n",
        f"{_first(NegotiationSettings)}\n",
        _table(NegotiationSettings, ("negotiation",)),
    ]
    for name, field in NegotiationSettings.model_fields.items():
        if isinstance(field.default, BaseModel):
            kind = type(field.default)
            parts += [f"### `{name}`\n", f"{_first(kind)}\n", _table(kind, ("negotiation", name))]
    parts += ["### Policies (`negotiation.policies`)\n", _policies()]
    parts += ["## `run`\n", f"{_first(RunSettings)}\n", _table(RunSettings, ("run",))]
    return "\n".join(parts)


def population_keys() -> str:
    """Return the tables of the section ``population`` in Markdown."""
    kinds = get_args(get_args(NetworkField.__value__)[0])
    networks = [
        (
            f"`{kind.model_fields['kind'].annotation.__args__[0]}`",
            _first(kind),
            ", ".join(
                f"`{key}` ({field.description})"
                + ("" if field.is_required() else f" {_stated(field.default)}")
                for key, field in kind.model_fields.items()
                if key != "kind"
            ),
        )
        for kind in kinds
    ]
    parts = [
        "### `population`\n",
        _table(PopulationSection, ("population",)),
        "### `groups`, by name\n",
        _table(GroupEntry, ("population", "groups", "*")),
        "### `network`\n",
        _rows(("kind", "what it is", "parameters and defaults"), networks),
    ]
    return "\n".join(parts)


def _table(model: type[BaseModel], place: tuple[str, ...]) -> str:
    """Return a row for each key of a section that stands at a place; ``*`` is any name or entry."""
    schema = model.model_json_schema()
    rows = [
        (
            f"`{key}`",
            _type(part, schema.get("$defs", {})),
            _default(model, key),
            model.model_fields[key].description or "",
            f"`{key}: {part['const']}`" if "const" in part else _example((*place, key), part),
        )
        for key, part in schema["properties"].items()
    ]
    return _rows(("key", "type", "default", "what, and in which unit", "example"), rows)


def _type(part: Schema, defs: Schema) -> str:
    """Return what a value may be, in words."""
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[1]
        inner = defs[name]
        return "a policy" if name == "PolicyField" else _type(inner, defs)
    if "anyOf" in part:
        kinds = [_type(other, defs) for other in part["anyOf"] if other.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in part or "const" in part:
        return ", ".join(f"`{value}`" for value in part.get("enum", [part.get("const")]))
    kind = part.get("type")
    if kind == "object":
        inner = part.get("additionalProperties")
        if "properties" in part or not isinstance(inner, Mapping):
            return "keys with values"
        return f"by name: {_type(inner, defs)}"
    if kind == "array":
        inner = part.get("items")
        return f"list of: {_type(inner, defs)}" if inner else "list"
    return _NAMES.get(str(kind), "see above") + _bounds(part)


def _bounds(part: Schema) -> str:
    signs = {"exclusiveMinimum": ">", "minimum": "≥", "maximum": "≤"}
    said = [f"{sign} {part[key]:g}" for key, sign in signs.items() if key in part]
    return f" {' and '.join(said)}" if said else ""


def _default(model: type[BaseModel], key: str) -> str:
    field = model.model_fields[key]
    if field.is_required():
        return "needed" if "left out" not in (field.description or "").casefold() else ""
    if field.default is None or isinstance(field.default, BaseModel):
        return ""
    return f"`{_stated(field.default)}`"


def _example(place: tuple[str, ...], part: Schema) -> str:
    """Return a short value that the catalogue states there, or who states a long one."""
    found = ""
    for name, document in _documents().items():
        for value in _at(document, place):
            text = _stated(value)
            if len(text) <= _LONGEST and value not in ("", part.get("default")):
                return f"`{place[-1]}: {text}`"
            found = found or f"in {name}"
    return found


@cache
def _documents() -> dict[str, Mapping[str, Any]]:
    files = catalogue() | shipped("population")
    return {name: parse(path.read_text("utf-8")).data for name, path in files.items()}


def _at(value: Any, place: tuple[str, ...]) -> Iterator[Any]:
    """Yield what stands at a place."""
    if not place:
        yield value
    elif place[0] == "*" and isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _at(inner, place[1:])
    elif isinstance(value, Mapping) and place[0] in value:
        yield from _at(value[place[0]], place[1:])


def _stated(value: Any) -> str:
    """Write a value as a file would, on one line."""
    if isinstance(value, Mapping):
        entries = (f"{_stated(key)}: {_stated(inner)}" for key, inner in value.items())
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_stated, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    text = str(value)
    return f'"{text}"' if not text or any(mark in text for mark in ",:{}[]#") else text


def _kinds(kinds: Mapping[str, type[Any]], name: str) -> str:
    """Return a row for each class whose fields are parameters."""
    rows = []
    for key, kind in kinds.items():
        parameters = [
            f"`{field.name}`" + (f" {_stated(field.default)}" if _has_default(field) else "")
            for field in fields(kind)
        ]
        rows.append((f"`{key}`", _first(kind), ", ".join(parameters)))
    return _rows((name, "what it is", "parameters and defaults"), rows)


def _has_default(field: Any) -> bool:
    return field.default is not MISSING


def _policies() -> str:
    rows = []
    for name, kind in POLICIES.items():
        parts = [
            f"`{key}` ({field.description or 'see its class'})"
            + ("" if field.is_required() or field.default is None else f" {_stated(field.default)}")
            for key, field in kind.model_fields.items()
        ]
        rows.append((f"`{name}`", _first(kind), "; ".join(parts)))
    return _rows(("policy", "what it does", "parameters and defaults"), rows)


def _first(kind: type[Any]) -> str:
    """Return the first sentence of what a class says of itself."""
    paragraph = (getdoc(kind) or "").split("\n\n")[0]
    return re.sub(r":\w+:`~?([^`]*)`", r"`\1`", " ".join(paragraph.split())).replace("``", "`")


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    escaped = ([" ".join(cell.split()).replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in escaped) + "\n"
