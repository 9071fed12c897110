"""The command ``population``: people who meet in pairs, round after round."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curnits.analysis.cli.options import Force, Json, Quiet
from curnits.analysis.cli.usage import command

if TYPE_CHECKING:
    from rich.console import Console

    from curnits.analysis.storage.populations import PopulationRecord


@command()
def population(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Population file, or name of a population that comes along."
        ),
    ],
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the file's.")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Instead of the file's.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder; by default populations/<name>-seed<seed>, numbered if taken."),
    ] = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Let the people of a population meet in pairs, and say who is believed and what spreads.

    Reputations go from one encounter to the next, and policies spread by imitation. Writes a folder
    with a row for each person in each encounter. Ctrl-C stops after the round that is under way;
    what has happened is written, marked as unfinished.

    [bold]Examples[/bold]

      curnits population word-gets-around
      curnits population mine.yaml --seed 7 --rounds 50 --out here
      curnits plot populations/word-gets-around-seed1
    """
    from curnits.analysis.cli.console import console, counting
    from curnits.analysis.storage.files import fresh_folder, untaken
    from curnits.analysis.storage.populations import PopulationRecord, write_population
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.studies.interrupting import STATUS, interruptible
    from curnits.sim.files.reading import about
    from curnits.sim.population.populationfile import load_population
    from curnits.sim.scenario.catalogue import find_shipped

    path = find_shipped("population", source)
    setting = load_population(path).changed(seed=seed, rounds=rounds)
    people, total = setting.build(), setting.section.rounds
    usual = Path("populations") / f"{path.stem}-seed{setting.scenario.run.seed}"
    target = out or (usual if force else untaken(usual))
    with fresh_folder(target, replace=force) as folder:
        meeting = counting("Meeting", total, quiet=quiet)
        with about(path), meeting as progress, interruptible() as stopped:
            while people.rounds < total and not stopped():
                people.step()
                progress(people.rounds)
        record = PopulationRecord.of(setting, people)
        write_population(folder, setting, people, record, ["curnits", *sys.argv[1:]])
    if json:
        typer.echo(to_json({**record.model_dump(), "out": str(target)}), nl=False)
    else:
        screen = console()
        _show(screen, record)
        screen.print(f"Written to {target}", soft_wrap=True)
    if record.unfinished:
        typer.echo(f"curnits: interrupted after {record.rounds:,} rounds; unfinished", err=True)
        raise typer.Exit(STATUS)


def _show(screen: "Console", record: "PopulationRecord") -> None:
    """Print how each group fared, and each policy if people changed theirs."""
    from curnits.analysis.cli.amounts import show, table

    screen.print(record.population, style="bold")
    screen.print(
        f"{record.people:,} people met in {record.encounters:,} encounters over "
        f"{record.rounds:,} rounds. Payoffs are shares of payoff range."
    )
    changed = {name: one.people for name, one in record.groups.items()} != {
        name: one.people for name, one in record.policies.items()
    }
    parts = [("group", record.groups)] + ([("policy", record.policies)] if changed else [])
    for heading, fared in parts:
        rows = table(heading, "people", "payoff", "believed", "agreed")
        for name, one in fared.items():
            shown = (one.share, one.reputation, one.agreed)
            rows.add_row(name, str(one.people), *("" if x is None else f"{x:.0%}" for x in shown))
        show(screen, rows)
