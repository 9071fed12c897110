"""What all figures share: panels, the registry's entries, names and colours of players."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from curnits.analysis.figures.fonts import drawable, is_drawable
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.coalitions import Mask, members

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe & Ito's (2008) colours, told apart by colour-blind readers, but their pale yellow."""

LINES = ("-", "--", "-.", ":")
MARKERS = "osD^vPX*"

GREY, PALE = "#777777", "#E8E8E8"
RED, PURPLE = "#C1272D", "#7B3294"

_LONGEST_CODE = 3
_LONGEST_NAME = 18


@dataclass(frozen=True, eq=False)
class Panel:
    """One pair of axes.

    Attributes
    ----------
    title : str
    table : DataFrame
        Everything that is drawn.
    draw : callable
        Draws the table into axes.
    part : str
        Panels of one part have tables with the same columns.
    """

    title: str
    table: pd.DataFrame
    draw: Callable[[Axes, pd.DataFrame], None]
    part: str = ""


@dataclass(frozen=True)
class FigureKind:
    """An entry of the registry.

    Attributes
    ----------
    name : str
    caption : str
    panels : callable
        Makes the panels of some runs, the first being the one that is shown; none where the figure
        has nothing to show.
    columns : int
        Panels beside each other on a page.
    height : float
        Of a panel, inches.
    needs : str
        What runs must be like for the figure to have something to show.
    """

    name: str
    caption: str
    panels: Callable[[Sequence[RunData]], list[Panel]]
    columns: int = 2
    height: float = 2.1
    needs: str = "a game of at least two players"


def player_style(number: int) -> dict[str, Any]:
    """Return colour and line style of a player, the same in all figures and distinct in grey."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": LINES[number % len(LINES)]}


def marker(number: int) -> str:
    """Return the marker of a player."""
    return MARKERS[number % len(MARKERS)]


def codes(players: Sequence[str]) -> list[str]:
    """Return short names: the players' own if all are short and can be drawn, else numbers."""
    if max(map(len, players)) <= _LONGEST_CODE and is_drawable("".join(players)):
        return [literal(player) for player in players]
    return [str(i + 1) for i in range(len(players))]


def legend_names(players: Sequence[str]) -> list[str]:
    """Return names for legends, with the players' numbers where those are used elsewhere."""
    short = codes(players)
    return [
        code if code == literal(player) else f"{code} {shortened(player)}"
        for code, player in zip(short, players, strict=True)
    ]


def coalition_code(coalition: Mask, players: Sequence[str]) -> str:
    """Return a short name of a coalition.

    Examples
    --------
    >>> coalition_code(0b101, ["small stand", "big stand", "bystander"])
    '13'
    """
    own = [codes(players)[i] for i in members(coalition)]
    return "".join(own) if all(len(code) == 1 for code in codes(players)) else "+".join(own)


def shortened(name: str, longest: int = _LONGEST_NAME) -> str:
    """Return a name, cut in the middle if it is too long, safe to be drawn as text."""
    name = drawable(name)
    if len(name) > longest:
        kept = longest - 1
        name = f"{name[: kept - kept // 3]}…{name[-(kept // 3) :]}"
    return literal(name)


def literal(text: str) -> str:
    """Return text that matplotlib shows as it is: dollars are no mathematics, underscores stay."""
    escaped = drawable(text).replace("$", r"\$")
    return f"\N{ZERO WIDTH SPACE}{escaped}" if escaped.startswith("_") else escaped


def time_axis(axes: Axes) -> None:
    """Make the horizontal axis one of ticks, on a logarithmic scale."""
    axes.set_xscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("tick")


def amount_axis(axis: Axis, label: str, unit: str) -> None:
    """Label an axis whose limits are set, with a power of ten in the unit if numbers are long."""
    low, high = axis.get_view_interval()
    power = exponent(max(abs(low), abs(high)))
    axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda amount, _: f"{amount / 10.0**power:.6g}"))
    axis.set_label_text(f"{label}{in_units(unit, power)}")


def exponent(largest: float) -> int:
    """Return the power of ten to write amounts in; 0 if the largest is easily read."""
    if largest == 0 or 0.1 <= largest < 1e4:
        return 0
    return floor(log10(largest))


def in_units(unit: str, power: int) -> str:
    """Return the name of a unit times a power of ten."""
    return f"$10^{{{power}}}$ {unit}" if power else unit
