"""What the commands ``basins`` and ``multiplicity`` print and draw."""

import pandas as pd
from rich.console import Console
from rich.table import Table

from curnits.analysis.studies.basin_records import BasinsRecord


def show_basins(out: Console, record: BasinsRecord) -> None:
    """Print how many runs reached each equilibrium."""
    known = "all its equilibria are listed" if record.complete else "there may be other equilibria"
    out.print(f"{record.settled} of {record.starts} runs settled; {known}.\n")
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("equilibrium", "payoffs", "prices", "runs", "share of starts"):
        table.add_column(heading, justify="left" if "p" in heading[:2] else "right")
    for k, basin in enumerate(record.basins, start=1):
        elsewhere = basin.payoffs is None
        table.add_row(
            "elsewhere" if elsewhere else str(k),
            _listed(basin.payoffs),
            _listed(basin.prices),
            str(basin.runs),
            f"{basin.runs / record.starts:.0%}",
        )
    out.print(table)


def show_multiplicity(out: Console, table: pd.DataFrame) -> None:
    """Print a :func:`curnits.analysis.studies.multiplicity.summary`."""
    games, known, clear = (int(table[key].sum()) for key in ("games", "complete", "clear"))
    several = int(table[["two", "three", "more"]].sum().sum())
    out.print(
        f"{several:,} of {games:,} games have several equilibria with different payoffs, "
        f"{clear:,} of them clearly different; of {known:,} games all equilibria are known.\n"
    )
    shown = Table(show_edge=False, pad_edge=False)
    shown.add_column("kind", no_wrap=True)
    headings = ("games", "known", "1", "2", "3", "4+", "several, % (95 %)", "clear", "continuum")
    for heading in headings:
        shown.add_column(heading, justify="right", no_wrap=True)
    for row in table.to_dict("records"):
        shown.add_row(
            row["kind"],
            *(f"{row[key]:,}" for key in ("games", "complete", "one", "two", "three", "more")),
            f"{100 * row['several']:.2f} ({100 * row['low']:.2f}–{100 * row['high']:.2f})",
            *(f"{row[key]:,}" for key in ("clear", "continuum")),
        )
    out.print(shown)
    out.print(
        "\nknown: games whose list of equilibria is known to be complete. 1, 2, 3, 4+: games by "
        "the number of different payoffs in equilibrium. clear: games where they differ by more "
        "than 1 % of somebody's payoff range. continuum: games where an agreement is in "
        "equilibrium at a continuum of prices."
    )


def _listed(amounts: dict[str, float] | None) -> str:
    return "" if amounts is None else ", ".join(f"{amount:.5g}" for amount in amounts.values())
