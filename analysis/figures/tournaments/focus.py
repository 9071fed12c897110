"""``focus``: what each policy earns, by how many others have the one in focus."""

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import GREY, Panel, player_style, shortened
from curnits.analysis.figures.tournaments.base import EARNED, TournamentFigure
from curnits.analysis.tournaments.results import Results


def draw_focus(axes: Axes, table: pd.DataFrame, focus: str, threshold: float | None) -> None:
    """Draw a line with its interval for each policy, and where threats stop to pay.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"share": [0, 1], "policy": "a", "mean": 0.1, "low": 0, "high": 0.2})
    >>> draw_focus(Figure().subplots(), table, "a", 0.5)
    """
    for k, (policy, own) in enumerate(table.groupby("policy", sort=False)):
        style = player_style(k)
        ends = 100 * own["low"].astype(float), 100 * own["high"].astype(float)
        axes.fill_between(own["share"], *ends, color=style["color"], alpha=0.2, linewidth=0)
        axes.plot(own["share"], 100 * own["mean"], label=shortened(str(policy)), **style)
    if threshold is not None:
        axes.axvline(threshold, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel(f"share of {shortened(focus, 30)}")
    axes.set_ylabel(f"earned, {EARNED}")


def _panel(found: Results) -> Panel:
    asked = found.threshold
    share = asked.share if asked is not None and 0.0 < asked.share < 1.0 else None
    drawing = partial(draw_focus, focus=found.focus, threshold=share)
    return Panel("", found.mixtures, drawing)


FOCUS = TournamentFigure(
    "focus",
    "What each policy earns in a population of which a share has the policy that is named below, "
    "with 95 % bootstrap intervals; dotted: where the file's question is answered.",
    _panel,
    height=2.4,
)
