"""``multiplicity``: how often the games of each family have several equilibria."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import COLOURS, FigureKind


def draw_multiplicity(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the share of games with several answers by kind, with 95 % intervals.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"kind": ["chicken"], "games": [100], "two": [1], "three": [1],
    ...     "more": [0], "several": [0.02], "low": [0.005], "high": [0.07]})
    >>> draw_multiplicity(Figure().subplots(), table)
    """
    places = np.arange(len(table))[::-1]
    left = np.zeros(len(table))
    parts = (("two", "2"), ("three", "3"), ("more", "more"))
    for (column, label), colour, hatch in zip(parts, COLOURS, ("", "///", "xx"), strict=False):
        width = 100 * (table[column] / table["games"]).to_numpy()
        if not width.any():
            continue
        axes.barh(
            places,
            width,
            left=left,
            height=0.62,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.3,
            label=f"{label} equilibria",
        )
        left += width
    share, low, high = (100 * table[name].to_numpy() for name in ("several", "low", "high"))
    errors = np.maximum([share - low, high - share], 0.0)
    axes.errorbar(
        share, places, xerr=errors, fmt="none", ecolor="black", elinewidth=0.6, capsize=1.5
    )
    names = [
        f"{kind} ({games:,})" for kind, games in zip(table["kind"], table["games"], strict=True)
    ]
    axes.set_yticks(places, names)
    axes.set_xlim(0, None)
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.set_xlabel("games with several, %")


MULTIPLICITY = FigureKind(
    "multiplicity",
    "How often three-player games have several coco equilibria, by family (number of games drawn). "
    "Bars: games whose equilibria have two, three or more different payoffs; lines: 95 % intervals "
    "of the share of games with several.",
    lambda runs: [],
    columns=1,
    height=3.4,
)
