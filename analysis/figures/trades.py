"""``trades``: who paid whom, and what it came to."""

from collections.abc import Sequence
from functools import partial
from math import floor, log10

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import (
    FigureKind,
    Panel,
    amount_axis,
    codes,
    exponent,
    in_units,
    legend_names,
    player_style,
    shortened,
    time_axis,
    written,
)
from curnits.analysis.storage.rundata import RunData

_MOST_NUMBERS = 8
"""Players whose pairs can be written into cells."""

_LONGEST_NAME = 12
"""Letters of a player's name that fit beside a row."""

_SMALLEST_PAYMENT = 1e-9
"""Payments of a smaller share of the curnits at stake are left out."""

_NOTHING = 1e-3
"""There is nothing to show where all that was paid is a smaller share of the curnits at stake."""


def payment_table(trades: pd.DataFrame, players: Sequence[str]) -> pd.DataFrame:
    """Return ``payer``, ``payee`` and ``curnits`` paid in the whole run, of every pair."""
    paid = trades.groupby(["payer", "payee"])["curnits"].sum()
    pairs = pd.MultiIndex.from_tuples(
        [(payer, payee) for payer in players for payee in players if payer != payee],
        names=["payer", "payee"],
    )
    return paid.reindex(pairs, fill_value=0.0).reset_index()


def ledger_table(
    trades: pd.DataFrame, ticks: Sequence[int], players: Sequence[str]
) -> pd.DataFrame:
    """Return ``tick``, ``player`` and ``received``: curnits received less paid so far."""
    net = pd.DataFrame(0.0, index=pd.Index(ticks, name="tick"), columns=list(players))
    for role, sign in (("payee", 1.0), ("payer", -1.0)):
        sums = trades.pivot_table(index="tick", columns=role, values="curnits", aggfunc="sum")
        net = net.add(sign * sums, fill_value=0.0)
    total = net.fillna(0.0).cumsum()[list(players)]
    total.columns.name = "player"
    return total.melt(value_name="received", ignore_index=False).reset_index()


def draw_payments(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw who paid whom as a map, payers down and payees across.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"payer": ["1"], "payee": ["2"], "curnits": [0.5]})
    >>> draw_payments(Figure().subplots(), table, ["1", "2"])
    """
    paid = table.pivot_table(index="payer", columns="payee", values="curnits")
    grid = paid.reindex(index=list(players), columns=list(players)).to_numpy(float)
    top = np.nanmax(grid, initial=0.0) or 1.0
    power = exponent(top)
    decimals = 1 - floor(log10(top))  # more than two figures of the largest do not fit
    image = axes.imshow(grid, cmap="Purples", vmin=0, vmax=top)
    if len(players) <= _MOST_NUMBERS:
        for (payer, payee), amount in np.ndenumerate(grid):
            if np.isfinite(amount):
                ink = "white" if amount > 0.6 * top else "black"
                text = written(round(amount, decimals) / 10.0**power, 2)
                axes.text(payee, payer, text, ha="center", va="center", color=ink)
    else:
        axes.figure.colorbar(image, ax=axes, label="curnits")
    short = codes(players)
    names = [shortened(player, _LONGEST_NAME) for player in players]
    rows = [n if c == n else f"{n} ({c})" for n, c in zip(names, short, strict=True)]
    axes.set_xticks(range(len(players)), short)
    axes.set_yticks(range(len(players)), rows)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("payee")
    axes.set_ylabel("payer")
    axes.set_title(f"who paid whom, {in_units('curnits', power)}")


def draw_ledger(axes: Axes, table: pd.DataFrame, players: Sequence[str]) -> None:
    """Draw each player's cumulative receipts less payments.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"tick": [1, 1], "player": ["1", "2"], "received": [0.5, -0.5]})
    >>> draw_ledger(Figure().subplots(), table, ["1", "2"])
    """
    for i, (player, name) in enumerate(zip(players, legend_names(players), strict=True)):
        own = table[table["player"] == player]
        axes.plot(own["tick"], own["received"], label=name, **player_style(i))
    axes.axhline(0, color="black", linewidth=0.4)
    amount_axis(axes.yaxis, "received less paid, ", "curnits")
    time_axis(axes)


def _panels(runs: Sequence[RunData]) -> list[Panel]:
    run = runs[0]
    if run.game.n < 2:
        return []
    trades, players = run.tables["trades"], run.players
    trades = trades[trades["curnits"] > _SMALLEST_PAYMENT * run.summary.escalation.at_stake]
    if trades["curnits"].sum() <= _NOTHING * run.summary.escalation.at_stake:
        return []
    ticks = run.tables["ticks"]["tick"].tolist()
    return [
        Panel(
            "",
            payment_table(trades, players),
            partial(draw_payments, players=players),
            "payments",
        ),
        Panel(
            "",
            ledger_table(trades, ticks, players),
            partial(draw_ledger, players=players),
            "ledger",
        ),
    ]


TRADES = FigureKind(
    "trades",
    "Curnits that changed hands. Left: who paid whom in the whole run. Right: what each player has "
    "received so far, less what it has paid.",
    _panels,
    height=2.3,
    needs="a run in which a thousandth of the curnits at stake changes hands",
)
