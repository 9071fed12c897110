"""The command ``solve``: solve a game analytically, and verify the answer."""

from typing import TYPE_CHECKING, Annotated, override

import typer

from curnits.analysis.cli.effort import announce
from curnits.analysis.cli.options import Json, Quiet, Source, Verbose
from curnits.analysis.cli.usage import Listing, command
from curnits.sim.files.reading import about

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from curnits.sim.games.game import Game


class WithConcepts(Listing):
    """A command whose help lists the concepts."""

    option = "concept"

    @staticmethod
    @override
    def titles() -> dict[str, str]:
        from curnits.analysis.concepts import CONCEPTS

        return {name: row.title for name, row in CONCEPTS.items()}


@command(WithConcepts)
def solve(
    source: Source,
    concept: Annotated[
        str | None,
        typer.Option(help="What to solve for; by default coco, or coco-value with money."),
    ] = None,
    disagreement: Annotated[
        str | None,
        typer.Option(
            help="Where bargaining starts: payoffs such as 2,1 or maximin (the default): "
            "what each player can secure alone."
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Look for every answer, and say whether the list is complete."),
    ] = False,
    certify: Annotated[
        bool,
        typer.Option(
            "--certify", help="Prove answers in fractions, or in intervals (not for every concept)."
        ),
    ] = False,
    verbose: Verbose = False,
    sample: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="CONFLICTS",
            help="Estimate the coco value from so many conflicts, drawn at random.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the sample.")] = 0,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Solve a game analytically, and verify the answer.

    [bold]Examples[/bold]

      curnits solve hot-dog-stands
      curnits solve game.nfg --concept nash --disagreement 2,1
      curnits solve three-solutions --all
      curnits solve three-solutions --json > solution.json
      curnits solve ferguson-threats --certify
      curnits solve game.yaml --concept coco-value --sample 1000
    """
    from curnits.analysis import concepts
    from curnits.analysis.cli.console import waiting
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.storage.solutions import SolutionRecord
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    scenario = load(find(source))
    game = scenario.build()
    start = _disagreement(disagreement, game.n)
    chosen = concept or concepts.default_concept(game)
    if sample is not None:
        if every or certify or start is not None:
            raise concepts.ConceptError(
                "--sample goes with neither --all, --certify, nor --disagreement"
            )
        _estimate(source, game, chosen, sample, seed, json=json, quiet=quiet)
        return
    row = concepts.concept_named(chosen)
    if row.threats:
        announce(source, row.played(game), quiet=quiet)
    solve_game = concepts.solve_all if every else concepts.solve
    with about(source), waiting("Solving", quiet=quiet):
        solution = solve_game(game, chosen, start)
        record = SolutionRecord.of(game, scenario.game.form, solution)
    if certify:
        from curnits.analysis.storage.attaching import certified

        with about(source), waiting("Certifying", quiet=quiet):
            record = certified(record, game, solution)
    if json:
        typer.echo(to_json(record), nl=False)
    else:
        from curnits.analysis.cli.console import console, heading
        from curnits.analysis.cli.show_solution import show_solution

        out = console()
        heading(out, game.title, chosen)
        show_solution(out, record, verbose=verbose)
    uncertain = certify and any(found.certificate is None for found in record.equilibria)
    raise typer.Exit(0 if record.equilibria and not uncertain else 1)


def _estimate(
    source: str, game: "Game", concept: str, sample: int, seed: int, *, json: bool, quiet: bool
) -> None:
    """Estimate the answer of a game from a sample of its conflicts, and print it."""
    from numpy.random import default_rng

    from curnits.analysis import concepts
    from curnits.analysis.cli.console import console, heading, waiting
    from curnits.analysis.cli.show_solution import show_estimate
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.studies.records import EstimateRecord

    with about(source), waiting("Sampling", quiet=quiet):
        found = concepts.estimate(game, concept, sample, default_rng(seed))
    estimated = EstimateRecord.of_game(game, concept, seed, found)
    if json:
        typer.echo(to_json(estimated), nl=False)
        return
    out = console()
    heading(out, game.title, concept)
    show_estimate(out, estimated)


def _disagreement(text: str | None, n: int) -> "NDArray[float64] | None":
    import numpy as np

    from curnits.analysis.concepts import ConceptError
    from curnits.sim.scenario.payoffs import FieldError, number

    if text is None or text == "maximin":
        return None
    try:
        point = np.array([number(part, ()) for part in text.split(",")])
    except FieldError as error:
        raise ConceptError(f"--disagreement: {error}") from error
    if len(point) != n:
        raise ConceptError(f"--disagreement: expected {n} payoffs (found {len(point)})")
    return point
