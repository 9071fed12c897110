"""``prices``: the path of the price vector."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import (
    GREY,
    PALE,
    RED,
    STAR,
    FigureKind,
    Panel,
    legend_names,
    player_style,
    shortened,
    time_axis,
)
from curnits.analysis.solution import Vector
from curnits.analysis.storage.rundata import RunData

_SEEN = 0.02
"""A path that leads no further, as a share of the simplex's sides, is a point in print."""

_LONGEST_NAME = 11
"""Letters of a name that fit at a corner of the simplex."""

_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


def price_table(run: RunData) -> pd.DataFrame:
    """Return prices over time and at all known answers.

    Returns
    -------
    DataFrame
        ``kind`` (path, equilibrium: the answer nearest to the run, or other equilibrium),
        ``number`` (0, or which equilibrium), ``tick``, ``player``, ``price`` (curnits per utilon;
        none before a newcomer's arrival) and ``share``: the price of the player's whole payoff
        range, as a share of the ranges' prices of all who are there, which does not depend on
        units.
    """
    path = run.series("price")
    for player, newcomer in run.file.newcomers.items():
        path[player] = path[player].where(path.index > newcomer.arrives)
    parts = [_long(path, run, "path", 0)]
    nearest = run.summary.analytic
    for number, found in enumerate(run.summary.solution.equilibria, start=1):
        at = pd.DataFrame([found.prices], index=pd.Index([path.index[-1]], name="tick"))
        reached = nearest is not None and nearest.number == number
        kind = "equilibrium" if reached else "other equilibrium"
        parts.append(_long(at[list(run.players)], run, kind, number))
    return pd.concat(parts, ignore_index=True)


def draw_prices(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw shares over time, one line for each player, and a star at the nearest answer.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"kind": "path", "tick": [1, 1, 2, 2], "player": ["1", "2"] * 2,
    ...     "share": [0.5, 0.5, 0.6, 0.4]})
    >>> draw_prices(Figure().subplots(), table, ["1", "2"])
    """
    for i, (player, name) in enumerate(zip(players, legend_names(players), strict=True)):
        own = table[(table["player"] == player) & (table["kind"] == "path")]
        axes.plot(own["tick"], own["share"], label=name, **player_style(i))
    _star(axes, table[table["kind"] == "equilibrium"][["tick", "share"]].to_numpy())
    axes.set_ylim(0, max(1.05 * float(table["share"].max()), 0.1))
    axes.set_ylabel("price of payoff range, share")
    time_axis(axes)


def draw_simplex(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw the path of three players' shares in the simplex; the start is hollow.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"kind": "path", "number": 0, "tick": 1, "player": ["1", "2", "3"],
    ...     "share": [0.5, 0.3, 0.2]})
    >>> draw_simplex(Figure().subplots(), table, ["1", "2", "3"])
    """
    draw_frame(axes, players)
    path = _points(table[table["kind"] == "path"], players)
    if np.abs(path - path[-1]).max() > _SEEN:
        axes.plot(*path.T, color=RED, label="path")
        first: dict[str, Any] = {"facecolor": "white", "edgecolor": RED}
        axes.scatter(path[0, 0], path[0, 1], s=20, zorder=3, label="start", **first)
    axes.scatter(path[-1, 0], path[-1, 1], s=60, color=RED, zorder=3, label="agreement")
    others = table[table["kind"] == "other equilibrium"]
    if len(others):
        pale: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "linewidth": 0.6}
        across, up = _points(others, players).T
        axes.scatter(across, up, s=45, marker="*", zorder=2, label="other answers", **pale)
    _star(axes, _points(table[table["kind"] == "equilibrium"], players))


def _star(axes: Axes, where: Vector) -> None:
    """Mark the analytic answer at points, shape ``(k, 2)``."""
    if len(where):
        axes.scatter(
            where[:, 0],
            where[:, 1],
            marker="*",
            s=40,
            facecolor=STAR,
            edgecolor="black",
            linewidth=0.5,
            zorder=4,
            clip_on=False,
            label="analytic answer",
        )


def draw_frame(axes: Axes, players: Sequence[str]) -> None:
    """Draw an empty simplex of three players' shares, with a grid."""
    axes.fill(*_CORNERS.T, facecolor="white", edgecolor="black", linewidth=0.7, zorder=0)
    for level in np.arange(0.2, 0.9, 0.2):
        for i in range(3):
            ends = np.full((2, 3), 1.0 - level)
            ends[:, i] = level
            ends[0, (i + 1) % 3] = ends[1, (i + 2) % 3] = 0.0
            axes.plot(*in_simplex(ends).T, color=PALE, linewidth=0.6, zorder=0)
    for i, (name, where) in enumerate(zip(players, _CORNERS, strict=True)):
        below = i < 2
        axes.annotate(
            shortened(name, _LONGEST_NAME),
            where,
            (0, -4 if below else 4),
            textcoords="offset points",
            ha=("left", "right", "center")[i],
            va="top" if below else "bottom",
            color=player_style(i)["color"],
        )
    axes.set_aspect("equal")
    axes.set_axis_off()


def in_simplex(shares: Vector) -> Vector:
    """Return where shares of three players, shape ``(T, 3)``, are drawn, shape ``(T, 2)``."""
    return np.asarray(shares @ _CORNERS)


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    if run.game.n < 2:
        return []
    table = price_table(run)
    lines = Panel("", table, partial(draw_prices, players=run.players))
    if run.game.n != 3:
        return [lines]
    return [Panel("", table, partial(draw_simplex, players=run.players)), lines]


def _long(prices: pd.DataFrame, run: RunData, kind: str, number: int) -> pd.DataFrame:
    weighted = prices * run.game.scales
    shares = weighted.div(weighted.sum(axis=1), axis=0)
    table = prices.melt(var_name="player", value_name="price", ignore_index=False).reset_index()
    table["share"] = shares.melt(value_name="share")["share"]
    table.insert(0, "kind", kind)
    table.insert(1, "number", number)
    return table


def _points(table: pd.DataFrame, players: Sequence[str]) -> Vector:
    shares = table.pivot_table(index=["number", "tick"], columns="player", values="share")
    return in_simplex(shares.reindex(columns=list(players)).dropna().to_numpy())


PRICES = FigureKind(
    "prices",
    "Path of the price vector, each price multiplied with its player's payoff range and all scaled "
    "to sum to 1, so that units do not matter; newcomers have one from their arrival on. Star: the "
    "analytic answer nearest to the run; pale stars: other known ones (three players only). Lines "
    "of the grid are 0.2 apart. "
    "Where the agreement is a vertex of the frontier, equilibrium prices are not unique.",
    _panels,
    height=2.3,
)
