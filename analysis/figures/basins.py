"""``basins``: where agents end, and where they started from."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import COLOURS, GREY, MARKERS, FigureKind, Panel
from curnits.analysis.figures.prices import draw_frame, in_simplex
from curnits.analysis.judging.judge import REACHED
from curnits.analysis.solution import Vector
from curnits.analysis.storage.rundata import RunData

_STAR = "#F0E442"
_SAME = 1e-6
"""Distance of prices at which two points of the simplex are drawn as one."""


def basin_table(runs: Sequence[RunData]) -> pd.DataFrame:
    """Return where runs of one game start and end, and all equilibria that are known.

    Returns
    -------
    DataFrame
        ``kind`` (start, end or equilibrium), ``number`` (of the run or equilibrium), ``reached``
        (number of the equilibrium that the run ended at, 0 if none), ``player``, ``payoff`` and
        ``share``: the price of the player's payoff range, as a share of all ranges' prices.
    """
    game = runs[0].game
    known: list[Vector] = []
    parts = []

    def noted(kind: str, number: int, reached: int, payoffs: Vector, prices: Vector) -> None:
        worth = prices * game.scales
        columns = {"player": list(runs[0].players), "payoff": payoffs, "share": worth / worth.sum()}
        parts.append(pd.DataFrame({"kind": kind, "number": number, "reached": reached, **columns}))

    for run in runs:
        for answer in run.summary.solution.equilibria:
            payoffs = np.array([answer.payoffs[player] for player in run.players])
            if min(_gaps(payoffs, known, game.scales), default=np.inf) > _SAME:
                known.append(payoffs)
                prices = np.array([answer.prices[player] for player in run.players])
                noted("equilibrium", len(known), len(known), payoffs, prices)
    for number, run in enumerate(runs, start=1):
        prices, payoffs = run.series("price").to_numpy(), run.series("payoff").to_numpy()
        gaps = _gaps(payoffs[-1], known, game.scales)
        near = int(np.argmin(gaps)) + 1 if min(gaps, default=np.inf) < REACHED else 0
        noted("start", number, near, payoffs[0], prices[0])
        noted("end", number, near, payoffs[-1], prices[-1])
    return pd.concat(parts, ignore_index=True)


def draw_basins(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw starts in the simplex of three players' prices, marked by the equilibrium reached.

    Thin lines lead to where the runs end; stars are the equilibria.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"kind": ["start"] * 3 + ["end"] * 3, "number": 1, "reached": 0,
    ...     "player": ["1", "2", "3"] * 2, "payoff": 1.0, "share": [0.5, 0.3, 0.2, 0.4, 0.4, 0.2]})
    >>> draw_basins(Figure().subplots(), table, ["1", "2", "3"])
    """
    draw_frame(axes, players)
    spots = {
        kind: part.pivot_table(index="number", columns="player", values="share")[list(players)]
        for kind, part in table.groupby("kind")
    }
    reached = table[table["kind"] == "start"].groupby("number")["reached"].first()
    begins = in_simplex(spots["start"].to_numpy())
    ends = in_simplex(spots["end"].to_numpy())
    for number in sorted(reached.unique()):
        own = (reached == number).to_numpy()
        colour, marker = _style(int(number))
        across, up = np.stack([begins[own], ends[own]]).transpose(2, 0, 1)
        axes.plot(across, up, color=colour, linewidth=0.4, alpha=0.5, zorder=1)
        label = f"start, ends at {number}" if number else "start, ends elsewhere"
        axes.scatter(
            across[0], up[0], s=13, c=colour, marker=marker, linewidth=0.5, zorder=2, label=label
        )
    if "equilibrium" in spots:
        where = in_simplex(spots["equilibrium"].to_numpy())
        axes.scatter(
            where[:, 0],
            where[:, 1],
            marker="*",
            s=70,
            facecolor=_STAR,
            edgecolor="black",
            linewidth=0.6,
            zorder=3,
            label="equilibrium",
        )
        for number, place in zip(spots["equilibrium"].index, where, strict=True):
            axes.annotate(
                str(number), place, (4, 4), textcoords="offset points", zorder=4, fontweight="bold"
            )
    axes.set_aspect("equal")
    axes.set_axis_off()


def _style(number: int) -> tuple[str, str]:
    """Return colour and marker of the starts that lead to an equilibrium; grey if to none."""
    if number == 0:
        return GREY, "x"
    return COLOURS[(number - 1) % len(COLOURS)], MARKERS[(number - 1) % len(MARKERS)]


def _gaps(payoffs: Vector, others: Sequence[Vector], scales: Vector) -> list[float]:
    return [float((np.abs(payoffs - other) / scales).max()) for other in others]


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    if len(runs) < 2 or runs[0].game.n != 3 or runs[0].game.money:
        return []
    table = basin_table(runs)
    return [Panel("", table, partial(draw_basins, players=runs[0].players))]


BASINS = FigureKind(
    "basins",
    "Which equilibrium agents reach from which starting prices. Each mark is a start, a thin line "
    "leads to where the talks end, numbered stars are the equilibria. Each price is multiplied "
    "with its player's payoff range, and all are scaled to sum to 1.",
    _panels,
    height=3.1,
    needs="several runs of a game of three players without money",
)
