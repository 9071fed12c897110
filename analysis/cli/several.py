"""The commands about games with several equilibria: ``basins`` and ``multiplicity``."""

from pathlib import Path
from typing import Annotated

import typer

from curnits.analysis.cli.executing import Workers, executor
from curnits.analysis.cli.figures import ImageFormat
from curnits.analysis.cli.options import Json, Quiet, Source
from curnits.analysis.cli.usage import command

Form = Annotated[ImageFormat, typer.Option("--format", help="Format of the image.")]


@command()
def basins(
    source: Source,
    starts: Annotated[int, typer.Option(min=2, help="Starting prices, at least.")] = 36,
    ticks: Annotated[int | None, typer.Option(min=1, help="Ticks before giving up.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; by default basins/<name>, numbered if taken.")
    ] = None,
    workers: Workers = None,
    form: Form = ImageFormat.PDF,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show which equilibrium agents reach from which starting prices.

    Runs the scenario from prices all over the simplex and writes a table of the runs, the data and,
    for three players, a figure. Ctrl-C stops after the runs that are done and keeps them.

    [bold]Examples[/bold]

      curnits basins three-solutions
      curnits basins three-solutions --starts 100 --workers 2 --out here --format png
    """
    from curnits.analysis.cli.console import console, counting, heading
    from curnits.analysis.cli.show_several import show_basins
    from curnits.analysis.figures.saving import files_of
    from curnits.analysis.figures.studies import basins_figure
    from curnits.analysis.storage.csv import csv
    from curnits.analysis.storage.files import fresh_folder, untaken
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.studies.basin_records import BasinsRecord, unfinished
    from curnits.analysis.studies.basins import explore
    from curnits.analysis.studies.interrupting import STATUS, interruptible
    from curnits.sim.files.reading import about
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    path = find(source)
    scenario = load(path)
    if ticks is not None:
        scenario = scenario.with_run(ticks=ticks)
    game = scenario.build()
    usual = Path("basins") / path.stem
    target = out or untaken(usual)
    with about(source), fresh_folder(target, replace=False) as folder:
        with counting("Negotiating", starts, quiet=quiet) as progress, interruptible() as stopped:
            crew = executor(workers, None)
            found = explore(scenario, starts, crew, progress, stopped)
        tables = {"runs.csv": csv(found.runs), "basins.csv": csv(found.points)}
        if found.unfinished:
            tables["unfinished.txt"] = f"{unfinished(found)}\n".encode()
        images = files_of(basins_figure(found, game, form.value), form.value)
        for name, content in {**tables, **images}.items():
            (folder / name).write_bytes(content)
    record = BasinsRecord.of(game, found)
    if json:
        typer.echo(to_json(record), nl=False)
    else:
        screen = console()
        heading(screen, game.title, f"{record.starts} starts")
        show_basins(screen, record)
        screen.print(f"Written to {target}", soft_wrap=True)
    if found.unfinished:
        typer.echo(f"curnits: {unfinished(found)}", err=True)
        raise typer.Exit(STATUS)


@command()
def multiplicity(
    out: Annotated[Path, typer.Option(help="Folder for the table, a row a game, and the figure.")],
    games: Annotated[int, typer.Option(min=1, help="Games of all families, at least.")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the games.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an earlier study.")] = False,
    workers: Workers = None,
    form: Form = ImageFormat.PDF,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Count how often three-player games have several coco equilibria, family by family.

    Every game is solved for all its equilibria (about 20 a second on one core). What is finished is
    written down every half second, so that an interrupted study can go on.

    [bold]Examples[/bold]

      curnits multiplicity --out several --workers 2
      curnits multiplicity --out several --games 40000 --resume
    """
    from os.path import exists

    from curnits.analysis.cli.console import console, counting
    from curnits.analysis.cli.show_several import show_multiplicity
    from curnits.analysis.figures.saving import files_of
    from curnits.analysis.figures.studies import multiplicity_figure
    from curnits.analysis.storage.csv import csv
    from curnits.analysis.storage.files import check_untaken, write_files
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.storage.seals import FolderError
    from curnits.analysis.studies.interrupting import STATUS, interruptible
    from curnits.analysis.studies.multiplicity import numbers, study, summary

    file = out / "games.csv"
    earlier = exists(file)
    if earlier and not resume:
        raise FolderError(f"{file}: exists already (--resume goes on, --out names another place)")
    results = [f"multiplicity.{ending}" for ending in ("csv", "txt", form.value)]
    check_untaken(out, results, replace=earlier)
    total = sum(numbers(games))
    with counting("Solving", total, quiet=quiet) as progress, interruptible() as stopped:
        rows = study(file, games, seed, lambda: executor(workers, None), progress, stopped)
    if rows is None:
        typer.echo("curnits: interrupted; --resume goes on", err=True)
        raise typer.Exit(STATUS)
    table = summary(rows)
    figure = files_of(multiplicity_figure(table, form.value), form.value)
    write_files(out, {"multiplicity.csv": csv(table), **figure}, replace=earlier)
    if json:
        known = table.astype(object).where(table.notna(), None)
        typer.echo(to_json({"kinds": known.to_dict("records")}), nl=False)
    else:
        screen = console()
        show_multiplicity(screen, table)
        screen.print(f"Written to {out}", soft_wrap=True)
