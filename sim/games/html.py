"""Small HTML tables, for notebooks and pages."""

from collections.abc import Sequence
from html import escape

type Cell = str | float


def number(amount: float) -> str:
    """Return a number with six figures."""
    return f"{amount:.6g}"


def table(heads: Sequence[str], rows: Sequence[Sequence[Cell]], caption: str = "") -> str:
    """Return an HTML table; text is escaped, numbers are rounded and aligned to the right.

    Examples
    --------
    >>> table(["<a>"], [["b"]])
    '<table><tr><th>&lt;a&gt;</th></tr><tr><td>b</td></tr></table>'
    """
    top = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table>{top}<tr>{head}</tr>{body}</table>"


def _cell(content: Cell) -> str:
    if isinstance(content, str):
        return f"<td>{escape(content)}</td>"
    return f'<td class="number">{number(content)}</td>'
