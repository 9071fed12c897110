"""``matrix``: what each policy earns beside each other one."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import Panel, shortened
from curnits.analysis.figures.tournaments.base import TournamentFigure
from curnits.analysis.tournaments.results import Results

ALL = "all"

_DARK = 0.7
"""Share of the scale from which cells are so dark that text on them must be white."""

_NARROW = 11
"""Letters of a policy's name that fit beside the cells."""


def matrix_table(found: Results) -> pd.DataFrame:
    """Return the matrix, and what each policy earns against all, the best policy first."""
    overall = found.ranking.assign(against=ALL)
    order = {policy: k for k, policy in enumerate(found.ranking["policy"])} | {ALL: found.game.k}
    table = pd.concat([found.matrix, overall[list(found.matrix.columns)]], ignore_index=True)
    key = table["policy"].map(order) * (len(order) + 1) + table["against"].map(order)
    return table.iloc[np.argsort(key.to_numpy())].reset_index(drop=True)


def draw_matrix(axes: Axes, table: pd.DataFrame) -> None:
    """Draw a square for each pair of policies, purple for gains and orange for losses.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"policy": ["a", "a"], "against": ["a", "all"], "mean": [0.1, 0.1]})
    >>> draw_matrix(Figure().subplots(), table)
    """
    policies, others = (list(dict.fromkeys(table[key])) for key in ("policy", "against"))
    cells = table.pivot_table(index="policy", columns="against", values="mean", dropna=False)
    amounts = 100.0 * cells.loc[policies, others].to_numpy(np.float64)
    most = max(float(np.nanmax(np.abs(amounts))), 1e-9)
    edge = len(policies) - 0.5
    axes.imshow(amounts, cmap="PuOr", vmin=-most, vmax=most, aspect="auto")
    for (row, column), amount in np.ndenumerate(amounts):
        colour = "white" if abs(amount) > _DARK * most else "black"
        shown = f"{round(amount, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")
        text = "–" if np.isnan(amount) else shown
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=6.5)
    axes.axvline(edge, color="black", linewidth=1.0)
    axes.set_xticks(range(len(others)), [shortened(name, _NARROW) for name in others])
    axes.set_yticks(range(len(policies)), [shortened(name) for name in policies])
    axes.tick_params(axis="x", labelrotation=35, length=0)
    axes.tick_params(axis="y", length=0)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    axes.spines[:].set_visible(False)
    axes.set_xlabel("beside")
    axes.set_ylabel("earned by, % of range")


def _panel(found: Results) -> Panel:
    return Panel("", matrix_table(found), draw_matrix)


MATRIX = TournamentFigure(
    "matrix",
    "Mean payoff of each policy (row) beside each other one (column), and against all, as % of "
    "payoff range above the reference; the best policy first. The table has 95 % bootstrap "
    "intervals.",
    _panel,
    height=2.6,
)
