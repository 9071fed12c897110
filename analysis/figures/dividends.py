"""``dividends``: how each player's payoff is built up, coalition by coalition."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import (
    GREY,
    RED,
    FigureKind,
    Panel,
    amount_axis,
    coalition_code,
    distinct,
    explain_codes,
    legend_names,
)
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.coalitions import Mask, grand, size

_MOST_IN_FULL = 4
"""Players of whom every coalition's dividend is drawn."""

_MOST_PLAYERS = 8
"""Players whose bars fit into a column's width."""

_MOST_LETTERS = 18
"""Letters of all steps that fit level under the bars; more are written upright."""

_NOTHING = 1e-9
"""Dividends, in utilons, that are zero but for rounding."""


def dividend_table(run: RunData, i: int) -> pd.DataFrame:
    """Return what player i takes from each of its coalitions, small ones first.

    Of more than four players, coalitions of one size are taken together.

    Returns
    -------
    DataFrame
        ``player``, ``step`` (a coalition, or a size), ``utilons`` (dividend over price), ``start``
        and ``end`` of the sum so far, and the ``payoff`` in the agreement; empty where the price is
        as good as zero.
    """
    player = run.players[i]
    last = run.tables["coalitions"].tail(grand(run.game.n))
    dividends = dict(enumerate(last["dividend"], start=1))
    price = float(run.series("price")[player].iloc[-1])
    shares = run.series("price").iloc[-1] * run.game.scales
    own = sorted((mask for mask in dividends if mask >> i & 1), key=lambda mask: (size(mask), mask))
    if price <= 0 or shares[player] <= _NOTHING * shares.sum():
        own = []
    if run.game.n <= _MOST_IN_FULL:
        steps = [_step(mask, i, run.players) for mask in own]
    else:
        steps = [str(size(mask)) for mask in own]
    amounts = pd.Series([dividends[mask] / price for mask in own], index=steps, dtype=float)
    amounts = amounts.groupby(level=0, sort=False).sum()
    ends = amounts.cumsum().to_numpy()
    return pd.DataFrame(
        {
            "player": player,
            "step": amounts.index,
            "utilons": amounts.to_numpy(),
            "start": ends - amounts.to_numpy(),
            "end": ends,
            "payoff": float(run.series("payoff")[player].iloc[-1]),
        }
    )


def _step(coalition: Mask, i: int, players: Sequence[str]) -> str:
    """Return a name of a coalition of player i: whom it is in it with."""
    if size(coalition) == 1:
        return "alone"
    if size(coalition) == len(players):
        return "all"
    return f"+ {coalition_code(coalition & ~(1 << i), players)}"


def draw_dividends(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw a waterfall: each bar starts where the one before ended.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"step": ["alone", "all"], "utilons": [1, 2], "start": [0, 1],
    ...     "end": [1, 3], "payoff": 3})
    >>> draw_dividends(Figure().subplots(), table, ["1", "2"])
    """
    axes.use_sticky_edges = False  # lines at the ends of bars shall not be cut
    places = np.arange(len(table))
    gains = table["utilons"].to_numpy() >= 0
    for sign, colour, hatch, label in (
        (True, "#0072B2", "", "adds"),
        (False, "#E69F00", "////", "takes away"),
    ):
        bars = table[gains == sign]
        if bars.empty:
            continue
        axes.bar(
            places[gains == sign],
            bars["utilons"],
            bottom=bars["start"],
            width=0.7,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            label=label,
        )
    axes.hlines(table["end"][:-1], places[:-1], places[1:], color=GREY, linewidth=0.6)
    axes.axhline(0, color="black", linewidth=0.5)
    axes.axhline(float(table["payoff"].iloc[0]), color=RED, linewidth=0.8, label="payoff")
    axes.set_xticks(places, list(table["step"]))
    if sum(map(len, table["step"])) > _MOST_LETTERS:
        axes.tick_params(axis="x", labelrotation=90)
    if all(str(step).isdigit() for step in table["step"]):
        axes.set_xlabel("players in the coalition")
    elif len(players) > 2:
        explain_codes(axes, players)
    amount_axis(axes.yaxis, "", "utilons")


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    if run.game.n < 2:
        return []
    tables = [dividend_table(run, i) for i in range(min(run.game.n, _MOST_PLAYERS))]
    names = legend_names(run.players)
    drawn = partial(draw_dividends, players=run.players)
    panels = [
        Panel(name, table, drawn) for name, table in zip(names, tables, strict=False) if len(table)
    ]
    return distinct(panels, [["utilons", "payoff"]])


DIVIDENDS = FigureKind(
    "dividends",
    "How each player's claim adds up from the dividends of its coalitions, in its own utilons, "
    "from what it has alone to what all players add together; with more than four players by "
    "the size of the coalition. Red: its payoff. Players whose price is as good as zero are left "
    f"out; at most the first {_MOST_PLAYERS} are shown, and of those that look alike one.",
    _panels,
    columns=3,
    narrow=2,
    height=1.8,
)
