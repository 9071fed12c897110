"""Conflict values of games whose payoffs are a function, too many to be held in a table.

Takes the rule by which families tabulate payoffs, as
:func:`curnits.sim.games.families.base.tabulate` does, gives what
:func:`curnits.analysis.solvers.sampling.estimate` asks for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.sim.games.coalitions import members
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import GameError

MAX_OUTCOMES = 1 << 22
"""Most outcomes of a game: 22 players with two actions.

An exact value needs every payoff of a conflict; here a matrix of 2,048 rows and columns. Those of
30 players have 10^9 payoffs, and no sampling of coalitions makes a single one of them smaller.
"""

_AT_ONCE = 1 << 16
"""Outcomes whose payoffs are computed at once."""


@dataclass(frozen=True)
class PayoffFunction:
    """A game by its payoff rule.

    Attributes
    ----------
    shape : tuple of int
        Number of actions of each of n players.
    payoffs : callable
        Takes the action number of each player by outcome, shape ``(n, K)``, and returns the payoffs
        in the same shape, in utilons.

    Raises
    ------
    GameError
        If there are too many outcomes for any conflict to be solved exactly.
    """

    shape: tuple[int, ...]
    payoffs: Callable[[NDArray[np.int64]], Vector]

    def __post_init__(self) -> None:
        if prod(self.shape) > MAX_OUTCOMES:
            raise GameError(
                f"too many outcomes: {prod(self.shape):,}, of which each conflict has all; at most "
                f"{MAX_OUTCOMES:,} can be looked at, however few conflicts are sampled"
            )

    def best(self) -> float:
        """Return the largest joint payoff, ``v(N)``."""
        return max(float(payoffs.sum(axis=0).max()) for _, payoffs in self._parts())

    def values(self, coalitions: NDArray[np.int64]) -> Vector:
        """Return ``v(S)`` of coalitions by mask at equal prices of 1, shape ``(P,)``."""
        together = max(1, MAX_OUTCOMES // prod(self.shape))
        return np.concatenate(
            [
                self._values(coalitions[start : start + together])
                for start in range(0, len(coalitions), together)
            ]
        )

    def _values(self, coalitions: NDArray[np.int64]) -> Vector:
        n = len(self.shape)
        sides = 2.0 * (coalitions[:, None] >> np.arange(n) & 1) - 1.0
        worths = np.empty((len(coalitions), prod(self.shape)))
        for part, payoffs in self._parts():
            worths[:, part] = sides @ payoffs
        found = np.empty(len(coalitions))
        for p, mask in enumerate(coalitions.tolist()):
            own, others = members(mask), members(mask ^ (1 << n) - 1)
            matrix = worths[p].reshape(self.shape).transpose(*own, *others)
            found[p] = solve_stack(matrix.reshape(1, prod(self.shape[i] for i in own), -1))[0][0]
        return found

    def _parts(self) -> Iterator[tuple[slice, Vector]]:
        total = prod(self.shape)
        for start in range(0, total, _AT_ONCE):
            part = slice(start, min(start + _AT_ONCE, total))
            actions = np.stack(np.unravel_index(np.arange(part.start, part.stop), self.shape))
            yield part, self.payoffs(actions)
