"""Part of ``escalation``: how often players would resort to each rung of their ladders."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.ticker import MaxNLocator

from curnits.analysis.figures.base import time_axis
from curnits.analysis.solution import Vector
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.ladders import Ladder

_MOST_LABELS = 5
"""Rungs that can be named along an axis."""


def ladder_table(run: RunData, ladder: Ladder) -> pd.DataFrame:
    """Return what a player with a ladder would fight with on its own, over time.

    Returns
    -------
    DataFrame
        ``player``, ``rung`` (0: none), ``action``, ``tick``, ``probability`` and ``invented``: the
        tick at which the rung was invented; NaN if it was known before, or never invented.
    """
    player = run.players[ladder.player]
    threats, made = run.tables["threats"], run.tables["inventions"]
    own = threats[threats["coalition"] == player]
    chances = own.pivot_table(
        index="tick", columns="joint_action", values="probability", fill_value=0.0
    )
    names = [rung.action for rung in ladder.rungs]
    played = chances.reindex(columns=names, fill_value=0.0)
    played.insert(0, "", (1.0 - played.sum(axis=1)).clip(lower=0.0))
    invented = made[made["player"] == player].set_index("action")["tick"]
    table = played.melt(var_name="action", value_name="probability", ignore_index=False)
    table = table.reset_index()
    number = {name: k for k, name in enumerate(["", *names])}
    return pd.DataFrame(
        {
            "player": player,
            "rung": table["action"].map(number).astype("int64"),
            "action": table["action"],
            "tick": table["tick"],
            "probability": table["probability"],
            "invented": table["action"].map(invented).astype("float64"),
        }
    )


def draw_ladder(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the probabilities of rungs as stacked areas, the higher the darker.

    Triangles show when a rung was invented.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"rung": [0, 0, 1, 1], "tick": [1, 9, 1, 9], "invented": 5.0,
    ...     "probability": [1.0, 0.2, 0.0, 0.8]})
    >>> draw_ladder(Figure().subplots(), table)
    """
    top = int(table["rung"].max())
    shades = colormaps["YlOrRd"](np.linspace(0.0, 1.0, top + 1))
    chances = table.pivot_table(index="tick", columns="rung", values="probability")
    ceilings = chances.cumsum(axis=1)
    for rung, shade in enumerate(shades):
        axes.fill_between(
            ceilings.index.to_numpy(),
            (ceilings[rung] - chances[rung]).to_numpy(),
            ceilings[rung].to_numpy(),
            facecolor=shade,
            edgecolor="white",
            linewidth=0.3,
            label=(f"rung {rung}" if rung else "no rung") if top <= _MOST_LABELS else None,
        )
    if top > _MOST_LABELS:
        _scale(axes, shades)
    made = table.groupby("rung")["invented"].first().dropna()
    if len(made):
        heights = np.full(len(made), 1.03)
        axes.scatter(made, heights, 9, "black", marker="v", clip_on=False, label="invented")
    axes.set_ylim(0, 1)
    axes.set_ylabel("probability")
    time_axis(axes)


def _scale(axes: Axes, shades: Vector) -> None:
    """Draw the shades of many rungs beside the axes."""
    count = len(shades)
    norm = BoundaryNorm(np.arange(count + 1) - 0.5, count)
    rungs = ScalarMappable(norm, ListedColormap(list(shades)))
    bar = axes.figure.colorbar(rungs, ax=axes, pad=0.02, label="rung")
    bar.ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    bar.ax.tick_params(length=0)
