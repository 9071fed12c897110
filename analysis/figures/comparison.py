"""``comparison``: what different solution concepts give each player."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from curnits.analysis.concepts import CONCEPTS, ConceptError, solve
from curnits.analysis.figures.base import (
    GREY,
    PALE,
    FigureKind,
    Panel,
    legend_names,
    marker,
    player_style,
    written,
)
from curnits.analysis.judging.shortfalls import own_units
from curnits.analysis.solvers.bargaining import DisagreementError
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.game import Game

SIMULATED = "simulated"

_VIEW = (-0.5, 1.75)
"""Shares outside are written at these ends."""

_MARGIN = 0.05
"""Beside the marks, shares."""


def comparison_table(run: RunData) -> pd.DataFrame:
    """Return the simulated payoffs beside those of every concept that applies and has an answer.

    Returns
    -------
    DataFrame
        ``concept``, ``number`` (of the answer), ``player``, ``payoff`` (utilons) and ``share``: how
        far it is from the player's lowest payoff, in payoff ranges.
    """
    solution = run.summary.solution
    answers = [(SIMULATED, 1, run.summary.final.payoffs)]
    answers += [(solution.concept, k, e.payoffs) for k, e in enumerate(solution.equilibria, 1)]
    for concept, row in CONCEPTS.items():
        if concept != solution.concept and row.quick(run.game):
            answers += _answers(run.game, concept)
    low = dict(zip(run.players, run.game.low, strict=True))
    unit = dict(zip(run.players, own_units(run.game), strict=True))
    return pd.DataFrame(
        [
            (
                concept,
                number,
                player,
                payoffs[player],
                (payoffs[player] - low[player]) / unit[player],
            )
            for concept, number, payoffs in answers
            for player in run.players
        ],
        columns=["concept", "number", "player", "payoff", "share"],
    )


def draw_comparison(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw one row for each answer and one mark for each player.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"concept": "nash", "number": 1, "player": ["1", "2"],
    ...     "share": [0.5, 0.7]})
    >>> draw_comparison(Figure().subplots(), table, ["1", "2"])
    """
    shares = table.pivot_table(
        index=["concept", "number"], columns="player", values="share", sort=False
    )
    several = table.groupby("concept")["number"].max()
    labels = [f"{c} {k}" if several[c] > 1 else str(c) for c, k in shares.index]
    rows = np.arange(len(shares))
    for row in range(len(shares)):
        axes.axhline(row, color=PALE, linewidth=0.8, zorder=0)
    beyond_any = False
    offsets = np.linspace(-0.22, 0.22, len(players)) if len(players) > 1 else np.zeros(1)
    for i, (player, name) in enumerate(zip(players, legend_names(players), strict=True)):
        shown = shares[player].clip(*_VIEW).to_numpy()
        beyond = shown != shares[player].to_numpy()
        beyond_any |= bool(beyond.any())
        heights = rows + offsets[i]
        look: dict[str, Any] = {
            "marker": marker(i),
            "linestyle": "",
            "color": player_style(i)["color"],
        }
        axes.plot(shown[~beyond], heights[~beyond], label=name, **look)
        for share, place, height in zip(
            shares[player][beyond], shown[beyond], heights[beyond], strict=True
        ):
            _point_beyond(axes, float(share), float(place), float(height), look["color"])
    if beyond_any:
        axes.plot([], [], ">", color=GREY, label="beyond the axis, at")
    seen = shares.to_numpy().clip(*_VIEW)
    low, high = min(0.0, seen.min()) - _MARGIN, max(1.0, seen.max()) + _MARGIN
    axes.set_xlim(low, high)
    axes.set_yticks(rows, labels)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel("payoff as share of its range")


def _point_beyond(axes: Axes, share: float, place: float, height: float, colour: str) -> None:
    """Draw an arrowhead at an end of the axis, with the share that lies beyond."""
    right = share > place
    axes.plot(place, height, ">" if right else "<", color=colour)
    axes.annotate(
        written(share),
        (place, height),
        (-5 if right else 5, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        color=colour,
    )


def _answers(game: Game, concept: str) -> list[tuple[str, int, dict[str, float]]]:
    try:
        solution = solve(game, concept)
    except (ConceptError, DisagreementError):
        return []
    return [
        (concept, k, dict(zip(game.players, map(float, found.payoffs), strict=True)))
        for k, found in enumerate(solution.equilibria, start=1)
    ]


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    table = comparison_table(runs[0])
    return [Panel("", table, partial(draw_comparison, players=runs[0].players))]


COMPARISON = FigureKind(
    "comparison",
    "Payoffs in the simulation and by the solution concepts that apply and are quickly solved, "
    "above the lowest payoff of each player and in shares of its payoff range (with money, "
    "of the largest range for players without any). Bargaining solutions start from maximin "
    "levels. Arrowheads with a number: beyond the axis, which happens where utilons of different "
    "players are added up.",
    _panels,
    height=2.6,
)
