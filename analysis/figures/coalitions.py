"""``coalitions``: what every coalition is worth and adds, as a lattice or a map."""

from collections.abc import Sequence
from functools import partial
from itertools import permutations

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes

from curnits.analysis.figures.base import (
    GREY,
    FigureKind,
    Panel,
    amount_axis,
    coalition_code,
    explain_codes,
    exponent,
    in_units,
    written,
)
from curnits.analysis.solution import Vector
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.coalitions import grand, size

_MOST_IN_LATTICE = 4
"""Players whose coalitions fit into a drawn lattice."""

_MOST_LABELS = 16
"""Coalitions that can be labelled along an axis."""

_MANY = 15
"""So many coalitions have two significant figures, fewer have three."""

_MOST_SIGNS = 128
"""Cells into which minus signs are written."""

_NEGLIGIBLE = 1e-4
"""Amounts, in shares of the largest, not worth a mark."""

_REGRETTED = 1e-3
"""Regret, a share of payoff range, from which a threat is marked as not optimal."""


def coalition_table(run: RunData) -> pd.DataFrame:
    """Return the books of every coalition at the last tick, ascending by mask.

    Returns
    -------
    DataFrame
        ``mask``, ``coalition`` (short name), ``members``, ``size``, ``worth`` (curnits delivered to
        its members in conflict, for N by the agreement), ``dividend`` (curnits for each member) and
        ``regret`` (average payoff ranges).
    """
    count = grand(run.game.n)
    last = run.tables["coalitions"].tail(count)
    masks = range(1, count + 1)
    return pd.DataFrame(
        {
            "mask": masks,
            "coalition": [coalition_code(mask, run.players) for mask in masks],
            "members": last["coalition"].to_numpy(),
            "size": [size(mask) for mask in masks],
            **{name: last[name].to_numpy() for name in ("worth", "dividend", "regret")},
        }
    )


def draw_lattice(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw coalitions in rows by size, joined where one player is added.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"mask": [1, 2, 3], "coalition": ["1", "2", "12"], "size": [1, 1, 2],
    ...     "worth": [0, 0, 2], "dividend": [0, 0, 1], "regret": [0, 0, 0]})
    >>> draw_lattice(Figure().subplots(), table, ["1", "2"])
    """
    places = {}
    rank = table.groupby("size").cumcount()
    of_size = table.groupby("size")["mask"].transform("size")
    for mask, across, height in zip(
        table["mask"], rank - (of_size - 1) / 2, table["size"], strict=True
    ):
        places[int(mask)] = (float(across), int(height))
    for (mask, low), (other, high) in permutations(places.items(), 2):
        if other & mask == mask and size(other ^ mask) == 1:
            axes.plot(*np.array([low, high]).T, color=GREY, linewidth=0.5, zorder=0)
    dividends = table["dividend"].to_numpy(float)
    colours = colormaps["PuOr"](0.5 + 0.25 * dividends / _largest(dividends))
    power = exponent(_largest(table["worth"].to_numpy(float)))
    texts = _lines(table, power)
    for place, text, colour, share in zip(places.values(), texts, colours, dividends, strict=True):
        box = {
            "boxstyle": "round,pad=0.25",
            "facecolor": colour,
            "linewidth": 0.6,
            "linestyle": "--" if share < -_NEGLIGIBLE * _largest(dividends) else "-",
        }
        axes.text(*place, text, ha="center", va="center", fontsize=7, bbox=box)
    unit = in_units("curnits", power)
    regretted = "\nin brackets: regret" if (table["regret"] > _REGRETTED).any() else ""
    axes.text(
        0.5,
        -0.02,
        "1st number: delivered to the members in conflict ($Z$),\n"
        "to all by the agreement; 2nd: dividend for each member\n"
        f"($d$; dashed, orange: below 0); in {unit}{regretted}",
        transform=axes.transAxes,
        ha="center",
        va="top",
    )
    explain_codes(axes, players)
    widest = max(x for x, _ in places.values())
    axes.set_xlim(-widest - 0.6, widest + 0.6)
    axes.set_ylim(0.5, max(y for _, y in places.values()) + 0.5)
    axes.set_axis_off()


def draw_map(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw dividends on a grid: members among the first players across, among the others up.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"mask": [1, 2, 3], "dividend": [0, 0, 1]})
    >>> draw_map(Figure().subplots(), table, ["1", "2"])
    """
    half = len(players) // 2
    across, up = 1 << half, 1 << (len(players) - half)
    grid = np.append(np.nan, table["dividend"].to_numpy(float)).reshape(up, across)
    top = _largest(table["dividend"].to_numpy(float))
    image = axes.imshow(grid, cmap="PuOr", vmin=-top, vmax=top, origin="lower", aspect="auto")
    figure = axes.figure
    bar = figure.colorbar(image, ax=axes, pad=0.02)
    amount_axis(bar.ax.yaxis, "dividend for each member, ", "curnits")
    if grid.size <= _MOST_SIGNS:
        for (row, column), share in np.ndenumerate(grid):
            if share < -_NEGLIGIBLE * top:
                axes.text(column, row, "\N{MINUS SIGN}", ha="center", va="center")
    firsts = [coalition_code(mask, players) or "–" for mask in range(across)]
    others = [coalition_code(mask << half, players) or "–" for mask in range(up)]
    for axis, names in ((axes.xaxis, firsts), (axes.yaxis, others)):
        step = -(-len(names) // _MOST_LABELS)
        axis.set_ticks(range(0, len(names), step), names[::step])
    axes.tick_params(axis="x", labelrotation=90 if across > 4 else 0)
    axes.set_xlabel(f"members among the first {half} players")
    axes.set_ylabel(f"members among the last {len(players) - half}")
    explain_codes(axes, players)


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    if run.game.n < 2:
        return []
    table = coalition_table(run)
    if run.game.n <= _MOST_IN_LATTICE:
        return [Panel("", table, partial(draw_lattice, players=run.players))]
    return [Panel("", table, partial(draw_map, players=run.players))]


def _lines(table: pd.DataFrame, power: int) -> list[str]:
    """Return what stands in the boxes; amounts that are rounding beside the others are 0."""
    figures = 3 if len(table) < _MANY else 2
    amount = {
        name: [
            written(x / 10.0**power, figures) if abs(x) > _NEGLIGIBLE * _largest(amounts) else "0"
            for x in amounts
        ]
        for name in ("worth", "dividend")
        for amounts in [table[name].to_numpy(float)]
    }
    regrets = [f"\n({written(x, 1)})" if x > _REGRETTED else "" for x in table["regret"]]
    rows = zip(table["coalition"], amount["worth"], amount["dividend"], regrets, strict=True)
    return [f"{name}\n{worth}\n{share}{regret}" for name, worth, share, regret in rows]


def _largest(amounts: Vector) -> float:
    return float(np.abs(amounts).max()) or 1.0


COALITIONS = FigureKind(
    "coalitions",
    "Every coalition at the last tick, in curnits. Z: what is delivered to its members in "
    "conflict, for all players together by the agreement. d: its dividend for each member, "
    "orange and dashed where negative, purple where positive; a single player's is its level in "
    "conflict. "
    "Regret is shown in brackets where it is above 0.001 of an average payoff range. "
    "More than four players: dividends alone, as a map, with a sign where they are negative.",
    _panels,
    height=3.0,
    columns=1,
)
