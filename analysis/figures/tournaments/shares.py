"""``shares``: how the shares of policies change; ``simplex``: the same of three, from anywhere."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import COLOURS, GREY, Panel, player_style, shortened
from curnits.analysis.figures.prices import draw_frame, in_simplex
from curnits.analysis.figures.tournaments.base import TournamentFigure
from curnits.analysis.tournaments.ecology import evolve
from curnits.analysis.tournaments.results import Results

_STARTS = 5
"""Starts along an edge of the simplex."""


def draw_shares(axes: Axes, table: pd.DataFrame) -> None:
    """Draw a line for each policy.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> draw_shares(Figure().subplots(), pd.DataFrame({"time": [0, 1], "a": [1, 0], "b": [0, 1]}))
    """
    for k, policy in enumerate(table.columns.drop("time")):
        axes.plot(table["time"], table[policy], label=shortened(policy), **player_style(k))
    axes.set_xlim(float(table["time"].iloc[0]), float(table["time"].iloc[-1]))
    axes.set_ylim(0.0, 1.0)
    axes.set_xlabel("generation")
    axes.set_ylabel("share of population")


def simplex_table(found: Results) -> pd.DataFrame:
    """Return paths of three policies' shares from many starts, and equilibria (path 0)."""
    settings, names = found.tournament.section.ecology, found.game.policies
    parts = [
        pd.DataFrame([one.shares], columns=list(names)).assign(path=0, time=0.0)
        for one in found.equilibria
    ]
    inner = np.arange(1, _STARTS + 1)
    starts = [(a, b, _STARTS + 2 - a - b) for a in inner for b in inner if a + b < _STARTS + 2]
    for path, start in enumerate(starts, start=1):
        begun = np.array(start) / (_STARTS + 2)
        moments, shares = evolve(found.game, begun, settings.generations, settings.mutation)
        parts.append(pd.DataFrame(shares, columns=list(names)).assign(path=path, time=moments))
    return pd.concat(parts, ignore_index=True)


def draw_simplex(axes: Axes, table: pd.DataFrame, policies: tuple[str, ...]) -> None:
    """Draw paths with their starts as dots, and equilibria as stars.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"a": [0.2, 0.3], "b": 0.3, "c": [0.5, 0.4], "path": 1, "time": 0.0})
    >>> draw_simplex(Figure().subplots(), table, ("a", "b", "c"))
    """
    draw_frame(axes, policies)
    for corner, policy in zip(axes.texts, policies, strict=True):
        corner.set_text(shortened(policy))
    for path, own in table.groupby("path"):
        across, up = in_simplex(own[list(policies)].to_numpy(np.float64)).T
        if path == 0:
            axes.plot(
                across, up, "*", color=COLOURS[1], markersize=8, label="equilibrium", zorder=3
            )
            continue
        axes.plot(across, up, color=COLOURS[0], linewidth=0.8)
        axes.plot(across[:1], up[:1], ".", color=GREY, markersize=3, label="start")
        axes.plot(across[-1:], up[-1:], "o", color=COLOURS[0], markersize=3, label="end")


def _shares(found: Results) -> Panel:
    return Panel("", found.shares, draw_shares)


def _simplex(found: Results) -> Panel | None:
    if found.game.k != 3:
        return None
    return Panel("", simplex_table(found), partial(draw_simplex, policies=found.game.policies))


SHARES = TournamentFigure(
    "shares",
    "Shares of policies in a large population in which they spread by what they earn: the "
    "replicator equation with mutation, from the shares that the file states.",
    _shares,
    height=2.1,
)

SIMPLEX = TournamentFigure(
    "simplex",
    "Shares of three policies over time, from many starts (dots), by the replicator equation with "
    "mutation; stars: symmetric equilibria of the game of policies.",
    _simplex,
    height=2.7,
    needs="a tournament of three policies",
)
