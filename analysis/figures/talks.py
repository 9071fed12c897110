"""``talks``: what players got from negotiations one after the other, and who is still believed."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from curnits.analysis.figures.base import (
    GREY,
    FigureKind,
    Panel,
    amount_axis,
    legend_names,
    marker,
    player_style,
)
from curnits.analysis.storage.rundata import RunData

_MOST_SINGLE = 60
"""Longer histories are drawn without lines from talk to talk."""


def draw_payoffs(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw what each player got from each talk, by a cross if it broke down.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"talk": [1, 2], "ending": ["agreed", "broke down"], "player": "1",
    ...                       "payoff": [3.0, 1.0]})
    >>> draw_payoffs(Figure().subplots(), table, ["1"])
    """
    single = table["talk"].max() <= _MOST_SINGLE
    size = 4.0 if single else 2.0
    broken = table["ending"] == "broke down"
    for i, (player, name) in enumerate(zip(players, legend_names(players), strict=True)):
        own, look = table[table["player"] == player], player_style(i)
        if not single:
            look["linestyle"] = ""
        axes.plot([], [], marker=marker(i), markersize=4, linewidth=0.8, label=name, **look)
        axes.plot(own["talk"], own["payoff"], linewidth=0.8, **look)
        look["linestyle"] = ""
        for ended, shape in ((own[~broken[own.index]], marker(i)), (own[broken[own.index]], "x")):
            axes.plot(ended["talk"], ended["payoff"], marker=shape, markersize=size, **look)
    if broken.any():
        axes.plot([], [], "x", color=GREY, markersize=4, label="broke down")
    amount_axis(axes.yaxis, "payoff, ", "utilons")
    _count(axes)


def draw_credibility(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw the probability with which each player is believed after each talk.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"talk": [1, 2], "player": "1", "credibility": [1.0, 0.5]})
    >>> draw_credibility(Figure().subplots(), table, ["1"])
    """
    for i, (player, name) in enumerate(zip(players, legend_names(players), strict=True)):
        own = table[table["player"] == player]
        axes.step(own["talk"], own["credibility"], where="post", label=name, **player_style(i))
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel("credibility")
    _count(axes)


def _count(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel("talk")


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    table = run.tables["talks"]
    if table["talk"].nunique() < 2:
        return []
    panels = [Panel("payoffs", table, partial(draw_payoffs, players=run.players))]
    if (table["credibility"] < 1.0).any():
        drawn = partial(draw_credibility, players=run.players)
        panels.append(Panel("credibility", table, drawn))
    return panels


TALKS = FigureKind(
    "talks",
    "What each player got from each of the talks of a run, one after the other; crosses where "
    "talks broke down. Credibility: the probability with "
    "which a player is believed to carry out its threats.",
    _panels,
    columns=2,
    needs="a run of several talks",
)
