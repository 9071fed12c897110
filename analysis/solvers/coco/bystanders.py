"""Bystanders: players with nothing at stake and no influence, whom an equilibrium need not heed.

Takes a game in normal form, gives the one of all others, and puts bystanders beside its equilibria
again, at a price of 0. Called by :mod:`.coco` for games whose ties noise breaks: there unknowns are
found in hundreds of digits, and equations must have but one answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, Vector
from curnits.sim.games.coalitions import grand, members
from curnits.sim.games.normal import NormalGame

_RATE = 1.0
"""At which the price of a bystander vanishes, whatever its unit: nothing depends on it."""


@dataclass(frozen=True, eq=False)
class Participants:
    """A game without its bystanders.

    Attributes
    ----------
    whole, game : NormalGame
        With them, and without.
    kept : tuple of int
        Who is left, as numbered in ``whole``.
    """

    whole: NormalGame
    game: NormalGame
    kept: tuple[int, ...]

    def beside(self, candidate: Candidate) -> Candidate:
        """Return an equilibrium of the whole game, in which bystanders take their first action."""
        full, everybody = grand(self.whole.n), range(self.whole.n)
        prices, vanishing = np.zeros(self.whole.n), np.full(self.whole.n, _RATE)
        prices[list(self.kept)], vanishing[list(self.kept)] = candidate.prices, candidate.vanishing
        threats = {}
        for mask in range(1, full):
            own = sum(1 << k for k, i in enumerate(self.kept) if mask >> i & 1)
            if own == grand(self.game.n):
                played = candidate.agreement
            else:
                played = candidate.threats[own] if own else np.ones(1)
            threats[mask] = self._spread(played, members(mask))
        agreement = self._spread(candidate.agreement, everybody)
        return Candidate(prices, agreement, threats, vanishing)

    def _spread(self, weights: Vector, players: Sequence[int]) -> Vector:
        """Return the same mixture over joint actions of players among whom are bystanders."""
        shape = self.whole.shape
        spread = np.zeros([shape[i] for i in players])
        own = [shape[i] for i in players if i in self.kept]
        spread[tuple(slice(None) if i in self.kept else 0 for i in players)] = weights.reshape(own)
        return spread.ravel()


def participants(game: NormalGame) -> Participants | None:
    """Return a game without its bystanders; None if there are none, or fewer than two others."""
    kept = tuple(i for i in range(game.n) if not _stands_by(game.payoffs, i))
    if not 2 <= len(kept) < game.n:
        return None
    chosen = tuple(slice(None) if i in kept else 0 for i in range(game.n))
    payoffs = np.stack([game.payoffs[i][chosen] for i in kept])
    players = tuple(game.players[i] for i in kept)
    actions = tuple(game.actions[i] for i in kept)
    return Participants(game, NormalGame(players, actions, payoffs), kept)


def _stands_by(payoffs: NDArray[np.float64], player: int) -> bool:
    by_action = np.moveaxis(payoffs, 1 + player, 0)
    alike = all(np.array_equal(one, other) for one, other in pairwise(by_action))
    return bool(np.ptp(payoffs[player]) == 0.0) and alike
