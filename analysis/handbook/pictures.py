"""Pictures of catalogue entries: what players can get, and the answer, before anybody talks.

``python -m curnits.analysis.handbook.pictures`` draws all of them anew into a checkout.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from curnits.analysis.concepts import default_concept, solve
from curnits.analysis.figures.drawing import lay_out, paper
from curnits.analysis.figures.frontier import FRONTIER, game_panels
from curnits.analysis.solution import Vector
from curnits.analysis.storage.files import write_files
from curnits.sim.games.game import Game
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load

FOLDER = Path("scenarios/pictures")
"""Where they are, in a checkout."""

_MOST_PANELS = 3
"""Panels of a picture, the first ones."""

_DOTS, _COLOURS = 110, 48


def picture(game: Game, answers: Sequence[Vector]) -> bytes:
    """Return a picture as PNG, 25 kB at most: up to three pairs of players, and answers.

    Parameters
    ----------
    game : Game
        With two players or more.
    answers : sequence of ndarray, shape (n,)
        Payoffs, utilons.
    """
    with paper(" ".join((game.title, *game.players))):
        page = lay_out(FRONTIER.name, game_panels(game, answers)[:_MOST_PANELS])
        page.savefig(drawn := BytesIO(), format="png", dpi=_DOTS)
    # keeps the colour of a single star, which the usual way does not
    few = Image.open(drawn).convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE)
    few.save(file := BytesIO(), format="PNG", optimize=True)
    return file.getvalue()


def catalogue_picture(name: str) -> bytes:
    """Return the picture of an entry, with the answers that the usual concept has for it."""
    game = load(catalogue()[name]).build()
    found = solve(game, default_concept(game)).equilibria
    return picture(game, [answer.payoffs for answer in found])


def main() -> None:
    """Draw all pictures anew."""
    write_files(
        FOLDER, {f"{name}.png": catalogue_picture(name) for name in catalogue()}, replace=True
    )


if __name__ == "__main__":
    main()
