"""``policies``: what each player gained by its way of negotiating, and what it got by measures."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import (
    GREY,
    FigureKind,
    Panel,
    amount_axis,
    legend_names,
    marker,
    player_style,
    shortened,
)
from curnits.analysis.storage.rundata import RunData

_ACHIEVED = "achieved"


def draw_gains(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw what each player gained by its policy, a bar each.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"player": ["1"], "policy": ["bully"], "gained": [-2.0]})
    >>> draw_gains(Figure().subplots(), table, ["1", "2"])
    """
    places = np.arange(len(table))
    colours = [player_style(players.index(player))["color"] for player in table["player"]]
    axes.barh(places, table["gained"], color=colours, height=0.6)
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    labels = [
        f"{shortened(player)}\n{shortened(policy)}"
        for player, policy in zip(table["player"], table["policy"], strict=True)
    ]
    axes.set_yticks(places, labels)
    axes.set_ylim(max(len(table), 2) - 0.5, -0.5)
    amount_axis(axes.xaxis, "gained, ", "utilons")


def draw_measures(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw what each player got and what it would by each measure, a mark for each player.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"measure": ["achieved", "equilibrium"], "player": "1",
    ...                       "payoff": [3.0, 5.0]})
    >>> draw_measures(Figure().subplots(), table, ["1"])
    """
    measures = list(dict.fromkeys(table["measure"]))
    for i, (player, name) in enumerate(zip(players, legend_names(players), strict=True)):
        own = table[table["player"] == player]
        places = [measures.index(measure) for measure in own["measure"]]
        look = {"color": player_style(i)["color"], "markersize": max(6.5 - 1.5 * i, 2.5)}
        axes.plot(own["payoff"], places, marker(i), label=name, markerfacecolor="none", **look)
    axes.axhline(0.5, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(measures)), measures)
    axes.set_ylim(len(measures) - 0.5, -0.5)
    amount_axis(axes.xaxis, "payoff, ", "utilons")


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    judged = run.summary.policies
    if judged is None:
        return []
    gained = pd.DataFrame(
        {
            "player": list(judged.gained),
            "policy": [judged.policies[player] for player in judged.gained],
            "gained": list(judged.gained.values()),
        }
    )
    rows = [
        (measure, player, payoff)
        for measure, payoffs in {_ACHIEVED: judged.payoffs, **judged.measures}.items()
        for player, payoff in payoffs.items()
    ]
    measures = pd.DataFrame(rows, columns=["measure", "player", "payoff"])
    return [
        Panel("gained by policies", gained, partial(draw_gains, players=run.players), "gains"),
        Panel("payoffs", measures, partial(draw_measures, players=run.players), "measures"),
    ]


POLICIES = FigureKind(
    "policies",
    "What players who are not truthful gained by their way of negotiating: what they got on "
    "average, less what they would have got with the same seed had they been truthful. Payoffs: "
    "what everybody got, above the line, and the equilibria and references it is measured by.",
    _panels,
    columns=2,
    needs="a run in which somebody has a policy",
)
