"""Bargaining problems: N chooses from a convex set; without N, a fixed point or threats.

Nash 1950 with a disagreement point, Nash 1953 with a game in which players threaten each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self, override

import numpy as np

from curnits.sim.games.coalitional import find_point, named_point
from curnits.sim.games.coalitions import Mask, grand
from curnits.sim.games.feasible.menus import Matrix, Menu, Vector, shortfall
from curnits.sim.games.game import MISSING, Game, GameError, check_scales
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.games.rounding import SAME_PAYOFF


@dataclass(frozen=True, eq=False)
class BargainingGame(Game):
    """A feasible set for all players together, and a game of threats for anybody else.

    What N can agree on is the feasible set and every outcome of the threats, and mixtures.

    Parameters
    ----------
    players : tuple of str
    threats : NormalGame
        Of the same players; with a single action each, a disagreement point.
    feasible : Menu
        A payoff for each player.
    money, title
        As in :class:`curnits.sim.games.game.Game`.

    Raises
    ------
    GameError
        If players do not match, the feasible set does not reach a disagreement point, or payoffs
        cannot be handled in floating point.
    """

    kind: ClassVar[str] = "a bargaining problem"

    threats: NormalGame
    feasible: Menu

    def __post_init__(self) -> None:
        if self.threats.players != self.players:
            raise GameError("the threats must be those of the same players")
        if self.feasible.points.shape[1] != self.n:
            raise GameError("feasible points need a payoff for each player")
        check_scales(self)

    @cached_property
    def outcomes(self) -> Matrix:
        """Outcomes of the threats, then feasible points, shape ``(X, n)``, utilons."""
        return np.vstack([self.threats.outcomes, self.feasible.points])

    @property
    @override
    def curved(self) -> tuple[Mask, ...]:
        return (grand(self.n),) if self.feasible.body is not None else ()

    @cached_property
    def normalised(self) -> "BargainingGame":
        """The same game with every varying utility moved and stretched onto [0, 1]."""
        axes = (-1, *[1] * self.n)
        payoffs = (self.threats.payoffs - self.low.reshape(axes)) / self.scales.reshape(axes)
        return replace(
            self,
            threats=replace(self.threats, payoffs=payoffs),
            feasible=self.feasible.normalised(self.low, self.scales),
        )

    @override
    def joint_actions(self, coalition: Mask) -> int:
        if coalition == grand(self.n):
            return len(self.outcomes)
        return self.threats.joint_actions(coalition)

    @override
    def joint_action(self, coalition: Mask, index: int) -> dict[str, str]:
        """Return a joint action, player to action, or a feasible point, player to payoff."""
        own = self.threats.joint_actions(coalition)
        if index < own:
            return self.threats.joint_action(coalition, index)
        return named_point(self, coalition, self.feasible.points[index - own])

    @override
    def find_joint_action(self, coalition: Mask, choices: Mapping[str, str]) -> int:
        try:
            return self.threats.find_joint_action(coalition, choices)
        except GameError:
            if coalition != grand(self.n):
                raise
        found = find_point(self, coalition, self.feasible.points, choices)
        return len(self.threats.outcomes) + found

    @override
    def conflict(self, coalition: Mask) -> Matrix:
        if coalition == grand(self.n):
            return np.ascontiguousarray(self.outcomes.T[:, :, None])
        return self.threats.conflict(coalition)

    @override
    def refined(self, weights: Matrix, missing: float = MISSING) -> Self:
        finer = self.feasible.refined(weights[-1], self.scales, missing)
        return self if finer is self.feasible else replace(self, feasible=finer)


def disagreement_at(players: tuple[str, ...], point: Vector, feasible: Menu) -> NormalGame:
    """Return the game in which all that anybody can do is disagree.

    Raises
    ------
    GameError
        If some player must get less than at the disagreement point.
    """
    missed = shortfall(feasible, point)
    if missed > SAME_PAYOFF:
        raise GameError(
            f"outside the feasible set: somebody must get less by {missed:.3g} of its payoff range "
            f"(found {point.tolist()})"
        )
    n = len(players)
    return from_payoffs(point.reshape(n, *[1] * n), players=players, actions=[["disagree"]] * n)
