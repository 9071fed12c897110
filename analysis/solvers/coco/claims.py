"""Entitlements at given prices: the supply side of the market for curnits.

Takes a game and prices, gives ``φ(a)`` and its gradient under a conflict rule; searches, Newton
steps and the exhaustive solver ask it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.rules.minimax import MINIMAX
from curnits.analysis.solvers.rules.rule import ConflictRule, FoughtConflicts
from curnits.sim.games.coalitions import Mask, grand, shapley_weights
from curnits.sim.games.conflict_stacks import ConflictStack
from curnits.sim.games.game import Game, check_conflicts

_DIGITS = 9
"""Decimal places, of shares of payoff range, in which payoffs must differ to order players."""


@dataclass(frozen=True, eq=False)
class Claims:
    """What fights entitle the players to, the grand coalition's own worth left out.

    Attributes
    ----------
    amounts : ndarray, shape (n,)
        ``Σ_{S∋i, S≠N} γ_S d_a(S)``, curnits. Player i's entitlement is this plus ``a·u/n``.
    gradient : ndarray, shape (n, n)
        Derivatives of the amounts (rows) with the prices (columns), utilons.
    """

    amounts: Vector
    gradient: NDArray[np.float64]


class ClaimsMarket:
    """A game prepared for asking many prices: stacked conflicts and distinct outcomes.

    Payoffs are normalised, so prices are curnits for a player's whole payoff range.

    Parameters
    ----------
    game : Game
    rule : ConflictRule
        What fights are worth.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        The players in an order that does not depend on how they are listed, unless they are alike.
    outcomes : ndarray, shape (X, n)
        Distinct payoff vectors, each player's payoffs on [0, 1] (constant players: 0), ascending
        in the payoffs of the first player in that order, then of the second, ….
    origin : ndarray of int, shape (X,)
        An outcome of the game (C order) behind each of them.
    number : ndarray of int, shape (∏ m_i,)
        The place among them of every outcome of the game.
    constant : ndarray of bool, shape (n,)
        Players whose payoffs do not vary.
    idle : ndarray of bool, shape (n,)
        Players with a single action.

    Raises
    ------
    GameError
        If the game's conflicts do not fit into memory at once.
    """

    def __init__(self, game: Game, rule: ConflictRule = MINIMAX) -> None:
        check_conflicts(game, "for an equilibrium without money")
        self._game, self._rule = game.normalised, rule
        self.n = game.n
        self.order = _order(self._game.outcomes)
        ordered, self.origin, self.number = np.unique(
            self._game.outcomes[:, self.order], axis=0, return_index=True, return_inverse=True
        )
        self.outcomes = np.ascontiguousarray(ordered[:, np.argsort(self.order)])
        self.constant = np.asarray(game.ranges == 0.0)
        self.idle = np.array([game.joint_actions(1 << i) == 1 for i in range(game.n)])
        self._stacks = tuple(stack.held() for stack in self._game.conflicts())
        self._shares = tuple(_signed_weights(stack, game.n) for stack in self._stacks)

    def claims(self, prices: Vector) -> Claims:
        """Return claims and their gradient at normalised prices, shape ``(n,)``."""
        amounts, gradient = np.zeros(self.n), np.zeros((self.n, self.n))
        for stack, shares in zip(self._stacks, self._shares, strict=True):
            found = self._rule.fight(stack, prices)
            amounts += found.worths @ shares
            gradient += shares.T @ found.gradients
        return Claims(amounts, gradient)

    def amounts(self, prices: Vector) -> Vector:
        """Return claims without their gradient, shape ``(n,)``."""
        amounts = np.zeros(self.n)
        for stack, shares in zip(self._stacks, self._shares, strict=True):
            amounts += self._rule.worths(stack, prices) @ shares
        return amounts

    def threats(self, prices: Vector) -> dict[Mask, Vector]:
        """Return optimal threats of all proper coalitions at normalised prices."""
        return self._threats([self._rule.fight(stack, prices) for stack in self._stacks])

    def limit(self, prices: Vector, direction: Vector) -> tuple[dict[Mask, Vector], Vector]:
        """Return the limit, as δ → 0, of what is done and claimed at ``prices + δ · direction``.

        Returns
        -------
        threats : dict from mask to ndarray
        changes : ndarray, shape (n,)
            Of the amounts of :class:`Claims` with δ.
        """
        found = [self._rule.limit(stack, prices, direction) for stack in self._stacks]
        worths = zip(found, self._shares, strict=True)
        changes = sum((fights.worths @ shares for fights, shares in worths), np.zeros(self.n))
        return self._threats(found), changes

    def _threats(self, found: Sequence[FoughtConflicts]) -> dict[Mask, Vector]:
        pairs = zip(self._stacks, found, strict=True)
        return {
            mask: play for stack, fights in pairs for mask, play in fights.threats(stack).items()
        }

    def best(self, prices: Vector) -> int:
        """Return the number of the (first) distinct outcome worth most at these prices."""
        return int((self.outcomes @ prices).argmax())


def _order(outcomes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Sort players by what they can get, and then by what all others get along with it.

    Payoffs are rounded, so that rounding does not change the order, and copies of outcomes do not
    count. Players that are still alike keep their order.
    """
    distinct = np.unique(outcomes.round(_DIGITS), axis=0)
    along = np.sin(2 * distinct + 1).sum(axis=1)  # a symmetric function that tells most apart
    together = np.sort(distinct + along[:, None], axis=0).round(_DIGITS)
    return np.lexsort(np.vstack([together, np.sort(distinct, axis=0)]))


def _signed_weights(stack: ConflictStack, n: int) -> NDArray[np.float64]:
    """Return by how much ``d(S)`` of each pair counts in each player's value, shape ``(P, n)``."""
    weights = shapley_weights(n)
    own, other = weights[stack.coalitions], weights[grand(n) ^ stack.coalitions]
    return np.where(stack.sides > 0, own[:, None], -other[:, None])
