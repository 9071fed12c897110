"""Random changes: of plain data, of text and of tables. All chance comes from a generator."""

import json
import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

import pandas as pd

ODD_VALUES: Sequence[Any] = (
    *(None, True, False, "", " ", "x", "any", "default", "1/3", "1/0", "0x10", "__import__('os')"),
    *("\ud800", "a\nb", "a\0b", "\x1b[31m", "=1+1", "日本", "ü" * 300, "../..", "/dev/zero", "<<"),
    *(0, 1, -1, 2, 3, 7, 25, 10**6, 10**30, -(10**30), 2**63, 10**400),
    *(0.5, -0.0, 1e-300, 5e-324, 1e-9, 1e99, 1e101, 1e150, 1e308, math.nan, math.inf, -math.inf),
    *([], {}, [[]], [{}], [0], [[1, 2], [3, 4]], {"a": 1}, {"": None}),
)

_LARGEST = 10**300
"""Whole numbers that are multiplied by others at most."""

SNIPPETS: Sequence[str] = (
    *("{", "}", "[", "]", ":", ": ", "- ", ",", "#", "&a ", "*a", "<<: *a", "? ", "|", ">", '"'),
    *("'", "!!omap ", "!foo ", "!!str ", "!!bool ", "!!binary ", "%YAML 1.1\n---\n", "---\n"),
    *("&a {game: *a}", "&a {<<: *a}", "&a [*a]", "\n", "\t", "\0", "\ufeff", "\u2028", "\\ud800"),
    *("NaN", "Infinity", "1e999", "-1e308", "9" * 50, "9" * 5000, "1/0", "~", "null", "2013-01-02"),
    *("NFG 1 R", "{ }", '"" ', "[" * 100, "{" * 100, "x" * 1000),
)


def changed_data(data: Any, rng: Random) -> Any:
    """Return a copy of nested lists and mappings with one or two changes somewhere."""
    holder = [deepcopy(data)]
    for _ in range(rng.choice((1, 1, 2))):
        parent, key = rng.choice(list(_places(holder)))
        rng.choice(_CHANGES)(parent, key, rng)
    return holder[0]


def _places(value: Any) -> Any:
    """Yield every container and a key in it."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _replace(parent: Any, key: Any, rng: Random) -> None:
    parent[key] = deepcopy(rng.choice(ODD_VALUES))


def _delete(parent: Any, key: Any, rng: Random) -> None:
    del parent[key]
    if not parent:
        _insert(parent, key, rng)


def _insert(parent: Any, key: Any, rng: Random) -> None:
    value = deepcopy(rng.choice(ODD_VALUES))
    if isinstance(parent, dict):
        parent[rng.choice(("zz", "", "1", "seed", "players", "money", "form", key))] = value
    else:
        parent.insert(rng.randint(0, len(parent)), value)


def _nudge(parent: Any, key: Any, rng: Random) -> None:
    value = parent[key]
    if isinstance(value, bool):
        parent[key] = not value
    elif isinstance(value, int) and abs(value) > _LARGEST:
        parent[key] = rng.choice((-value, value + 1))
    elif isinstance(value, int | float):
        parent[key] = rng.choice((-value, value + 1, value * 1e6, value / 3, value * 1e-12))
    elif isinstance(value, str):
        parent[key] = rng.choice((value + "x", value[:-1], value.upper(), [value], {value: value}))
    else:
        parent[key] = rng.choice(([value], {"a": value}, 0))


def _exchange(parent: Any, key: Any, rng: Random) -> None:
    other = rng.choice(list(parent.keys() if isinstance(parent, dict) else range(len(parent))))
    parent[key], parent[other] = parent[other], parent[key]


def _repeat(parent: Any, key: Any, rng: Random) -> None:
    times = rng.choice((1, 2, 10, 40))
    if isinstance(parent, list):
        parent[key:key] = [deepcopy(parent[key])] * times
    else:
        parent[f"{key}{times}"] = deepcopy(parent[key])


_CHANGES: Sequence[Callable[[Any, Any, Random], None]] = (
    *(_replace, _replace, _nudge, _nudge, _delete, _insert, _exchange, _repeat),
)


def changed_text(text: str, rng: Random) -> str:
    """Return a text with something put in, cut out, doubled or exchanged."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        a, b = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        b = min(b, a + rng.choice((1, 5, 40)))
        snippet = rng.choice(SNIPPETS)
        text = rng.choice(
            (
                text[:a] + snippet + text[a:],
                text[:a] + snippet + text[b:],
                text[:a] + text[b:],
                text[:b] + text[a:],
                text[:a],
            )
        )
    return text


def changed_bytes(content: bytes, rng: Random) -> bytes:
    """Return bytes with some overwritten, or the end cut off."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.choice((None, None, len(changed) // 2, 0))])


def changed_table(table: pd.DataFrame, rng: Random) -> pd.DataFrame:
    """Return a table without a column, with another type, odd values, or other rows."""
    name = rng.choice(list(table.columns))
    rows = len(table)
    match rng.randrange(8):
        case 0:
            return table.drop(columns=name)
        case 1:
            return table.rename(columns={name: rng.choice(("x", "", "tick2"))})
        case 2:
            return table.assign(**{name: table[name].astype(str)})
        case 3:
            value = rng.choice((None, "x", "a+b", 1, -1, 1.5, math.nan, math.inf, 1e300, True))
            return table.assign(**{name: [value] * rows})
        case 4:
            return table.iloc[: rng.randint(0, rows)]
        case 5:
            return pd.concat([table, table.tail(rng.choice((1, 3)))], ignore_index=True)
        case 6:
            return table.iloc[::-1]
        case _:
            values = table[name].astype(object).tolist()
            for _ in range(min(rows, 2)):
                values[rng.randrange(rows)] = rng.choice((None, math.nan, -1, 0, 1, 1e99))
            try:
                return table.assign(**{name: pd.Series(values).infer_objects()})
            except ValueError:
                return table.drop(columns=name)


def as_json(data: Any) -> str:
    """Write data as JSON, with constants and digits that JSON does not have."""
    return json.dumps(data, indent=1)
