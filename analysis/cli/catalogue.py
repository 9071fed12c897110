"""The command ``scenarios``: list the catalogue, search it, show one entry."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from curnits.analysis.cli.options import Json
from curnits.analysis.cli.usage import command

if TYPE_CHECKING:
    from rich.console import Console

    from curnits.analysis.studies.records import ScenarioRecord

_WIDTH = 80
"""Columns that every terminal has."""


@command()
def scenarios(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS", help="Words that names, titles or stories have, or: show NAME."
        ),
    ] = None,
    group: Annotated[str | None, typer.Option(help="Only the scenarios of a folder.")] = None,
    json: Json = False,
) -> None:
    """List the catalogue, or show one entry with its story, source and game.

    [bold]Examples[/bold]

      curnits scenarios
      curnits scenarios --group escalation
      curnits scenarios bluff
      curnits scenarios show threat-game
    """
    from curnits.analysis.cli.console import console
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.studies.records import ScenarioRecord
    from curnits.sim.scenario.catalogue import catalogue, find
    from curnits.sim.scenario.loading import load
    from curnits.sim.scenario.problems import ScenarioError

    shown = words[1:] if words and words[0] == "show" else []
    if words and words[0] == "show" and len(shown) != 1:
        raise typer.BadParameter("show takes one name (see: curnits scenarios)")
    paths = [find(name) for name in shown] or list(catalogue().values())
    groups = sorted({path.parent.name for path in paths})
    if group is not None and group not in groups:
        raise ScenarioError(f"no group {group!r} (expected one of {', '.join(groups)})")
    chosen = [path for path in paths if group in (None, path.parent.name)]
    entries = [ScenarioRecord.of(path, load(path)) for path in chosen]
    if not shown:
        entries = [entry for entry in entries if _has(entry, words or [])]
    screen = console()
    screen.width = min(screen.width, _WIDTH)
    if json:
        typer.echo(to_json({"scenarios": [entry.model_dump() for entry in entries]}), nl=False)
    elif not entries:
        screen.print("No scenario has all of these words.")
    elif shown:
        _show(screen, entries[0], shown[0])
    else:
        _list(screen, entries)
    raise typer.Exit(0 if entries else 1)


def _has(entry: "ScenarioRecord", words: Sequence[str]) -> bool:
    text = " ".join((entry.name, entry.title, entry.shows, entry.summary, entry.source))
    return all(word.casefold() in text.casefold() for word in words)


def _list(screen: "Console", entries: Sequence["ScenarioRecord"]) -> None:
    """Print name, players and title, group by group."""
    from itertools import groupby

    from rich.table import Table
    from rich.text import Text

    wide = max(len(entry.name) for entry in entries)
    ordered = sorted(entries, key=lambda entry: (entry.shows, entry.name))
    for group, inside in groupby(ordered, key=lambda entry: entry.shows):
        rows = Table.grid(padding=(0, 2))
        rows.add_column(width=wide, no_wrap=True)
        rows.add_column(justify="right")
        rows.add_column()
        for entry in inside:
            rows.add_row(entry.name, str(entry.players), entry.title)
        screen.print(Text(group, style="bold"))
        screen.print(rows)
        screen.print()
    screen.print("Name, players, title. More: curnits scenarios show NAME")


def _show(screen: "Console", entry: "ScenarioRecord", name: str) -> None:
    """Print story, source, game, and what to look for."""
    from rich.text import Text

    from curnits.analysis.cli.amounts import show, table
    from curnits.analysis.handbook.games import described, payoffs
    from curnits.sim.scenario.catalogue import catalogue, find
    from curnits.sim.scenario.loading import load

    game = load(find(name)).build()
    group = f" ({entry.shows})" if name in catalogue() else ""
    screen.print(Text.assemble((entry.title, "bold"), group))
    source = f"Source: {entry.source or 'not said'}"
    for paragraph in filter(None, (entry.summary, source, described(game))):
        screen.print(f"\n{paragraph}")
    rows = payoffs(game)
    if rows is not None:
        made = table(*rows[0])
        for row in rows[1:]:
            made.add_row(*row)
        show(screen, made)
    if entry.look_for:
        screen.print(f"\nWhat to look for: {entry.look_for}")
    screen.print(f"\nTry: curnits solve {name}; curnits run {name}")
