"""Games in coalitional form: what each coalition can reach, whatever the others do.

Without money ``V(S)`` is a set of payoff vectors (Aumann & Peleg 1960); with money it is enough to
say what a coalition is worth, ``v(S)`` (von Neumann & Morgenstern 1944).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self, override

import numpy as np

from curnits.sim.games.coalitions import Mask, grand, members
from curnits.sim.games.feasible.menus import Matrix, Menu, Vector
from curnits.sim.games.game import MISSING, Game, GameError, check_players, check_scales
from curnits.sim.games.rounding import SAME_PAYOFF


@dataclass(frozen=True, eq=False)
class CoalitionalGame(Game):
    """A game in which every coalition chooses among payoff vectors of its members.

    Parameters
    ----------
    players : tuple of str
    menus : mapping from mask to Menu
        For every non-empty coalition, columns in the order of its members.
    money, title
        As in :class:`curnits.sim.games.game.Game`.

    Raises
    ------
    GameError
        If a coalition is missing or its points do not have a payoff for each member, or if payoffs
        cannot be handled in floating point.
    """

    kind: ClassVar[str] = "a game in coalitional form"

    menus: Mapping[Mask, Menu]

    def __post_init__(self) -> None:
        check_players(self.players)
        if self.menus.keys() != set(range(1, grand(self.n) + 1)):
            raise GameError("every coalition needs something to choose from")
        for mask, menu in self.menus.items():
            if menu.points.shape[1] != mask.bit_count():
                raise GameError(f"coalition {mask} needs a payoff for each of its members")
        check_scales(self)

    @property
    @override
    def outcomes(self) -> Matrix:
        return self.menus[grand(self.n)].points

    @property
    @override
    def curved(self) -> tuple[Mask, ...]:
        return tuple(mask for mask in sorted(self.menus) if self.menus[mask].body is not None)

    @property
    @override
    def extremes(self) -> tuple[Vector, Vector]:
        low, high = np.full(self.n, np.inf), np.full(self.n, -np.inf)
        for mask, menu in self.menus.items():
            own = list(members(mask))
            low[own] = np.minimum(low[own], menu.points.min(axis=0))
            high[own] = np.maximum(high[own], menu.points.max(axis=0))
        return low, high

    @property
    def worths(self) -> Vector:
        """Best sum of the members' payoffs by mask, ``v(S)`` where there is money, ``(2**n,)``."""
        worths = np.zeros(grand(self.n) + 1)
        for mask, menu in self.menus.items():
            worths[mask] = menu.points.sum(axis=1).max()
        return worths

    @cached_property
    def normalised(self) -> "CoalitionalGame":
        """The same game with every varying utility moved and stretched onto [0, 1]."""
        own = {mask: list(members(mask)) for mask in self.menus}
        return replace(
            self,
            menus={
                mask: menu.normalised(self.low[own[mask]], self.scales[own[mask]])
                for mask, menu in self.menus.items()
            },
        )

    @override
    def joint_actions(self, coalition: Mask) -> int:
        return len(self.menus[coalition].points) if coalition else 1

    @override
    def joint_action(self, coalition: Mask, index: int) -> dict[str, str]:
        """Return a point that a coalition can choose, player to payoff."""
        return named_point(self, coalition, self.menus[coalition].points[index])

    @override
    def find_joint_action(self, coalition: Mask, choices: Mapping[str, str]) -> int:
        return find_point(self, coalition, self.menus[coalition].points, choices)

    @override
    def conflict(self, coalition: Mask) -> Matrix:
        """Return payoffs by what either side chooses; it does not matter to the other side."""
        others = grand(self.n) ^ coalition
        fight = np.zeros((self.n, self.joint_actions(coalition), self.joint_actions(others)))
        fight[list(members(coalition))] = self.menus[coalition].points.T[:, :, None]
        if others:
            fight[list(members(others))] = self.menus[others].points.T[:, None, :]
        return fight

    @override
    def refined(self, weights: Matrix, missing: float = MISSING) -> Self:
        finer = {
            mask: menu.refined(weights[mask, own], self.scales[own], missing)
            for mask, menu in self.menus.items()
            for own in (list(members(mask)),)
        }
        if all(finer[mask] is menu for mask, menu in self.menus.items()):
            return self
        return replace(self, menus=finer)


def worths_as_menus(n: int, worths: Vector) -> dict[Mask, Menu]:
    """Return what coalitions of given worths can choose from: one member gets it all.

    Parameters
    ----------
    n : int
    worths : ndarray, shape (2**n,)
        ``v(S)`` by mask, in money.
    """
    sizes = {mask: mask.bit_count() for mask in range(1, grand(n) + 1)}
    return {
        mask: Menu(worths[mask] * np.eye(size) if worths[mask] else np.zeros((1, size)))
        for mask, size in sizes.items()
    }


def named_point(game: Game, coalition: Mask, point: Vector) -> dict[str, str]:
    """Return the payoffs of a coalition's members by name, as shortest exact numerals."""
    names = (game.players[i] for i in members(coalition))
    return {name: _numeral(x) for name, x in zip(names, point.tolist(), strict=True)}


def find_point(game: Game, coalition: Mask, points: Matrix, choices: Mapping[str, str]) -> int:
    """Return the row of the point that :func:`named_point` names.

    Raises
    ------
    GameError
        If there is none.
    """
    own = list(members(coalition))
    if choices.keys() != {game.players[i] for i in own}:
        raise GameError("expected a payoff of each member")
    try:
        payoffs = np.array([float(choices[game.players[i]]) for i in own])
    except ValueError as error:
        raise GameError(f"expected payoffs (found {list(choices.values())})") from error
    gaps = np.abs((points - payoffs) / game.scales[own]).max(axis=1)
    nearest = int(gaps.argmin())
    if not gaps[nearest] <= SAME_PAYOFF:
        raise GameError(f"unknown point {list(choices.values())}")
    return nearest


def _numeral(x: float) -> str:
    return str(int(x)) if x.is_integer() and abs(x) < 2**53 else repr(x)
