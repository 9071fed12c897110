"""YAML files as plain data with line numbers, and back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from sim.errors import InputError

type Place = tuple[str | int, ...]
"""Keys and positions that lead from the top of a file to a value."""

MAX_CHARACTERS = 16_000_000
"""Longest YAML file that is read (a minute)."""

_REPEATED = 100_000
"""How many values aliases may add to those that stand in a file."""

_TEXT_WIDTH = 96


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


@dataclass(frozen=True)
class Document:
    """A file's content as dicts, lists, text, numbers, booleans and None, and where it stands."""

    data: dict[str, Any]
    source: CommentedMap

    def line(self, path: Place) -> int:
        """Return the line, counted from 1, of the deepest part of ``path`` that the file has."""
        node: Any = self.source
        line: int = node.lc.line
        for step in path:
            if isinstance(node, CommentedMap):
                key = next((key for key in node if str(key) == step), None)
                if key is None or key not in node.lc.data:
                    break
                line, node = node.lc.key(key)[0], node[key]
            elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
                line, node = node.lc.item(step)[0], node[step]
            else:
                break
        return line + 1


def parse(text: str) -> Document:
    """Read one YAML 1.2 mapping. Tags, dates and references of a value to itself are refused.

    Raises
    ------
    YamlError
        If the text is not YAML, repeats a key, or holds anything but plain data.
    """
    if len(text) > MAX_CHARACTERS:
        raise YamlError(
            1,
            f"the file is too large: {len(text):,} characters, at most {MAX_CHARACTERS:,} are read "
            "(a game of that size belongs in a Gambit .nfg file)",
        )
    try:
        source = YAML().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join((error.problem or error.context or "syntax error").split())
        raise YamlError(mark.line + 1 if mark else 1, f"not valid YAML: {problem}") from error
    except YAMLError as error:
        raise YamlError(1, f"not valid YAML: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise YamlError(1, "not readable: nested too deeply") from error
    except ValueError as error:
        raise YamlError(1, f"not readable: {error}") from error
    if source is None:
        raise YamlError(1, "the file is empty")
    if not isinstance(source, CommentedMap):
        raise YamlError(1, f"expected keys with values (found {type_name(source)})")
    # without aliases, every value takes at least a character
    return Document(_plain(source, 1, iter(range(len(text) + _REPEATED))), source)


def _plain(value: Any, line: int, seen: Iterator[int]) -> Any:
    if next(seen, None) is None:
        raise YamlError(line, "too large: the aliases in this file repeat too much")
    if isinstance(value, CommentedMap):
        plain: dict[str, Any] = {}
        for key, item in value.items():
            below = value.lc.key(key)[0] + 1 if key in value.lc.data else line
            if str(key) in plain:
                raise YamlError(below, f"duplicate key {str(key)!r}")
            plain[str(key)] = _plain(item, below, seen)
        return plain
    if isinstance(value, CommentedSeq):
        return [_plain(item, value.lc.item(k)[0] + 1, seen) for k, item in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, ScalarBoolean):
        return bool(value)
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    raise YamlError(line, f"expected plain data, found {type_name(value)}: put text in quotes")


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


def render(data: Mapping[str, Any]) -> str:
    """Write plain data as YAML that :func:`parse` reads back to the same data.

    Lists of scalars, and lists of such lists, stand on one line.
    """
    yaml = YAML()
    yaml.width = _TEXT_WIDTH
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(_dressed(data), stream)
    return stream.getvalue()


def _dressed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_dressed_text(key): _dressed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        sequence = CommentedSeq(_dressed(item) for item in value)
        if _depth(value) <= 2:
            sequence.fa.set_flow_style()
        return sequence
    if isinstance(value, str):
        return _dressed_text(value)
    return value


def _dressed_text(text: str) -> str:
    printable = text.replace("\n", "").isprintable()
    dressed = text
    if printable and "\n" in text and not text[0].isspace():
        dressed = LiteralScalarString(text)
    elif not printable or text.startswith("?"):  # which the library would write without quotes
        dressed = DoubleQuotedScalarString(text)
    return dressed


def _depth(value: Any) -> int:
    if isinstance(value, Mapping):
        return 3
    if isinstance(value, list | tuple):
        return 1 + max((_depth(item) for item in value), default=0)
    return 0
