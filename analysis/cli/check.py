"""The command ``check``: verify a run, a population or a solution again, or try axioms on it."""

from collections.abc import Callable
from os.path import exists, isdir  # of names too long, too
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curnits.analysis.cli.axioms import check_axioms
from curnits.analysis.cli.options import Json, Quiet
from curnits.analysis.cli.usage import command
from curnits.sim.errors import InputError
from curnits.sim.files.reading import about

if TYPE_CHECKING:
    from curnits.analysis.storage.solutions import CheckRecord


@command()
def check(
    path: Annotated[Path, typer.Argument(metavar="RUN_DIR|POPULATION_DIR|SOLUTION.json")],
    repeat: Annotated[
        bool,
        typer.Option(
            "--repeat",
            help="Negotiate everything again, too, and compare every cell of the tables.",
        ),
    ] = False,
    axioms: Annotated[
        bool,
        typer.Option(
            "--axioms",
            help="Instead, try axioms such as additivity on the answer's concept and game; a "
            "scenario will do for that.",
        ),
    ] = False,
    concept: Annotated[
        str | None, typer.Option(help="With --axioms: of which concept, if not the answer's.")
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, help="With --axioms: random changes of the game for each.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="With --axioms: seed of those changes.")] = 1,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify a run, a population or a solution again, from files alone; or try axioms on it.

    [bold]Examples[/bold]

      curnits check runs/hot-dog-stands-seed1
      curnits check --repeat runs/hot-dog-stands-seed1
      curnits check populations/word-gets-around-seed1
      curnits solve threat-game --json > answer.json
      curnits check answer.json
      curnits check --axioms answer.json
      curnits check --axioms threat-game --concept first-mover --trials 20
    """
    if axioms:
        check_axioms(path, concept, seed, trials, json=json, quiet=quiet)
    if concept is not None:
        raise InputError("--concept is for --axioms; an answer's own concept is verified")
    if repeat and not isdir(path):
        raise InputError("--repeat is for run folders; a solution holds nothing that went before")
    from curnits.analysis.cli.console import console, waiting
    from curnits.analysis.cli.show_check import show_check
    from curnits.analysis.storage.record import to_json

    verify: Callable[[Path], CheckRecord]
    if exists(path / "population.yaml"):
        from curnits.analysis.checking.populations import check_population, met_again

        verify, again = check_population, met_again
    else:
        from curnits.analysis.checking.answers import check_solution
        from curnits.analysis.checking.repeating import repeated
        from curnits.analysis.checking.runs import check_run

        verify, again = check_run if isdir(path) else check_solution, repeated
    with about(path), waiting("Verifying", quiet=quiet):
        report = verify(path)
    if repeat:
        with about(path), waiting("Negotiating again", quiet=quiet):
            report = again(report, path)
    if json:
        typer.echo(to_json(report), nl=False)
    else:
        show_check(console(), report)
    raise typer.Exit(0 if report.passed else 1)
