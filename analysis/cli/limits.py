"""The commands ``limits sanding``, ``limits thickening`` and ``limits influence``."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.main import get_command

from curnits.analysis.cli.options import Force, Json, Quiet, Source
from curnits.analysis.cli.usage import App

if TYPE_CHECKING:
    from curnits.analysis.studies.limits import Study
    from curnits.sim.games.game import Game

app = App(name="limits", help="Follow equilibria to games that the theory reaches as limits.")

Out = Annotated[
    Path | None, typer.Option(metavar="FILE.csv", help="Also write a row a step and player.")
]


@app.command()
def sanding(
    source: Source, out: Out = None, force: Force = False, json: Json = False, quiet: Quiet = False
) -> None:
    """Sand vertices and edges off the frontier, less and less, and follow the equilibrium.

    [bold]Examples[/bold]

      curnits limits sanding three-solutions
      curnits limits sanding sanded-face --out face.csv
    """
    from curnits.analysis.studies.sanding import sand

    _report(source, sand, "sanding", out=out, force=force, json=json, quiet=quiet)


@app.command()
def thickening(
    source: Source,
    draws: Annotated[int, typer.Option(min=1, help="Ways to thicken the game.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the ways.")] = 1,
    out: Out = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Approach a game with a thin feasible set by games whose sets have all dimensions.

    [bold]Examples[/bold]

      curnits limits thickening thin-zero-sum
      curnits limits thickening thin-team --draws 10 --seed 7
    """
    from curnits.analysis.studies.nearby_games import thicken

    def study(game: "Game") -> "Study":
        return thicken(game, draws, seed)

    _report(source, study, "thickening", out=out, force=force, json=json, quiet=quiet)


@app.command()
def influence(
    source: Source, out: Out = None, force: Force = False, json: Json = False, quiet: Quiet = False
) -> None:
    """Give players whose price is 0 a little influence, less and less, and follow their prices.

    [bold]Examples[/bold]

      curnits limits influence free-onlooker
      curnits limits influence free-pair --json
    """
    from curnits.analysis.studies.nearby_games import give_influence

    _report(source, give_influence, "influence", out=out, force=force, json=json, quiet=quiet)


def _report(
    source: str,
    follow: "Callable[[Game], Study]",
    subtitle: str,
    *,
    out: Path | None,
    force: bool,
    json: bool,
    quiet: bool,
) -> None:
    from curnits.analysis.cli.console import console, heading, waiting
    from curnits.analysis.storage.csv import csv
    from curnits.analysis.storage.files import write_files
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.studies.limit_records import StudyRecord, show_study
    from curnits.analysis.studies.limits import LostError
    from curnits.sim.files.reading import about
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    path = find(source)
    game = load(path).build()
    with about(source), waiting("Following equilibria", quiet=quiet):
        try:
            study = follow(game)
        except LostError as error:
            typer.echo(f"curnits: {path.stem}: {error}", err=True)
            raise typer.Exit(1) from error
    record = StudyRecord.of(path.stem, study)
    if out is not None:
        write_files(out.parent, {out.name: csv(study.table())}, replace=force)
    if json:
        typer.echo(to_json(record), nl=False)
    else:
        screen = console()
        heading(screen, game.title, subtitle)
        show_study(screen, record)


limits = get_command(app)
