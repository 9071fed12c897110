"""What all figures share: panels, the registry's entries, names and colours of players."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from re import findall
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from curnits.analysis.figures.fonts import drawable, is_drawable
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.coalitions import Mask, members

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe & Ito's (2008) colours, told apart by colour-blind readers, but their pale yellow."""

LINES = ("-", "--", "-.", ":")
MARKERS = "osD^vPX*"

GREY, PALE = "#777777", "#E8E8E8"
RED, PURPLE = "#C1272D", "#7B3294"

STAR = "#F0E442"
"""Of analytic answers: a pale yellow, always with a black edge."""

_LONGEST_CODE = 3
"""Letters of players' names that fit on an axis."""

_LONGEST_NAME = 18
"""Letters of a name that fit into a legend of a column's width."""

_MOST_LISTED = 6
"""Names listed in a legend before the rest is counted."""

_CLOSE = 0.01
"""Curves that differ by less, as a share of all they span, cannot be told apart in print."""

_DECADE = 10.0
"""Ticks that differ by less than this factor are spaced evenly."""

_ZERO_WIDTH = 0.4
"""Of the stretch from tick 0 to the first row, in decades."""

_MOST_POWERS, _ZERO_ROOM = 3, 3.0
"""Of more powers of ten on an axis, those that are too near to tick 0 are not labelled."""


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
    narrow : int
        Panels beside each other in a column, if there are more than three.
    height : float
        Of a panel, inches.
    needs : str
        What runs must be like for the figure to have something to show.
    """

    name: str
    caption: str
    panels: Callable[[Sequence[RunData]], list[Panel]]
    columns: int = 2
    narrow: int = 1
    height: float = 2.1
    needs: str = "a game of at least two players"


def player_style(number: int) -> dict[str, Any]:
    """Return colour and line style of a player, the same in all figures and distinct in grey."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": LINES[number % len(LINES)]}


def marker(number: int) -> str:
    """Return the marker of a player."""
    return MARKERS[number % len(MARKERS)]


def codes(players: Sequence[str]) -> list[str]:
    """Return short names: the players' own if all are short, else beginnings, initials or numbers.

    Examples
    --------
    >>> codes(["incumbent", "rival", "newcomer"])
    ['I', 'R', 'N']
    >>> codes(["producer 1", "producer 2", "saboteur"])
    ['P1', 'P2', 'S']
    """
    if max(map(len, players)) <= _LONGEST_CODE and is_drawable("".join(players)):
        return [literal(player) for player in players]
    words = [findall(r"[^\W\d_]+|\d+", player) for player in players]
    initials = ["".join(word if word.isdigit() else word[0] for word in own) for own in words]
    choices = [[own[0][:k] if own else "" for own in words] for k in range(1, _LONGEST_CODE + 1)]
    for tried in (*choices, initials):
        short = [code[:1].upper() + code[1:] for code in tried]
        lengths = set(map(len, short))
        distinct = len({code.casefold() for code in short}) == len(players)
        if distinct and lengths <= set(range(1, _LONGEST_CODE + 1)) and is_drawable("".join(short)):
            return short
    return [str(i + 1) for i in range(len(players))]


def legend_names(players: Sequence[str]) -> list[str]:
    """Return names for legends, with the players' codes where they would look the same."""
    names = [shortened(player) for player in players]
    if len(set(names)) == len(names):
        return names
    return [f"{code} {name}" for code, name in zip(codes(players), names, strict=True)]


def explain_codes(axes: Axes, players: Sequence[str]) -> None:
    """Say in the legend what the codes of players mean, where they are not the names."""
    for code, player in zip(codes(players), players, strict=True):
        if code != literal(player):
            axes.plot([], [], linestyle="", label=f"{code}: {shortened(player)}")


def coalition_code(coalition: Mask, players: Sequence[str]) -> str:
    """Return a short name of a coalition.

    Examples
    --------
    >>> coalition_code(0b101, ["small stand", "big stand", "onlooker"])
    'SO'
    """
    short = codes(players)
    apart = all(len(code) == 1 or (len(code) == 2 and code.istitle()) for code in short)
    return ("" if apart else "+").join(short[i] for i in members(coalition))


