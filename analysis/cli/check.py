"""The command ``check``: verify what other commands have written, or try axioms on it."""

from pathlib import Path
from typing import Annotated

import typer

from curnits.analysis.cli.axioms import check_axioms
from curnits.analysis.cli.options import Json, Quiet
from curnits.analysis.cli.usage import command
from curnits.sim.errors import InputError
from curnits.sim.files.reading import about


@command()
def check(
    path: Annotated[Path, typer.Argument(metavar="RUN_DIR|STUDY_DIR|…|SOLUTION.json")],
    repeat: Annotated[
        bool,
        typer.Option(
            "--repeat",
            help="Do everything again, too, and compare every cell of the tables.",
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
    """Verify a run, study, tournament, population or solution again, or try axioms on it.

    Whatever follows from the files is worked out again. Of studies and tournaments that is which
    runs there are, their seeds, and what a tournament shows; --repeat does the runs again.

    [bold]Examples[/bold]

      curnits check runs/hot-dog-stands-seed1
      curnits check --repeat runs/hot-dog-stands-seed1
      curnits check populations/word-gets-around-seed1
      curnits check --repeat tournaments/six-ways
      curnits solve threat-game --json > answer.json
      curnits check answer.json
      curnits check --axioms answer.json
      curnits check --axioms threat-game --concept first-mover --trials 20
    """
    if axioms:
        check_axioms(path, concept, seed, trials, json=json, quiet=quiet)
    if concept is not None:
        raise InputError("--concept is for --axioms; an answer's own concept is verified")
    from curnits.analysis.checking.registry import check_of
    from curnits.analysis.cli.console import console, counting, waiting
    from curnits.analysis.cli.show_check import show_check
    from curnits.analysis.storage.record import to_json

    check = check_of(path)
    if repeat and check.again is None:
        raise InputError("--repeat is for run folders; a solution holds nothing that went before")
    with about(path), waiting("Verifying", quiet=quiet):
        report = check.verify(path)
    if repeat and check.again is not None:
        with about(path), counting("Doing everything again", 1, quiet=quiet) as progress:
            report = check.again(report, path, progress)
    if json:
        typer.echo(to_json(report), nl=False)
    else:
        show_check(console(), report)
    raise typer.Exit(0 if report.passed else 1)
