"""The command ``leverage``."""

from typing import Annotated

import typer


def leverage(
    source: Annotated[
        str,
        typer.Argument(metavar="SCENARIO", help="Scenario file, Gambit .nfg or catalogue name."),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Say what players gain by threats: by their actions that only harm, solution by solution.

    [bold]Examples[/bold]

      curnits leverage producers-and-saboteur
      curnits leverage protection-racket --json
    """
    from analysis.leverage import gains
    from analysis.listings import LeverageRecord
    from analysis.records import to_json
    from analysis.reporting import console, heading, show_leverage, waiting
    from sim.games.game import normal_form
    from sim.reading import about
    from sim.scenario import find, load

    with about(source), waiting("Solving", quiet=quiet):
        game = normal_form(load(find(source)).build(), "leverage")
        record = LeverageRecord.of(game, gains(game))
    if json:
        typer.echo(to_json(record), nl=False)
    else:
        screen = console()
        heading(screen, game.title, "leverage")
        show_leverage(screen, record)
