"""The command ``tournament``: ways of negotiating against each other."""

from typing import Annotated

import typer

from curnits.analysis.cli.executing import (
    Cluster,
    Resume,
    Workers,
    carried_out,
    end_if_interrupted,
    list_runs,
)
from curnits.analysis.cli.options import Json, Quiet
from curnits.analysis.cli.usage import command


@command()
def tournament(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Tournament file, or name of a tournament that comes along."
        ),
    ],
    workers: Workers = None,
    cluster: Cluster = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the file's.")] = None,
    out: Annotated[
        str | None,
        typer.Option(help="Folder or fsspec address; by default tournaments/<name>."),
    ] = None,
    resume: Resume = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the runs.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Let ways of negotiating meet in many games, and say which gain and which survive.

    Writes a folder with a row for every line-up and every seat, the matrix of what each policy
    earns against each other one, its ranking, the equilibria of the game of policies, and their
    ecology. What is finished is kept at once, so that Ctrl-C and --resume go together.

    [bold]Examples[/bold]

      curnits tournament six-ways --workers 2
      curnits tournament mine.yaml --dry-run
      curnits tournament mine.yaml --out here --resume
      curnits plot tournaments/six-ways
    """
    from curnits.analysis.cli.console import console
    from curnits.analysis.cli.show_tournament import show_tournament
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.tournaments.folder import open_tournament
    from curnits.analysis.tournaments.playing import play
    from curnits.analysis.tournaments.records import TournamentRecord
    from curnits.analysis.tournaments.tournamentfile import load_tournament
    from curnits.sim.scenario.catalogue import find_shipped

    path = find_shipped("tournament", source)
    chosen = load_tournament(path)
    if seed is not None:
        chosen = chosen.with_seed(seed)
    if dry_run:
        points = ((lineup.id, lineup.labels) for lineup in chosen.lineups)
        list_runs("tournament", chosen.file.title, len(chosen.lineups), points, json=json)
        return
    target = out or f"tournaments/{path.stem}"
    complete = carried_out(play, chosen, target, workers, cluster, resume=resume, quiet=quiet)
    end_if_interrupted(complete=complete)
    record = TournamentRecord.model_validate_json(open_tournament(target).results())
    if json:
        typer.echo(to_json({**record.model_dump(), "out": target}), nl=False)
        return
    screen = console()
    show_tournament(screen, record)
    screen.print(f"Written to {target}", soft_wrap=True)
