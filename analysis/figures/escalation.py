"""``escalation``: what threats would cost, and whom, over time; and who gains by them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import (
    GREY,
    FigureKind,
    Panel,
    amount_axis,
    coalition_code,
    codes,
    distinct,
    explain_codes,
    legend_names,
    player_style,
    time_axis,
)
from curnits.analysis.figures.ladders import draw_ladder, ladder_table
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.coalitions import grand, proper_coalitions, size

_MOST_LADDERS = 4
"""Ladders that colours can tell apart."""

_MOST_LETTERS = 36
"""Letters of all players that fit under the bars; otherwise codes stand for them."""

_NO_GAIN = 1e-3
"""Smaller gains, as shares of payoff range, are none: where all are, they are not drawn."""

_THIN: Mapping[str, Any] = {"color": GREY, "linewidth": 0.5, "alpha": 0.7}
"""Lines that need not be told apart."""

_TITLES = {
    "menace": "menace: what others would lose",
    "cost": "cost: what members would lose",
}


def damage_table(run: RunData) -> pd.DataFrame:
    """Return what carrying out threats would do, over time.

    Returns
    -------
    DataFrame
        ``tick``, ``mask``, ``coalition`` (short name), ``menace`` (curnits that the others would
        lose), ``cost`` (that its members would lose) and ``destruction`` (both), of every proper
        coalition; and ``expected``: the destruction to be expected if talks fail.
    """
    full = grand(run.game.n)
    table = run.tables["coalitions"][["tick", "menace", "cost"]].reset_index(drop=True)
    table.insert(1, "mask", 1 + np.arange(len(table)) % full)
    short = {mask: coalition_code(mask, run.players) for mask in proper_coalitions(run.game.n)}
    table = table[table["mask"] != full]
    table.insert(2, "coalition", table["mask"].map(short))
    expected = run.tables["ticks"].set_index("tick")["destruction"]
    return table.assign(
        destruction=table["menace"] + table["cost"], expected=table["tick"].map(expected)
    ).reset_index(drop=True)


def leverage_table(run: RunData) -> pd.DataFrame:
    """Return what players gain by threats in the analytic answer.

    Returns
    -------
    DataFrame
        ``player``, ``leverage`` (gained by one's own harmful actions) and ``owed`` (gained by
        those of all; negative for victims) in shares of payoff range; players whose payoffs do not
        vary, and answers that were not found, are left out.
    """
    escalation = run.summary.escalation
    rows = pd.DataFrame(
        {
            "player": run.players,
            "leverage": [escalation.leverage[player] for player in run.players],
            "owed": [escalation.owed_to_threats[player] for player in run.players],
        }
    ).astype({"leverage": float, "owed": float})
    rows[["leverage", "owed"]] = rows[["leverage", "owed"]].div(run.game.scales, axis=0)
    return rows[run.game.ranges > 0].dropna().reset_index(drop=True)


def draw_damage(axes: Axes, table: pd.DataFrame, measure: str, players: Sequence[str]) -> None:
    """Draw ``menace`` or ``cost``: single players in colour, larger coalitions in grey.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"tick": [1, 1, 2, 2], "mask": [1, 2, 1, 2], "menace": [3, 1, 4, 2]})
    >>> draw_damage(Figure().subplots(), table, "menace", ["1", "2"])
    """
    lines = table.pivot_table(index="tick", columns="mask", values=measure)
    larger = [mask for mask in proper_coalitions(len(players)) if size(mask) > 1]
    axes.plot(lines.index, lines[larger], **_THIN)
    for i, name in enumerate(legend_names(players)):
        axes.plot(lines.index, lines[1 << i], label=name, **player_style(i))
    if larger:
        axes.plot([], [], label="larger coalitions", **_THIN)
    _finish(axes, measure)


def draw_destruction(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the destruction of every conflict, and thick what is to be expected if talks fail.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"tick": [1, 2], "mask": 1, "destruction": [3, 4], "expected": [3, 4]})
    >>> draw_destruction(Figure().subplots(), table)
    """
    lines = table[table["mask"] % 2 == 1].pivot_table(
        index="tick", columns="mask", values="destruction"
    )
    if lines.shape[1] > 1:
        axes.plot(lines.index, lines, **_THIN)
        axes.plot([], [], label="single conflicts", **_THIN)
    expected = table.groupby("tick")["expected"].first()
    axes.plot(expected.index, expected, color="black", linewidth=1.6, label="to be expected")
    _finish(axes, "destruction")


def draw_leverage(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw two bars for each player: what its own threats gain it, and what all threats do.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"player": ["1", "2"], "leverage": [0.1, 0.0], "owed": [0.1, -0.1]})
    >>> draw_leverage(Figure().subplots(), table, ["1", "2"])
    """
    names = dict(zip(players, legend_names(players), strict=True))
    if sum(len(names[player]) for player in table["player"]) > _MOST_LETTERS:
        names = dict(zip(players, codes(players), strict=True))
        explain_codes(axes, players)
    places = np.arange(len(table))
    axes.bar(places - 0.2, table["leverage"], 0.36, color="#444444", label="by own threats")
    axes.bar(
        places + 0.2,
        table["owed"],
        0.36,
        color="#BBBBBB",
        hatch="////",
        edgecolor="white",
        label="by all threats",
    )
    axes.axhline(0, color="black", linewidth=0.4)
    axes.set_xticks(places, [names[player] for player in table["player"]])
    axes.set_ylabel("gain, share of range")


def _finish(axes: Axes, measure: str) -> None:
    axes.axhline(0, color="black", linewidth=0.4)
    amount_axis(axes.yaxis, f"{measure}, ", "curnits")
    time_axis(axes)


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    if run.game.n < 2:
        return []
    table, leverage = damage_table(run), leverage_table(run)
    measures = dict(_TITLES) if run.game.n > 2 else {"menace": _TITLES["menace"]}
    panels = [
        Panel(title, table, partial(draw_damage, measure=name, players=run.players), "damage")
        for name, title in measures.items()
    ]
    panels.append(Panel("what all would lose", table, draw_destruction, "damage"))
    if (leverage[["leverage", "owed"]].abs() > _NO_GAIN).to_numpy().any():
        drawn = partial(draw_leverage, players=run.players)
        panels.append(Panel("who gains by threats", leverage, drawn, "leverage"))
    names = legend_names(run.players)
    ladders = [
        Panel(
            f"ladder of {names[ladder.player]}", ladder_table(run, ladder), draw_ladder, "ladders"
        )
        for ladder in run.ladders[:_MOST_LADDERS]
    ]
    return [*panels, *distinct(ladders, [["probability"]], ["tick", "rung"])]


ESCALATION = FigureKind(
    "escalation",
    "If talks fail and threats are carried out, in curnits at current prices and against the "
    "current agreement. Menace: what a coalition would make the others lose; cost: what its own "
    "members would lose (of two players the other's menace; grey: coalitions of several players); "
    "destruction: both, of every conflict, and thick what is to be expected if any side may form. "
    "Bars: what players gain in the analytic answer by their own harmful actions (leverage), and "
    "by those of all; left out where nobody gains or loses a thousandth of its payoff range. "
    "Ladders, of those that look alike one: how often their owner, on its own, would resort to "
    "each rung; triangles: inventions.",
    _panels,
    columns=2,
    height=1.9,
)
