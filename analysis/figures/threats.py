"""``threats``: what coalitions threaten to play, over time."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from curnits.analysis.figures.base import (
    COLOURS,
    FigureKind,
    Panel,
    coalition_code,
    legend_names,
    shortened,
    time_axis,
)
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.coalitions import members, proper_coalitions, size

_MOST_ACTIONS = 4
_MOST_PANELS = 9
_LEGEND_DROP = 0.36
"""How far below the axes the legend starts, inches."""

_LONGEST_LABEL = 26
_HATCHES = ("", "////", "....", "xxxx", "")
OTHER = "other"


def threat_table(threats: pd.DataFrame, coalition: str) -> pd.DataFrame:
    """Return the threats of one coalition, rare joint actions taken together.

    Parameters
    ----------
    threats : DataFrame
        A run's table of that name.
    coalition : str
        As written there.

    Returns
    -------
    DataFrame
        ``coalition``, ``joint_action``, ``tick``, ``probability``; the joint actions most played
        first, all others together last.
    """
    own = threats[threats["coalition"] == coalition]
    chances = own.pivot_table(
        index="tick", columns="joint_action", values="probability", fill_value=0.0, sort=False
    )
    kept = chances.mean().sort_values(ascending=False, kind="stable").index[:_MOST_ACTIONS]
    table = chances[kept].copy()
    rest = (1.0 - table.sum(axis=1)).clip(lower=0.0)
    if rest.max() > 5e-3:
        table[OTHER] = rest
    long = table.melt(var_name="joint_action", value_name="probability", ignore_index=False)
    long = long.reset_index()[["joint_action", "tick", "probability"]]
    long.insert(0, "coalition", coalition)
    return long


def draw_threats(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the probabilities of joint actions as stacked areas.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"joint_action": ["hit", "hit", "wait", "wait"], "tick": [1, 9, 1, 9],
    ...     "probability": [0.5, 0.9, 0.5, 0.1]})
    >>> draw_threats(Figure().subplots(), table)
    """
    floor: float | pd.Series[float] = 0.0
    for k, (name, rows) in enumerate(table.groupby("joint_action", sort=False)):
        ceiling = floor + rows.set_index("tick")["probability"]
        other = name == OTHER and k == _MOST_ACTIONS
        axes.fill_between(
            ceiling.index.to_numpy(),
            np.broadcast_to(floor, len(ceiling)),
            ceiling.to_numpy(),
            facecolor="#DDDDDD" if other else COLOURS[k % len(COLOURS)],
            hatch=_HATCHES[k],
            edgecolor="white",
            linewidth=0.4,
            label=shortened(str(name), _LONGEST_LABEL),
        )
        floor = ceiling
    axes.set_ylim(0, 1)
    axes.set_ylabel("probability")
    time_axis(axes)
    below = ScaledTranslation(0, -_LEGEND_DROP, axes.figure.dpi_scale_trans)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=axes.transAxes + below,
        borderaxespad=0,
    )


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    game, names = run.game, legend_names(run.players)
    masks = [mask for mask in proper_coalitions(game.n) if game.joint_actions(mask) > 1]
    shown = sorted(masks, key=lambda mask: (size(mask), mask))[:_MOST_PANELS]
    return [
        Panel(
            names[members(mask)[0]] if size(mask) == 1 else coalition_code(mask, run.players),
            threat_table(run.tables["threats"], "+".join(run.players[i] for i in members(mask))),
            draw_threats,
        )
        for mask in shown
    ]


THREATS = FigureKind(
    "threats",
    "What coalitions threaten to play against the others if talks fail: probabilities of joint "
    f"actions over time, the {_MOST_ACTIONS} most frequent by name. "
    f"At most {_MOST_PANELS} coalitions are shown, small ones first.",
    _panels,
    columns=3,
    height=2.1,
)
