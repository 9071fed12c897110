"""JSON files as plain data: sizes are checked before anything is built, numbers and text after.

Takes the text of a file, gives plain data that any record can be made of; solutions, summaries and
manifests are read through here.
"""

import re
from collections.abc import Iterator
from json import JSONDecodeError, loads
from typing import Any

from curnits.sim.errors import InputError
from curnits.sim.files.reading import MAX_DEPTH
from curnits.sim.files.yaml import Place

MAX_BYTES = 64_000_000
"""Largest JSON file that is read, bytes: a few seconds, under 1 GB of memory."""

MAX_VALUES = 2_000_000
"""Most values, lists and objects of a JSON file (8 s)."""

MAX_NUMBER = 1e120
"""Largest size of a number; the largest payoff times the most players and outcomes is below."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]|,', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonError(InputError):
    """A JSON text that cannot be read.

    Parameters
    ----------
    place : str
        Line, or keys and positions that lead to what is wrong.
    message : str
        What is wrong.
    """

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place


def parse(text: str) -> Any:
    """Read JSON (RFC 8259) as plain data.

    Raises
    ------
    JsonError
        If the text is no JSON, is too large or nested too deeply, repeats a key, or holds a number
        that is not finite or beyond :data:`MAX_NUMBER`, or text that cannot be written.
    """
    _check_size(text)
    try:
        data = loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except JSONDecodeError as error:
        raise JsonError(str(error.lineno), f"not valid JSON: {error.msg}") from error
    except JsonError:
        raise
    except ValueError as error:  # more digits than Python reads
        raise JsonError("", "holds a number of too many digits") from error
    for place, problem in _problems(data, ()):
        raise JsonError(".".join(map(str, place)), problem)
    return data


def _check_size(text: str) -> None:
    depth, values = 0, 1
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "[" | "{":
                depth += 1
                values += 1
            case "]" | "}":
                depth -= 1
            case ",":
                values += 1
            case _:
                continue
        if depth > MAX_DEPTH or values > MAX_VALUES:
            line = str(text.count("\n", 0, token.start()) + 1)
            if depth > MAX_DEPTH:
                raise JsonError(line, f"nested too deeply: at most {MAX_DEPTH} levels are read")
            raise JsonError(line, f"too large: at most {MAX_VALUES:,} values are read")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise JsonError("", f"duplicate key {key!r:.60}")
        found[key] = value
    return found


def _refused(constant: str) -> None:
    raise JsonError("", f"not valid JSON: {constant} (expected a finite number)")


def _problems(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield where numbers or text stand that nothing can be done with."""
    if isinstance(value, dict):
        for key, item in value.items():
            if _SURROGATE.search(key):
                yield place, "expected text as keys (found half of a surrogate pair)"
            yield from _problems(item, (*place, key))
    elif isinstance(value, list):
        for k, item in enumerate(value):
            yield from _problems(item, (*place, k))
    elif isinstance(value, str):
        if _SURROGATE.search(value):
            yield place, "expected text (found half of a surrogate pair)"
    elif isinstance(value, int | float) and not -MAX_NUMBER <= value <= MAX_NUMBER:
        yield place, f"expected a number of at most {MAX_NUMBER:g} in size"
