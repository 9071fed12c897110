"""``frontier``: the feasible set, and the way of the agents to and along its frontier."""

from collections.abc import Callable, Mapping, Sequence
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
    STAR,
    FigureKind,
    Panel,
    amount_axis,
    distinct,
    shortened,
    written,
)
from curnits.analysis.solution import Vector
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.feasible.frontier import frontier_polyline
from curnits.sim.games.game import Game

_MOST_OUTCOMES = 200
"""More outcomes would be a grid that hides the rest; the hull stands for them."""

_MOST_PLAYERS = 5
"""Players whose pairs get a panel each."""

_LONGEST_NAME = 11
"""Letters of a player's name that fit beside an axis of a column's width."""

_SEEN = 0.025
"""Points nearer to each other, as a share of the axes, are one in print."""

_BEYOND: Mapping[str, Any] = {
    "facecolor": "#F5F5F5",
    "edgecolor": "none",
    "zorder": 0,
    "label": "with payments",
}
_FEASIBLE: Mapping[str, Any] = {
    "facecolor": PALE,
    "edgecolor": GREY,
    "linewidth": 0.4,
    "label": "feasible",
}
_LEVEL: Mapping[str, Any] = {"color": "black", "linewidth": 0.7, "linestyle": (0, (1, 3))}
_LINES: Mapping[str, dict[str, Any]] = {
    "frontier": {"color": "black", "linewidth": 1.8, "label": "Pareto frontier"},
    "price line": {"color": RED, "linewidth": 0.8, "linestyle": "--", "label": "price line"},
    "claims": {"color": PURPLE, "linewidth": 0.9, "linestyle": ":", "label": "claims"},
    "path": {"color": RED, "linewidth": 1.2, "label": "payoffs over time"},
}
_POINTS: Mapping[str, dict[str, Any]] = {
    "outcomes": {"color": GREY, "marker": ".", "s": 10, "label": "outcome"},
    "threats": {"color": "black", "marker": "x", "s": 24, "label": "in conflict"},
    "before payments": {
        "facecolor": "white",
        "edgecolor": "black",
        "marker": "s",
        "s": 20,
        "label": "before payments",
    },
    "start": {"facecolor": "white", "edgecolor": RED, "marker": "o", "s": 20, "label": "start"},
    "move": {"color": PURPLE, "marker": "D", "s": 14, "label": "first claims"},
    "agreement": {"color": RED, "marker": "o", "s": 60, "label": "agreement"},
    "equilibria": {
        "facecolor": STAR,
        "edgecolor": "black",
        "linewidth": 0.5,
        "marker": "*",
        "s": 40,
        "label": "analytic answer",
    },
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
    levels = np.array([[alone[name] for name in names]])
    answers = np.array(
        [[e.payoffs[name] for name in names] for e in run.summary.solution.equilibria]
    )
    before = run.summary.final.before_payments
    nothing = np.empty((0, 2))
    outcomes = run.game.outcomes[:, pair]
    kinds = _shape(run.game, pair, np.concatenate([levels, payoffs.to_numpy()])) | {
        "price line": nothing
        if run.game.money
        else _line(agreement, prices.iloc[-1].to_numpy(), outcomes),
        "claims": claims.to_numpy(),
        "path": payoffs.to_numpy(),
        "threats" if run.game.n == 2 else "alone": levels,
        "start": payoffs.to_numpy()[:1],
        "move": claims.to_numpy()[:1],
        "before payments": np.array([[before[name] for name in names]]) if before else nothing,
        "agreement": agreement[None],
        "equilibria": answers.reshape(-1, 2),
    }
    ticks = {
        "claims": claims.index.to_numpy(),
        "path": payoffs.index.to_numpy(),
        "start": payoffs.index.to_numpy()[:1],
        "move": claims.index.to_numpy()[:1],
        "agreement": payoffs.index.to_numpy()[-1:],
    }
    return _table(kinds, ticks, names)


def game_table(game: Game, i: int, j: int) -> pd.DataFrame:
    """Return what is drawn of players i and j before anybody talks; see :func:`frontier_table`."""
    return _table(_shape(game, [i, j], np.empty((0, 2))), {}, [game.players[i], game.players[j]])


def _shape(game: Game, pair: list[int], others: Vector) -> dict[str, Vector]:
    """Return what a pair of players can get; with payments past other points of the picture."""
    outcomes = np.unique(game.outcomes[:, pair], axis=0)
    hull = _outline(outcomes)
    kinds = {"feasible": hull}
    if len(outcomes) <= _MOST_OUTCOMES:
        kinds["outcomes"] = outcomes
    if game.n == 2 and not game.money:
        kinds["frontier"] = frontier_polyline(outcomes)
    elif game.n == 2:
        line = _paid(outcomes.sum(axis=1).max(), np.concatenate([hull, others]))
        kinds |= {
            "frontier": line,
            "with payments": np.append(line, line.min(axis=0)[None], axis=0),
        }
    return kinds


def _table(
    kinds: Mapping[str, Vector], ticks: Mapping[str, Vector], names: Sequence[str]
) -> pd.DataFrame:
    parts = [_rows(kind, points, ticks.get(kind)) for kind, points in kinds.items() if len(points)]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(x_player=names[0], y_player=names[1])


def draw_frontier(axes: Axes, table: pd.DataFrame) -> None:
    """Draw a table of :func:`frontier_table`.

    The price line is red, as is the way of the payoffs. Claims at the first prices are purple: off
    the frontier they say which way to move. What cannot be seen beside the rest is left out.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"kind": ["outcomes", "agreement"], "x": [0, 1], "y": [0, 2],
    ...     "x_player": "Ada", "y_player": "Bo"})
    >>> axes = Figure().subplots()
    >>> draw_frontier(axes, table)
    >>> axes.get_xlabel()
    'Ada, utilons'
    """
    kinds = {str(kind): rows[["x", "y"]].to_numpy(float) for kind, rows in table.groupby("kind")}
    _frame(axes, kinds)
    kinds = _visible(axes, kinds)
    if "with payments" in kinds:
        axes.fill(*kinds["with payments"].T, **_BEYOND)
    if "feasible" in kinds:
        axes.fill(*kinds["feasible"].T, **_FEASIBLE)
    for kind, style in _LINES.items():
        if kind in kinds:
            axes.plot(*kinds[kind].T, **style)
    if "alone" in kinds:
        axes.axvline(kinds["alone"][0, 0], label="alone in conflict", **_LEVEL)
        axes.axhline(kinds["alone"][0, 1], **_LEVEL)
    for order, (kind, style) in enumerate(_POINTS.items()):
        if kind in kinds:
            axes.scatter(*kinds[kind].T, zorder=3 + order, **style)
    if "start" in kinds and "move" in kinds:
        arrow = {"arrowstyle": "->", "color": PURPLE, "linewidth": 0.8}
        axes.annotate("", kinds["move"][0], kinds["start"][0], arrowprops=arrow)
    if "before payments" in kinds:
        paid = kinds["agreement"][0] - kinds["before payments"][0]
        arrow = {"arrowstyle": "->", "color": "black", "linewidth": 1.0, "shrinkB": 5}
        axes.annotate("", kinds["agreement"][0], kinds["before payments"][0], arrowprops=arrow)
        axes.plot([], [], "k-", marker=">", markersize=3, label=_payment(paid))
    for axis, column in ((axes.xaxis, "x_player"), (axes.yaxis, "y_player")):
        amount_axis(axis, f"{shortened(str(table[column].iloc[0]), _LONGEST_NAME)}, ", "utilons")


def _payment(paid: Vector) -> str:
    """Return what a payment is called: how large it is, if one player pays what the other gets."""
    size = float(np.abs(paid).max())
    return f"payment of {written(size)}" if abs(paid.sum()) < _SEEN * size else "payments"


def _visible(axes: Axes, kinds: Mapping[str, Vector]) -> dict[str, Vector]:
    """Return what can be told apart within the frame of the axes."""
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T

    def far(kind: str, other: str) -> bool:
        near = np.abs(kinds[kind] - kinds[other][-1]).max(axis=0) <= _SEEN * (high - low)
        return not near.all()

    hidden = set()
    for kind, other in (
        ("path", "agreement"),
        ("start", "agreement"),
        ("claims", "agreement"),
        ("before payments", "agreement"),
        ("move", "start"),
        ("start", "before payments"),
    ):
        if {kind, other} <= kinds.keys() and not far(kind, other):
            hidden.add(kind)
    if "move" in kinds and not ((kinds["move"] >= low) & (kinds["move"] <= high)).all():
        hidden.add("move")
    if hidden & {"move", "start"}:
        hidden |= {"claims", "move"}
    if "alone" in kinds and not ((kinds["alone"] >= low) & (kinds["alone"] <= high)).any():
        hidden.add("alone")
    return {kind: points for kind, points in kinds.items() if kind not in hidden}


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    return _paired(runs[0].game, partial(frontier_table, runs[0]))


def game_panels(game: Game, answers: Sequence[Vector]) -> list[Panel]:
    """Return panels of a game about which nobody talks: what there is, and analytic answers."""

    def table(i: int, j: int) -> pd.DataFrame:
        points = np.array([answer[[i, j]] for answer in answers]).reshape(-1, 2)
        kinds = _shape(game, [i, j], points) | {"equilibria": points}
        return _table(kinds, {}, [game.players[i], game.players[j]])

    return _paired(game, table)


def _paired(game: Game, table: Callable[[int, int], pd.DataFrame]) -> list[Panel]:
    """Return a panel for each pair of players; of those that look alike one."""
    names = [shortened(player, _LONGEST_NAME) for player in game.players]
    pairs = list(combinations(range(min(game.n, _MOST_PLAYERS)), 2))
    panels = [
        Panel(f"{names[i]} and {names[j]}" if len(pairs) > 1 else "", table(i, j), draw_frontier)
        for i, j in pairs
    ]
    return distinct(panels, [["x"], ["y"]], ["kind"])


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


def _paid(most: float, points: Vector) -> Vector:
    """Return the ends of the line on which payoffs sum to ``most``, past all points."""
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    reach = max(right - left, high - low, most - left - low)
    return np.array([[left - reach, most - left + reach], [most - low + reach, low - reach]])


def _frame(axes: Axes, kinds: Mapping[str, Vector]) -> None:
    """Show everything but far away claims, lines that never end, and what players get alone."""
    endless = ("claims", "price line", "with payments", "frontier", "alone")
    inside = [points for kind, points in kinds.items() if kind not in endless]
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
    "Payoffs of two players at a time. Shaded: the feasible set; dots: outcomes, unless there are "
    "too many; thick: the Pareto frontier (two players only). With money payments extend the "
    "feasible set to all that sums to no more; an arrow leads from what is agreed on to what is "
    "left after payments. Red: payoffs over time, the agreement and (dashed) the price line "
    "through it, on which curnits are worth the same. Purple: what the players can claim at the "
    "quoted prices; where that lies off the frontier, it says which way to move. Cross: what two "
    "players get in conflict; of several, dotted lines show what each gets alone against all "
    "others, which need not be feasible together. Star: analytic answer. "
    f"At most the first {_MOST_PLAYERS} players are shown, and of panels that look alike one.",
    _panels,
    columns=3,
    narrow=2,
    height=2.4,
)
