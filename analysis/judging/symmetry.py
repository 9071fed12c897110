"""Which players of a game can change places: permutations that leave the game as it is.

Takes a game in normal form, gives permutations of its players; units of utility do not count, and
actions may have to change places, too. Called by verdicts on runs that start evenly.
"""

from collections.abc import Iterator
from itertools import permutations, product
from math import factorial, prod

import numpy as np

from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame
from curnits.sim.games.rounding import SAME_PAYOFF

_MOST_TRIES = 20_000
"""Most relabellings that are tried; of larger games nothing is said."""


def alike(game: Game) -> Iterator[tuple[int, ...]]:
    """Yield permutations of players under which the game stays the same, but for the identity.

    With permutation ``p`` player ``i`` takes the place of player ``p[i]``. None if the game is not
    in normal form, or has too many players and actions to try all relabellings.

    Examples
    --------
    >>> from curnits.sim.games.normal import from_payoffs
    >>> list(alike(from_payoffs([[[1, 0], [5, 2]], [[1, 5], [0, 2]]])))
    [(1, 0)]
    """
    if not isinstance(game, NormalGame):
        return
    tries = factorial(game.n) * prod(factorial(m) for m in game.shape)
    if tries > _MOST_TRIES:
        return
    for places in permutations(range(game.n)):
        if places != tuple(range(game.n)) and _stays(game, places):
            yield places


def _stays(game: NormalGame, places: tuple[int, ...]) -> bool:
    if tuple(game.shape[k] for k in places) != game.shape:
        return False
    payoffs = game.normalised.payoffs
    moved = payoffs[list(places)].transpose(0, *[1 + k for k in places])
    return any(
        np.abs(moved[np.ix_(range(game.n), *actions)] - payoffs).max() <= SAME_PAYOFF
        for actions in product(*(map(list, permutations(range(m))) for m in game.shape))
    )
