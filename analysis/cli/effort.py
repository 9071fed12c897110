"""What a large game will take, said before it is solved or simulated.

Called by the commands ``solve``, ``run`` and ``leverage``.
"""

from typing import TYPE_CHECKING

import typer

from curnits.sim.files.reading import about

if TYPE_CHECKING:
    from curnits.sim.games.game import Game


def announce(source: str, game: "Game", *, quiet: bool, ticks: int = 0) -> None:
    """Say on stderr what a large game will take, or refuse it."""
    from curnits.analysis.solvers.effort import foresee

    with about(source):
        expected = foresee(game, ticks)
    if expected and not quiet:
        typer.echo(f"curnits: {expected}", err=True)
