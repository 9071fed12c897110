"""What the commands ``basins`` and ``multiplicity`` print and draw."""

from collections.abc import Sequence
from functools import partial
from textwrap import fill
from typing import Self

import pandas as pd
from rich.console import Console
from rich.table import Table

from analysis.basins import Basins
from analysis.figures.base import Panel
from analysis.figures.basins import BASINS, draw_basins
from analysis.figures.drawing import Drawn, draw_kind
from analysis.figures.multiplicity import MULTIPLICITY, draw_multiplicity
from analysis.records import Record, by_player
from sim.games.base import Game


class BasinRecord(Record):
    """An equilibrium and how many runs ended there; no payoffs: runs that ended elsewhere."""

    payoffs: dict[str, float] | None
    prices: dict[str, float] | None
    runs: int


class BasinsRecord(Record):
    """What ``basins --json`` prints.

    ``complete``: whether all equilibria are known; ``unfinished``: whether the work was interrupted
    after ``starts`` runs.
    """

    starts: int
    unfinished: bool
    settled: int
    complete: bool
    basins: list[BasinRecord]

    @classmethod
    def of(cls, game: Game, found: Basins) -> Self:
        """Write down how many runs reached each equilibrium."""
        reached = found.runs["reached"].value_counts()
        basins = [
            BasinRecord(
                payoffs=by_player(game, answer.payoffs),
                prices=by_player(game, answer.candidate.prices),
                runs=int(reached.get(k, 0)),
            )
            for k, answer in enumerate(found.solution.equilibria, start=1)
        ]
        if 0 in reached:
            basins.append(BasinRecord(payoffs=None, prices=None, runs=int(reached[0])))
        return cls(
            starts=len(found.runs),
            unfinished=found.unfinished,
            settled=int(found.runs["settled"].sum()),
            complete=found.solution.complete,
            basins=basins,
        )


def show_basins(out: Console, record: BasinsRecord) -> None:
    """Print how many runs reached each equilibrium."""
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
    out.print(f"{record.settled} of {record.starts} runs settled.")
    if not record.complete:
        out.print("There may be other equilibria.")


def show_multiplicity(out: Console, table: pd.DataFrame) -> None:
    """Print a :func:`analysis.multiplicity.summary`."""
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
        "known: games whose list of equilibria is known to be complete. 1, 2, 3, 4+: games by the "
        "number of different payoffs in equilibrium. clear: games where they differ by more than "
        "1 % of somebody's payoff range. continuum: games where an agreement is in equilibrium at "
        "a continuum of prices."
    )


def basins_figure(found: Basins, game: Game, form: str) -> list[Drawn]:
    """Draw starts, ends and equilibria in the simplex; nothing unless there are three players."""
    if game.n != 3:
        return []
    names = ", ".join(f"{i} {player}" for i, player in enumerate(game.players, start=1))
    text = f"{BASINS.caption} Scenario: {game.title}. Players: {names}."
    if found.unfinished:
        text += f" {unfinished(found)}"
    panel = Panel("", found.points, partial(draw_basins, players=game.players))
    return [draw_kind(BASINS, [panel], _wrapped(text), form)]


def unfinished(found: Basins) -> str:
    """Say how far work went that was interrupted."""
    return f"Unfinished: interrupted after {len(found.runs)} of {found.starts} starts."


def multiplicity_figure(table: pd.DataFrame, form: str) -> list[Drawn]:
    """Draw a :func:`analysis.multiplicity.summary`."""
    panels: Sequence[Panel] = [Panel("", table, draw_multiplicity)]
    return [draw_kind(MULTIPLICITY, panels, _wrapped(MULTIPLICITY.caption), form)]


def _wrapped(text: str) -> str:
    return fill(text, 88) + "\n"


def _listed(amounts: dict[str, float] | None) -> str:
    return "" if amounts is None else ", ".join(f"{amount:.5g}" for amount in amounts.values())
