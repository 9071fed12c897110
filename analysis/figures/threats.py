"""``threats``: what coalitions threaten to play, over time."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from curnits.analysis.figures.base import COLOURS, FigureKind, Panel, distinct, shortened, time_axis
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.coalitions import Mask, members, proper_coalitions, size

_MOST_ACTIONS = 6
"""Actions that hatches can tell apart."""

_MOST_PLAYERS = 4
"""Of more players only conflicts of one against all others are shown."""

_MOST_OTHER = 0.5
"""A picture in which more than this is covered by other joint actions says nothing."""

_LEGEND_DROP, _LEGEND_SHIFT = 0.42, 0.45
"""How far below and to the left of the axes' corner the legend starts, inches."""

_LONGEST_LABEL = 50
"""Letters of an action's name that fit into a legend."""

_LETTERS = 24
"""In a line of the legend."""

_LONGEST_NAME = 14
"""Letters of a player's name that fit into a panel's title."""

_MOST_LISTED = 500
"""Joint actions of a coalition that are looked up by name; figures show fewer."""

_HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++", "")
OTHER = "other"


def threat_table(threats: pd.DataFrame, coalition: str, order: Sequence[str] = ()) -> pd.DataFrame:
    """Return the threats of one coalition, rare joint actions taken together.

    Parameters
    ----------
    threats : DataFrame
        A run's table of that name.
    coalition : str
        As written there.
    order : sequence of str
        Joint actions in the order in which they shall be listed; by default as in the table.

    Returns
    -------
    DataFrame
        ``coalition``, ``joint_action``, ``tick``, ``probability``; those joint actions that cover
        most of a picture with a logarithmic axis of time, and all others together last.
    """
    own = threats[threats["coalition"] == coalition]
    chances = own.pivot_table(
        index="tick", columns="joint_action", values="probability", fill_value=0.0, sort=False
    ).sort_index()
    spans = np.gradient(np.log1p(chances.index.to_numpy(float))) if len(chances) > 1 else 1.0
    covered = (
        chances.mul(np.broadcast_to(spans, len(chances)), axis=0).sum().sort_values(ascending=False)
    )
    kept = list(covered.index[:_MOST_ACTIONS])
    places = {name: k for k, name in enumerate([*order, *chances.columns][::-1])}
    table = chances[sorted(kept, key=lambda name: -places[name])].copy()
    rest = (1.0 - table.sum(axis=1)).clip(lower=0.0)
    if rest.max() > 5e-3:
        table[OTHER] = rest
    long = table.melt(var_name="joint_action", value_name="probability", ignore_index=False)
    long = long.reset_index()[["joint_action", "tick", "probability"]]
    long.insert(0, "coalition", coalition)
    return long


def draw_threats(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the probabilities of joint actions as stacked areas, with a legend in their order.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"joint_action": ["hit", "hit", "wait", "wait"], "tick": [1, 9, 1, 9],
    ...     "probability": [0.5, 0.9, 0.5, 0.1]})
    >>> draw_threats(Figure().subplots(), table)
    """
    floor: float | pd.Series[float] = 0.0
    areas: list[Artist] = []
    for k, (name, rows) in enumerate(table.groupby("joint_action", sort=False)):
        ceiling = floor + rows.set_index("tick")["probability"]
        other = name == OTHER
        area = axes.fill_between(
            ceiling.index.to_numpy(),
            np.broadcast_to(floor, len(ceiling)),
            ceiling.to_numpy(),
            facecolor="#DDDDDD" if other else COLOURS[k % len(COLOURS)],
            hatch="" if other else _HATCHES[k % len(_HATCHES)],
            edgecolor="white",
            linewidth=0.4,
            label=fill(shortened(str(name).replace("+", ", "), _LONGEST_LABEL), _LETTERS),
        )
        areas.insert(0, area)
        floor = ceiling
    axes.set_ylim(0, 1)
    axes.set_ylabel("probability")
    time_axis(axes)
    below = ScaledTranslation(-_LEGEND_SHIFT, -_LEGEND_DROP, axes.figure.dpi_scale_trans)
    axes.legend(
        handles=areas,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=axes.transAxes + below,
        borderaxespad=0,
    )


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    game, threats = run.game, run.tables["threats"]
    panels = []
    for mask in sorted(proper_coalitions(game.n), key=lambda mask: (size(mask), mask)):
        alone = size(mask) in (1, game.n - 1)
        count = game.joint_actions(mask)
        if count == 1 or not (alone or game.n <= _MOST_PLAYERS):
            continue
        own = (game.joint_action(mask, k) for k in range(min(count, _MOST_LISTED)))
        order = ["+".join(actions.values()) for actions in own]
        table = threat_table(threats, "+".join(run.players[i] for i in members(mask)), order)
        if len(table) and _covered(table) >= 1.0 - _MOST_OTHER:
            panels.append(Panel(_title(mask, run.players), table, draw_threats))
    return distinct(panels, [["probability"]], ["joint_action", "tick"])


def _covered(table: pd.DataFrame) -> float:
    """Return the share of the picture that joint actions with a name of their own cover."""
    named = table[table["joint_action"] != OTHER].groupby("tick")["probability"].sum()
    spans = np.gradient(np.log1p(named.index.to_numpy(float))) if len(named) > 1 else np.ones(1)
    return float((named * spans).sum() / np.sum(spans))


def _title(coalition: Mask, players: Sequence[str]) -> str:
    names = [shortened(player, _LONGEST_NAME) for player in players]
    if size(coalition) == len(players) - 1 > 2:
        return f"all but {next(name for i, name in enumerate(names) if not coalition >> i & 1)}"
    return " + ".join(names[i] for i in members(coalition))


THREATS = FigureKind(
    "threats",
    "What coalitions threaten to play against the others if talks fail: probabilities of joint "
    f"actions over time, the {_MOST_ACTIONS} most frequent by name. Of more than {_MOST_PLAYERS} "
    "players those are shown who stand alone, and all but one; of coalitions that threaten alike "
    "one; and none where other joint actions cover more than half of the picture.",
    _panels,
    columns=3,
    height=1.6,
    needs="a coalition whose threats are few enough to be named",
)
