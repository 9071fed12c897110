"""The command ``leverage``."""

import typer

from curnits.analysis.cli.effort import announce
from curnits.analysis.cli.options import Json, Quiet, Source
from curnits.analysis.cli.usage import command


@command()
def leverage(
    source: Source,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what players gain by threats: by their actions that only harm, solution by solution.

    All harmful actions of a player are taken away together, then each by itself.

    [bold]Examples[/bold]

      curnits leverage producers-and-saboteur
      curnits leverage protection-racket --json
    """
    from curnits.analysis.cli.console import console, heading, waiting
    from curnits.analysis.cli.show_leverage import show_leverage
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.studies.leverage import leverage as found_in
    from curnits.analysis.studies.records import LeverageRecord
    from curnits.sim.files.reading import about
    from curnits.sim.games.normal import normal_form
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    with about(source):
        game = normal_form(load(find(source)).build(), "leverage")
    announce(source, game, quiet=quiet)
    with about(source), waiting("Solving", quiet=quiet):
        record = LeverageRecord.of(game, found_in(game))
    if json:
        typer.echo(to_json(record), nl=False)
    else:
        screen = console()
        heading(screen, game.title, "leverage")
        show_leverage(screen, record)
