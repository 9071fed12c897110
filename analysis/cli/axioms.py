"""What ``check --axioms`` does: try axioms on the answers of a concept to a game."""

from os.path import isdir  # of names too long, too
from pathlib import Path

import typer


def check_axioms(
    path: Path, concept: str | None, seed: int, trials: int, *, json: bool, quiet: bool
) -> None:
    """Try axioms on a solution, a run folder, or a scenario; print what was found."""
    from curnits.analysis.cli.console import console, counting, heading
    from curnits.analysis.cli.show_axioms import show_axioms
    from curnits.analysis.concepts import default_concept
    from curnits.analysis.storage.folder import SUMMARY
    from curnits.analysis.storage.record import read_json, to_json
    from curnits.analysis.storage.runs import Summary
    from curnits.analysis.storage.solutions import SolutionRecord
    from curnits.analysis.studies.axioms.record import AxiomsRecord
    from curnits.analysis.studies.axioms.registry import AXIOMS, examine
    from curnits.sim.files.reading import about
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    with about(path), counting("Trying axioms", len(AXIOMS), quiet=quiet) as progress:
        if path.suffix == ".json" or isdir(path):
            solution = (
                read_json(path / SUMMARY, Summary).solution
                if isdir(path)
                else read_json(path, SolutionRecord)
            )
            game, stated = solution.game.game(), solution.concept
        else:
            game = load(find(str(path))).build()
            stated = default_concept(game)
        chosen = concept or stated
        found = examine(game, chosen, seed=seed, count=trials, tick=progress)
    record = AxiomsRecord.of(game.title, chosen, seed, found)
    if json:
        typer.echo(to_json(record), nl=False)
    else:
        out = console()
        heading(out, game.title, f"axioms, {chosen}")
        show_axioms(out, record)
    raise typer.Exit(1 if record.contradicted else 0)
