"""Conflict games at many prices at once, and bounds on their values between those prices.

Takes a game, gives values and bounds in Bernstein form; the subdivision asks it, cell by cell.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations, combinations_with_replacement, groupby

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.sim.games.coalitions import Mask, grand, membership, shapley_weights
from curnits.sim.games.feasible.linear import LinearProgramError
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import Game

type Numbers = NDArray[np.float64]
type Indices = NDArray[np.int64]

_MOST_COLUMNS = 12
"""Games of two rows are solved in closed form up to so many columns."""


@dataclass(frozen=True, eq=False)
class _Stack:
    """Conflicts of one shape.

    ``payoffs``: utilons signed for the row side, ``(P, n, R, C)`` with R ≤ C; ``shares``: how much
    each value counts in each player's claim, ``(P, n)``.
    """

    payoffs: Numbers
    shares: Numbers


@dataclass(frozen=True, eq=False)
class _Solved:
    """Conflicts of one stack at T prices: ``(T, P, R, C)``, ``(T, P, R)`` and ``(T, P, C)``."""

    matrices: Numbers
    rows: Numbers
    columns: Numbers


class PricedConflicts:
    """The conflicts of a game at a growing list of prices.

    Parameters
    ----------
    game : Game
        Normalised.

    Attributes
    ----------
    prices : ndarray, shape (T, n)
        Curnits per payoff range.
    shares : ndarray, shape (P, n)
        ``claims = values @ shares``: what each conflict's value adds to each player's claim.
    """

    def __init__(self, game: Game) -> None:
        smaller = sorted(_smaller_side(game, mask) for mask in range(1, grand(game.n), 2))
        self._stacks = [
            _stack(game, [mask for _, mask in alike])
            for _, alike in groupby(smaller, key=lambda side: side[0])
        ]
        self.prices = np.empty((0, game.n))
        self.shares = np.concatenate([stack.shares for stack in self._stacks])
        self._solved = [self._solve(stack, self.prices) for stack in self._stacks]

    def add(self, prices: Numbers) -> Indices:
        """Solve all conflicts at more prices, shape ``(T, n)``; return their places in the list."""
        places = np.arange(len(self.prices), len(self.prices) + len(prices))
        self.prices = np.concatenate([self.prices, prices])
        for k, stack in enumerate(self._stacks):
            old, new = self._solved[k], self._solve(stack, prices)
            self._solved[k] = _Solved(
                np.concatenate([old.matrices, new.matrices]),
                np.concatenate([old.rows, new.rows]),
                np.concatenate([old.columns, new.columns]),
            )
        return places

    @staticmethod
    def _solve(stack: _Stack, prices: Numbers) -> _Solved:
        matrices = np.tensordot(prices, stack.payoffs, axes=(1, 1))
        count, height, width = matrices.shape[1:]
        rows, columns = optimal(matrices.reshape(-1, height, width))
        return _Solved(matrices, rows.reshape(-1, count, height), columns.reshape(-1, count, width))

    def bounds(self, corners: Indices) -> tuple[Numbers, Numbers]:
        """Bound all values between some prices by quadratic polynomials.

        At ``Σ λ_k a_k`` the row side may mix its optimal strategies at the corners ``a_k`` with the
        same weights, or keep to one of them; what that secures in the conflict game, which is
        bilinear in prices and strategy, is a polynomial in Bernstein form. So whatever the true
        values are, they lie between the bounds; the gap is of second order in the distance of the
        corners where strategies are smooth.

        Parameters
        ----------
        corners : ndarray of int, shape (T, K)
            Places of prices.

        Returns
        -------
        lower, upper : ndarray, shape (T, K (K + 1) / 2, P)
            Bernstein coefficients, in the order of :func:`pairs`.
        """
        lower, upper = [], []
        for solved in self._solved:
            matrices = solved.matrices[corners]
            secured = solved.rows[corners][:, :, None, :, None, :] @ matrices[:, None]
            exposed = matrices[:, None] @ solved.columns[corners][:, :, None, :, :, None]
            lower.append(_best_floor(secured[..., 0, :]))
            upper.append(-_best_floor(-exposed[..., 0]))
        return np.concatenate(lower, axis=2), np.concatenate(upper, axis=2)


@cache
def pairs(corners: int) -> Indices:
    """Return the pairs ``k ≤ l`` of corners that number the Bernstein coefficients."""
    return np.array(list(combinations_with_replacement(range(corners), 2)))


def _best_floor(answers: Numbers) -> Numbers:
    """Return the higher of the floors under ``answers[t, k, l, p]``, a vector over replies.

    ``answers[t, k, l]``: what the strategy of corner k gives at corner l, shape (T, K, K, P, C).
    """
    first, second = pairs(answers.shape[1]).T
    mixed = (answers[:, first, second] + answers[:, second, first]).min(axis=-1) / 2
    single = answers.min(axis=-1)
    kept = (single[:, :, first] + single[:, :, second]) / 2
    floors = np.concatenate([mixed[:, None], kept], axis=1)
    best = floors.sum(axis=2).argmax(axis=1)
    return np.asarray(np.take_along_axis(floors, best[:, None, None, :], axis=1)[:, 0])


def _smaller_side(game: Game, mask: Mask) -> tuple[tuple[int, int], Mask]:
    other = grand(game.n) ^ mask
    counts = game.joint_actions(mask), game.joint_actions(other)
    return (counts, mask) if counts[0] <= counts[1] else (counts[::-1], other)


def _stack(game: Game, masks: list[Mask]) -> _Stack:
    inside = membership(game.n)[masks]
    sides = 2.0 * inside - 1.0
    weights = shapley_weights(game.n)
    own = weights[masks]
    other = weights[[grand(game.n) ^ mask for mask in masks]]
    payoffs = np.stack([game.conflict(mask) for mask in masks])
    return _Stack(
        sides[:, :, None, None] * payoffs,
        np.where(inside > 0, own[:, None], -other[:, None]),
    )


def optimal(matrices: Numbers) -> tuple[Numbers, Numbers]:
    """Return optimal strategies of zero-sum games of one shape; rows maximise.

    Parameters
    ----------
    matrices : ndarray, shape (T, R, C)

    Returns
    -------
    rows : ndarray, shape (T, R)
    columns : ndarray, shape (T, C)
    """
    if matrices.shape[1] == 2 and matrices.shape[2] <= _MOST_COLUMNS:
        return _two_rows(matrices)
    try:
        _, rows, columns = solve_stack(matrices)
    except LinearProgramError:
        if len(matrices) > 1:
            rows, columns = map(np.concatenate, zip(*map(optimal, matrices[:, None]), strict=True))
        else:  # any strategies bound the value
            rows, columns = np.zeros(matrices.shape[:2]), np.zeros((1, matrices.shape[2]))
            rows[0, matrices[0].min(axis=1).argmax()] = 1.0
            columns[0, matrices[0].max(axis=0).argmin()] = 1.0
    return rows, columns


def _two_rows(matrices: Numbers) -> tuple[Numbers, Numbers]:
    """Solve games of two rows by trying all kernels (Shapley & Snow 1950)."""
    count, _, width = matrices.shape
    first, second = _kernels(width)
    ahead = matrices[:, 0] - matrices[:, 1]
    slope = ahead[:, first] - ahead[:, second]
    crossing = _share(matrices[:, 1, second] - matrices[:, 1, first], slope)
    weights = np.concatenate([np.tile([0.0, 1.0], (count, 1)), crossing], axis=1)
    floors = (matrices[:, None, 1] + weights[..., None] * ahead[:, None]).min(axis=2)
    weight = np.take_along_axis(weights, floors.argmax(axis=1)[:, None], axis=1)[:, 0]
    level = _share(-ahead[:, second], slope)
    mixed = level[:, None] * matrices[:, :, first] + (1 - level[:, None]) * matrices[:, :, second]
    ceilings = np.concatenate([matrices.max(axis=1), mixed.max(axis=1)], axis=1)
    best = ceilings.argmin(axis=1)
    kernels = np.concatenate([np.arange(width), first]), np.concatenate([np.arange(width), second])
    share = np.concatenate([np.ones((count, width)), level], axis=1)[np.arange(count), best]
    columns: Vector = np.zeros((count, width))
    columns[np.arange(count), kernels[1][best]] = 1.0 - share
    columns[np.arange(count), kernels[0][best]] += share
    return np.stack([weight, 1.0 - weight], axis=1), columns


@cache
def _kernels(width: int) -> Indices:
    """Return all pairs of different columns, shape ``(2, K)``."""
    return np.array(list(combinations(range(width), 2)), dtype=np.int64).reshape(-1, 2).T


def _share(part: Numbers, whole: Numbers) -> Numbers:
    """Return ``part / whole`` where that is from 0 to 1, else 0."""
    proper = (whole != 0.0) & (np.abs(part) <= np.abs(whole))
    share = np.divide(part, whole, out=np.zeros_like(part), where=proper)
    return np.where(share >= 0.0, share, 0.0)
