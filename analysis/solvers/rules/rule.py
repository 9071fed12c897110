"""What a conflict rule must say of a stack of conflicts to be one.

The base class of the rules beside it; :mod:`curnits.analysis.solvers.coco.claims` asks whichever it
is given.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.conflict import SolvedConflicts
from curnits.sim.games.coalitions import Mask, grand
from curnits.sim.games.conflict_stacks import ConflictStack
from curnits.sim.games.game import Game


@dataclass(frozen=True, eq=False)
class FoughtConflicts:
    """What P conflicts come to, seen from their row sides S.

    Attributes
    ----------
    worths : ndarray, shape (P,)
        ``d(S) = v(S) − v(N∖S)``, curnits.
    gradients : ndarray, shape (P, n)
        ``∂d(S)/∂a_i``, utilons. At a kink, one of its generalised gradients.
    rows, columns : ndarray, shapes (P, R) and (P, C)
        What both sides threaten with, or commit themselves to.
    """

    worths: Vector
    gradients: Vector
    rows: Vector
    columns: Vector

    def threats(self, stack: ConflictStack) -> dict[Mask, Vector]:
        """Return what every coalition of the stack does, both sides."""
        full = grand(stack.sides.shape[1])
        sides = zip(stack.coalitions.tolist(), self.rows, self.columns, strict=True)
        return {
            mask: play for s, row, column in sides for mask, play in ((s, row), (full ^ s, column))
        }


class ConflictRule(ABC):
    """How much better a coalition does in its conflict than its complement.

    The difference ``d(S) = v(S) − v(N∖S)`` is of first degree in prices, and ``d(N∖S) = −d(S)``.
    """

    zero_sum: ClassVar[bool] = False
    """Whether ``d(S)`` is the value of the conflict as a zero-sum game."""

    @abstractmethod
    def fight(self, stack: ConflictStack, prices: Vector) -> FoughtConflicts:
        """Return what conflicts come to at prices of shape ``(n,)``, curnits per utilon."""

    def worths(self, stack: ConflictStack, prices: Vector) -> Vector:
        """Return ``d(S)`` alone, as :meth:`fight` does, shape ``(P,)``."""
        return self.fight(stack, prices).worths

    @abstractmethod
    def limit(self, stack: ConflictStack, prices: Vector, direction: Vector) -> FoughtConflicts:
        """Return what they come to as ``δ → 0`` at ``prices + δ · direction``.

        ``worths`` are then the changes of ``d(S)`` with δ, and rows and columns limits of what is
        done at positive δ; ``gradients`` are not defined.
        """

    def solve(self, game: Game, prices: Vector) -> SolvedConflicts:
        """Return ``d(S)`` of every coalition, of N what it can have at most, and what all do."""
        full = grand(game.n)
        worths, threats = np.zeros(full + 1), dict[Mask, Vector]()
        worths[full] = (game.outcomes @ prices).max()
        for stack in game.conflicts():
            found = self.fight(stack, prices)
            worths[stack.coalitions] = found.worths
            worths[full ^ stack.coalitions] = -found.worths
            threats |= found.threats(stack)
        return SolvedConflicts(worths, threats)


def stacked(found: list[tuple[Vector, Vector]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Stack pairs of strategies of both sides."""
    rows, columns = zip(*found, strict=True)
    return np.array(rows), np.array(columns)
