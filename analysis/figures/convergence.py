"""``convergence``: distances and residuals against ticks, of one run or of several seeds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import (
    COLOURS,
    GREY,
    LINES,
    FigureKind,
    Panel,
    time_axis,
    written,
)
from curnits.analysis.judging.judge import convergence_rate, distances
from curnits.analysis.storage.rundata import RunData

_FLOOR = 1e-8
"""Smaller shares are drawn here: they are rounding, and nobody's payoff."""

_FALLING = 0.05
"""A fitted power is shown from here on; below, the distance does not fall."""

_STRAIGHT = 0.1
"""A fit is shown if the distance is this near to it, decades on average (root mean square)."""

_QUANTITIES = ("distance in payoffs", "clearing", "regret")


def convergence_table(runs: Sequence[RunData]) -> pd.DataFrame:
    """Return distances and residuals over time.

    Returns
    -------
    DataFrame
        ``quantity`` (distance in payoffs to the nearest analytic answer, clearing, regret: shares
        of payoff range; or fit: the distance as a power of ticks), ``run``, ``seed``, ``tick``,
        ``value``.
    """
    parts = []
    for number, run in enumerate(runs, start=1):
        ticks = run.tables["ticks"].set_index("tick")
        series = {name: ticks[name] for name in ("clearing", "regret")}
        if run.summary.analytic is not None:
            target = np.array([run.summary.analytic.payoffs[player] for player in run.players])
            negotiators = run.tables["negotiators"]
            series["distance in payoffs"] = distances(run.game, negotiators, target)
            rate = convergence_rate(run.game, negotiators, target)
            if len(runs) == 1 and rate > _FALLING:
                fit, error = _fit(series["distance in payoffs"], rate)
                if error < _STRAIGHT:
                    series[f"fit, $p$ = {rate:.2f}"] = fit
        for name, values in series.items():
            parts.append(
                pd.DataFrame(
                    {
                        "quantity": name,
                        "run": number,
                        "seed": run.summary.seed,
                        "tick": values.index.to_numpy(),
                        "value": values.to_numpy(),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def draw_convergence(axes: Axes, table: pd.DataFrame) -> None:
    """Draw each quantity; of several runs the median, in a band from the least to the largest.

    A run that has ended stays where it is.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"quantity": "regret", "run": 1, "tick": [1, 10], "value": [1, 0.1]})
    >>> draw_convergence(Figure().subplots(), table)
    """
    beyond = False
    for k, name in enumerate(_QUANTITIES):
        rows = table[table["quantity"] == name]
        if rows.empty:
            continue
        values = rows.pivot_table(index="tick", columns="run", values="value").ffill()
        beyond |= bool((values < _FLOOR).to_numpy().any())
        values = values.clip(lower=_FLOOR)
        colour = COLOURS[k]
        axes.plot(values.index, values.median(axis=1), color=colour, linestyle=LINES[k], label=name)
        if values.shape[1] > 1:
            low, high = values.min(axis=1), values.max(axis=1)
            axes.fill_between(values.index, low, high, color=colour, alpha=0.25, linewidth=0.4)
    fits = table[table["quantity"].str.startswith("fit")]
    for label, rows in fits.groupby("quantity"):
        axes.plot(rows["tick"], rows["value"], color="black", linewidth=0.7, label=str(label))
    if beyond:
        axes.axhline(
            _FLOOR, color=GREY, linewidth=0.6, linestyle=":", label=f"{written(_FLOOR)} or less"
        )
    axes.set_yscale("log")
    axes.set_ylabel("share of payoff range")
    time_axis(axes)


def _fit(series: "pd.Series[float]", rate: float) -> "tuple[pd.Series[float], float]":
    """Return the fitted line over the later half of the ticks, and its error in decades."""
    late = series[(series.index >= series.index.max() / 2) & (series > 0)]
    ticks = late.index.to_numpy(dtype=np.float64)
    errors = np.log10(late.to_numpy()) + rate * np.log10(ticks)
    line = pd.Series(10.0 ** (errors.mean() - rate * np.log10(ticks)), index=late.index)
    return line, float(errors.std())


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    table = convergence_table(runs)
    return [Panel("", table, draw_convergence)] if (table["value"] > _FLOOR).any() else []


CONVERGENCE = FigureKind(
    "convergence",
    "Distance of the payoffs from the nearest analytic answer, clearing residual (what players are "
    "owed) and regret (what a coalition could gain by another threat), in shares of payoff range, "
    f"against ticks; what is below {_FLOOR:g} is drawn there. "
    "Thin: the distance fitted as a power, ticks to the −p, over the later half, if it is one. "
    "Of several runs: the median, and a band from the least to the largest.",
    _panels,
    height=2.3,
    needs="a run that is away from its answer at some time",
)
