"""The ``coco`` equilibrium: prices at which the fair money solution says "stay where you are".

Shapley's λ-transfer value with optimal threats (Shapley 1969; Harsanyi 1963): at prices ``a`` every
player's Harsanyi–Shapley value of the game in curnits is exactly what the agreement is worth to it.
"""

import numpy as np

from analysis.equilibrium.search import candidates
from analysis.solution import Candidate, Solution, Vector
from analysis.verify import verify
from sim.games.game import Game

METHOD = "piecewise linear path following, then Newton steps on the active face"


def solve(game: Game, *, start: Vector | None = None) -> Solution:
    """Find one ``coco`` equilibrium of a finite game.

    Parameters
    ----------
    game : Game
        Played without transfers, whatever ``game.money`` says.
    start : ndarray, shape (n,), optional
        Prices (curnits per utilon) near which to look first; equal normalised prices by default.

    Returns
    -------
    Solution
        One equilibrium that :func:`analysis.verify.verify` accepts, or none with ``exists`` None:
        an equilibrium always exists as a limit of positive prices (Kakutani 1941), but the search
        may fail to find it.
    """
    for candidate in candidates(game, start):
        equilibrium = verify(game, candidate)
        if equilibrium.accepted:
            return Solution("coco", True, (equilibrium,), False, METHOD, notes(game, candidate))
    return Solution("coco", None, (), False, METHOD, ("no equilibrium was found",))


def notes(game: Game, candidate: Candidate) -> tuple[str, ...]:
    """Say in words which prices are zero, and what that means."""
    free = [game.players[i] for i in np.flatnonzero(candidate.prices == 0.0)]
    if not free:
        return ()
    return (
        f"the price of {', '.join(free)} is exactly 0, the limit of ever lower prices: "
        "served with at least what could be claimed, at no cost to those whose price is positive",
    )
