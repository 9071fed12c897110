"""Both sides threaten at once: the conflict is the zero-sum game of the difference.

The rule of the coco value (Harsanyi 1963; Kohlberg & Neyman 2021) and of every concept that names
no other.
"""

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.conflict import (
    SolvedConflicts,
    solve_conflicts,
    solve_lexicographic,
    value_gradients,
)
from curnits.analysis.solvers.rules.rule import ConflictRule, FoughtConflicts, stacked
from curnits.sim.games.conflict_stacks import ConflictStack
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import Game


@dataclass(frozen=True)
class Minimax(ConflictRule):
    """``d(S)`` is the value of ``Σ_{i∈S} a_i U_i − Σ_{j∉S} a_j U_j`` (Selten 1964).

    With money this makes the coco value of Kalai & Kalai (2013) and Kohlberg & Neyman (2021).
    """

    zero_sum: ClassVar[bool] = True

    @override
    def fight(self, stack: ConflictStack, prices: Vector) -> FoughtConflicts:
        values, rows, columns = solve_stack(stack.matrices(prices))
        return FoughtConflicts(values, value_gradients(stack, rows, columns), rows, columns)

    @override
    def worths(self, stack: ConflictStack, prices: Vector) -> Vector:
        return solve_stack(stack.matrices(prices))[0]

    @override
    def limit(self, stack: ConflictStack, prices: Vector, direction: Vector) -> FoughtConflicts:
        firsts, seconds = stack.matrices(prices), stack.matrices(direction)
        rows, columns = stacked(
            [solve_lexicographic(*games) for games in zip(firsts, seconds, strict=True)]
        )
        worths = np.einsum("pr,prc,pc->p", rows, seconds, columns)
        return FoughtConflicts(worths, np.full(stack.sides.shape, np.nan), rows, columns)

    @override
    def solve(self, game: Game, prices: Vector) -> SolvedConflicts:
        return solve_conflicts(game, prices)  # threads share the conflicts of large games


MINIMAX = Minimax()
