"""Plain data as YAML files that people like to read."""

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

_TEXT_WIDTH = 96
"""Columns at which long text is folded in written files."""


def render(data: Mapping[str, Any]) -> str:
    """Write plain data as YAML that :func:`.yaml.parse` reads back to the same data.

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
