"""``frontier``: the feasible set, and the way of the agents to and along its frontier."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import (
    GREY,
    PALE,
    PURPLE,
    RED,
    FigureKind,
    Panel,
    amount_axis,
    legend_names,
)
from curnits.analysis.solution import Vector
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.feasible.frontier import frontier_polyline

_MOST_OUTCOMES = 2000
_MOST_PLAYERS = 5

_LINES: Mapping[str, dict[str, Any]] = {
    "frontier": {"color": "black", "linewidth": 1.8, "label": "Pareto frontier"},
    "price line": {"color": RED, "linewidth": 0.8, "label": "price line"},
    "claims": {"color": PURPLE, "linewidth": 0.8, "linestyle": ":", "label": "claims"},
    "path": {"color": RED, "linewidth": 1.2, "label": "payoffs"},
}
_POINTS: Mapping[str, dict[str, Any]] = {
    "equilibria": {
        "facecolor": "#F0E442",
        "edgecolor": "black",
        "linewidth": 0.6,
        "marker": "*",
        "s": 75,
        "label": "analytic answer",
    },
    "outcomes": {"color": GREY, "marker": ".", "s": 10, "label": "outcome"},
    "threats": {"color": "black", "marker": "x", "s": 22, "label": "in conflict"},
    "start": {"facecolor": "white", "edgecolor": RED, "marker": "o", "s": 16, "label": "start"},
    "move": {"color": PURPLE, "marker": "D", "s": 14, "label": "start's claims"},
    "agreement": {"color": RED, "marker": "o", "s": 14, "label": "agreement"},
}


def frontier_table(run: RunData, i: int, j: int) -> pd.DataFrame:
    """Return what is drawn of players i and j.

    Returns
    -------
    DataFrame
        ``kind``, ``tick``, ``x`` and ``y`` in utilons, ``x_player`` and ``y_player``.
    """
    pair = [i, j]
    names = [run.players[i], run.players[j]]
    outcomes = np.unique(run.game.outcomes[:, pair], axis=0)
    hull = _outline(outcomes)
    payoffs = run.series("payoff")[names]
    prices = run.series("price")[names]
    with np.errstate(divide="ignore", invalid="ignore"):
        claims = run.series("entitlement")[names] / prices
    claims = claims[np.isfinite(claims).all(axis=1)]
    agreement = payoffs.iloc[-1].to_numpy()
    alone = {
        record.members[0]: record.delivered[record.members[0]]
        for record in run.summary.state.coalitions
        if len(record.members) == 1
    }
    answers = [[e.payoffs[name] for name in names] for e in run.summary.solution.equilibria]
    kinds = [
        _rows("feasible", hull),
        _rows("outcomes", outcomes if len(outcomes) <= _MOST_OUTCOMES else hull),
        _rows("frontier", frontier_polyline(outcomes) if run.game.n == 2 else np.empty((0, 2))),
        _rows("price line", _line(agreement, prices.iloc[-1].to_numpy(), outcomes)),
        _rows("claims", claims.to_numpy(), claims.index.to_numpy()),
        _rows("path", payoffs.to_numpy(), payoffs.index.to_numpy()),
        _rows("threats", np.array([[alone[name] for name in names]])),
        _rows("start", payoffs.to_numpy()[:1], payoffs.index.to_numpy()[:1]),
        _rows("move", claims.to_numpy()[:1], claims.index.to_numpy()[:1]),
        _rows("agreement", agreement[None], payoffs.index.to_numpy()[-1:]),
        _rows("equilibria", np.array(answers).reshape(-1, 2)),
    ]
    table = pd.concat([rows for rows in kinds if len(rows)], ignore_index=True)
    return table.assign(x_player=names[0], y_player=names[1])


def draw_frontier(axes: Axes, table: pd.DataFrame, x_label: str = "", y_label: str = "") -> None:
    """Draw a table of :func:`frontier_table`.

    The price line is red, as is the way of the payoffs. Claims at the first prices are purple: off
    the frontier they say which way to move.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"kind": ["outcomes", "agreement"], "x": [0, 1], "y": [0, 2]})
    >>> draw_frontier(Figure().subplots(), table)
    """
    kinds = {str(kind): rows[["x", "y"]].to_numpy(float) for kind, rows in table.groupby("kind")}
    if "feasible" in kinds:
        axes.fill(*kinds["feasible"].T, facecolor=PALE, edgecolor=GREY, linewidth=0.4)
    for kind, style in _LINES.items():
        if kind in kinds:
            axes.plot(*kinds[kind].T, **style)
    for order, (kind, style) in enumerate(_POINTS.items()):
        if kind in kinds:
            axes.scatter(*kinds[kind].T, zorder=3 + order, **style)
    if "start" in kinds and "move" in kinds:
        arrow = {"arrowstyle": "->", "color": PURPLE, "linewidth": 0.8}
        axes.annotate("", kinds["move"][0], kinds["start"][0], arrowprops=arrow)
    _frame(axes, kinds)
    amount_axis(axes.xaxis, x_label, "utilons")
    amount_axis(axes.yaxis, y_label, "utilons")


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    labels = [f"{name}, " for name in legend_names(run.players)]
    return [
        Panel(
            "",
            frontier_table(run, i, j),
            partial(draw_frontier, x_label=labels[i], y_label=labels[j]),
        )
        for i, j in combinations(range(min(run.game.n, _MOST_PLAYERS)), 2)
    ]


def _rows(kind: str, points: Vector, ticks: Vector | None = None) -> pd.DataFrame:
    return pd.DataFrame({"kind": kind, "tick": ticks, "x": points[:, 0], "y": points[:, 1]})


def _outline(points: Vector) -> Vector:
    """Return the convex hull as a polygon: the frontiers towards all four corners, joined."""
    corners = [(1, 1, 1), (1, -1, -1), (-1, -1, 1), (-1, 1, -1)]
    chains = [frontier_polyline(points * [x, y])[::way] * [x, y] for x, y, way in corners]
    return np.concatenate(chains)


def _line(point: Vector, prices: Vector, outcomes: Vector) -> Vector:
    """Return the ends of the price line through a point, as wide and high as all outcomes."""
    along = np.array([prices[1], -prices[0]])
    spans = np.ptp(outcomes, axis=0)
    if not along.any() or not spans.any():
        return np.empty((0, 2))
    with np.errstate(divide="ignore"):
        reach = np.min(np.where(spans > 0, spans, np.inf) / np.abs(along))
    return np.asarray(point + np.array([[-reach], [reach]]) * along)


def _frame(axes: Axes, kinds: Mapping[str, Vector]) -> None:
    """Show everything but far away claims and the ends of the price line."""
    inside = [points for kind, points in kinds.items() if kind not in ("claims", "price line")]
    near = np.concatenate(
        [p for k, p in kinds.items() if k in ("feasible", "path", "equilibria")] or inside
    )
    low, high = near.min(axis=0), near.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    everything = np.concatenate(inside)
    low = np.maximum(np.minimum(low, everything.min(axis=0)), low - 0.5 * span) - 0.06 * span
    high = np.minimum(np.maximum(high, everything.max(axis=0)), high + 0.5 * span) + 0.06 * span
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])


FRONTIER = FigureKind(
    "frontier",
    "Payoffs of two players at a time. Shaded: the feasible set; dots: outcomes; thick: the Pareto "
    "frontier (two players only). Red: payoffs over time, the agreement and the price line "
    "through it, on which curnits are worth the same. Purple: what the players can claim at the "
    "quoted prices; where that lies off the frontier, it says which way to move. "
    "Cross: what each gets alone in conflict. Star: analytic answer. "
    f"At most the first {_MOST_PLAYERS} players are shown.",
    _panels,
    columns=3,
    height=2.4,
)