def distinct(
    panels: Sequence[Panel], values: Sequence[Sequence[str]], same: Sequence[str] = ()
) -> list[Panel]:
    """Return the panels that show something new; their titles say which others look like them.

    Parameters
    ----------
    panels : sequence of Panel
    values : sequence of sequences of str
        Columns of numbers that must be close, by the axis along which they are drawn.
    same : sequence of str
        Columns that must be equal.
    """
    groups: list[list[Panel]] = []
    for panel in panels:
        like = (group for group in groups if _alike(group[0].table, panel.table, values, same))
        group = next(like, None)
        if group is None:
            groups.append([panel])
        else:
            group.append(panel)
    return [
        replace(first, title=f"{first.title} ({_listed([p.title for p in others])} alike)")
        if others
        else first
        for first, *others in groups
    ]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_LISTED])
    return shown if len(names) <= _MOST_LISTED else f"{shown} and {len(names) - _MOST_LISTED} more"


def _alike(
    one: pd.DataFrame,
    other: pd.DataFrame,
    values: Sequence[Sequence[str]],
    same: Sequence[str],
) -> bool:
    if len(one) != len(other):
        return False
    if any((one[name].to_numpy() != other[name].to_numpy()).any() for name in same):
        return False
    for names in values:
        first, second = (table[list(names)].to_numpy(float) for table in (one, other))
        span = np.nanmax(np.maximum(first, second)) - np.nanmin(np.minimum(first, second))
        if not np.allclose(first, second, rtol=0.0, atol=_CLOSE * span, equal_nan=True):
            return False
    return True


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
    """Make the horizontal axis one of ticks, once everything is drawn.

    It is logarithmic from the first row that was kept on, if there are many; tick 0, before anybody
    has met, is at its left end.
    """
    first, last = float(axes.dataLim.minposx), float(axes.dataLim.x1)
    axes.set_xlabel("tick")
    if last < _DECADE * first or not np.isfinite(first):
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        return
    axes.set_xscale("symlog", linthresh=first, linscale=_ZERO_WIDTH)
    powers = 10.0 ** np.arange(ceil(log10(first)), floor(log10(last)) + 1)
    begins = min(float(axes.dataLim.x0), first)
    if len(powers) > _MOST_POWERS:
        powers = powers[powers > _ZERO_ROOM * first]
    shown = powers if begins > 0 else [0.0, *powers]
    axes.xaxis.set_major_locator(FixedLocator(list(shown)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: written(tick)))
    axes.set_xlim(begins, last)


def amount_axis(axis: Axis, label: str, unit: str) -> None:
    """Label an axis whose limits are set, with a power of ten in the unit if numbers are long."""
    low, high = axis.get_view_interval()
    power = exponent(max(abs(low), abs(high)))
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda amount, _: written(amount / 10.0**power, 6)))
    axis.set_label_text(f"{label}{in_units(unit, power)}")


def written(amount: float, figures: int = 3) -> str:
    r"""Return a number as it is printed, with a minus sign that is no hyphen.

    Examples
    --------
    >>> written(-0.25), written(20000.0)
    ('−0.25', '$2\\times 10^{4}$')
    """
    power = 0 if amount == 0 else floor(log10(abs(amount)))
    if -4 <= power < max(figures, 4):
        digits = max(figures, power + 1)
        return f"{amount:.{digits}g}".replace("-", "\N{MINUS SIGN}")
    factor = f"{amount / 10.0**power:.{figures}g}".replace("-", "\N{MINUS SIGN}")
    return f"$10^{{{power}}}$" if factor == "1" else f"${factor}\\times 10^{{{power}}}$"


def exponent(largest: float) -> int:
    """Return the power of ten to write amounts in; 0 if the largest is easily read."""
    if largest == 0 or 0.1 <= largest < 1e4:
        return 0
    return floor(log10(largest))


def in_units(unit: str, power: int) -> str:
    """Return the name of a unit times a power of ten."""
    return f"$10^{{{power}}}$ {unit}" if power else unit
