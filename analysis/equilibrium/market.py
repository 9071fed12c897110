"""Entitlements at given prices: the supply side of the market for curnits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.conflict import (
    solve_conflicts,
    solve_lexicographic,
    value_gradients,
)
from analysis.solution import Vector
from sim.games.coalitions import Mask, grand, shapley_weights
from sim.games.game import ConflictStack, Game, check_conflicts
from sim.games.matrixgames import solve_stack


@dataclass(frozen=True, eq=False)
class Claims:
    """What fights entitle the players to, the grand coalition's own worth left out.

    Attributes
    ----------
    amounts : ndarray, shape (n,)
        ``Σ_{S∋i, S≠N} γ_S v_a(S)``, curnits. Player i's entitlement is this plus ``a·u/n``.
    gradient : ndarray, shape (n, n)
        Derivatives of the amounts (rows) with the prices (columns), utilons.
    """

    amounts: Vector
    gradient: NDArray[np.float64]


class Market:
    """A game prepared for asking many prices: stacked conflicts and distinct outcomes.

    Payoffs are normalised, so prices are curnits for a player's whole payoff range.

    Attributes
    ----------
    outcomes : ndarray, shape (X, n)
        Distinct payoff vectors, each player's payoffs on [0, 1] (constant players: 0).
    origin : ndarray of int, shape (X,)
        An outcome of the game (C order) behind each of them.
    constant : ndarray of bool, shape (n,)
        Players whose payoffs do not vary.
    idle : ndarray of bool, shape (n,)
        Players with a single action.

    Raises
    ------
    GameError
        If the game's conflicts do not fit into memory at once.
    """

    def __init__(self, game: Game) -> None:
        check_conflicts(game, "for an equilibrium without money")
        self._game = game.normalised
        self.n = game.n
        self.outcomes, self.origin = np.unique(self._game.outcomes, axis=0, return_index=True)
        self.constant = np.asarray(game.ranges == 0.0)
        self.idle = np.array([game.joint_actions(1 << i) == 1 for i in range(game.n)])
        self._stacks = tuple(self._game.conflicts())
        self._shares = tuple(_signed_weights(stack, game.n) for stack in self._stacks)

    def claims(self, prices: Vector) -> Claims:
        """Return claims and their gradient at normalised prices, shape ``(n,)``."""
        amounts, gradient = np.zeros(self.n), np.zeros((self.n, self.n))
        for stack, shares in zip(self._stacks, self._shares, strict=True):
            values, rows, columns = solve_stack(stack.matrices(prices))
            amounts += values @ shares
            gradient += shares.T @ value_gradients(stack, rows, columns)
        return Claims(amounts, gradient)

    def threats(self, prices: Vector) -> dict[Mask, Vector]:
        """Return optimal threats of all proper coalitions at normalised prices."""
        return solve_conflicts(self._game, prices).threats

    def limit_threats(self, prices: Vector, direction: Vector) -> dict[Mask, Vector]:
        """Return the limit, as δ → 0, of optimal threats at ``prices + δ · direction``."""
        found: dict[Mask, Vector] = {}
        for stack in self._stacks:
            games = zip(stack.matrices(prices), stack.matrices(direction), strict=True)
            for mask, (first, second) in zip(stack.coalitions.tolist(), games, strict=True):
                found[mask], found[grand(self.n) ^ mask] = solve_lexicographic(first, second)
        return found

    def claims_of(self, threats: dict[Mask, Vector], prices: Vector) -> Vector:
        """Return the amounts of :class:`Claims`, shape ``(n,)``, when given threats are played."""
        amounts = np.zeros(self.n)
        for stack, shares in zip(self._stacks, self._shares, strict=True):
            rows = np.stack([threats[mask] for mask in stack.coalitions.tolist()])
            columns = np.stack(
                [threats[grand(self.n) ^ mask] for mask in stack.coalitions.tolist()]
            )
            amounts += np.einsum("pr,prc,pc->p", rows, stack.matrices(prices), columns) @ shares
        return amounts

    def best(self, prices: Vector) -> int:
        """Return the number of the (first) distinct outcome worth most at these prices."""
        return int((self.outcomes @ prices).argmax())


def _signed_weights(stack: ConflictStack, n: int) -> NDArray[np.float64]:
    """Return by how much ``v(S)`` of each pair counts in each player's value, shape ``(P, n)``."""
    weights = shapley_weights(n)
    own, other = weights[stack.coalitions], weights[grand(n) ^ stack.coalitions]
    return np.where(stack.sides > 0, own[:, None], -other[:, None])
