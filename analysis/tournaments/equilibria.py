"""Symmetric equilibria of a game of policies, pure and mixed, each verified by its regret.

Takes a :class:`PolicyGame`; gives for each set of policies the most even mixture of them that
nobody gains from leaving, if there is one. With two seats earnings are linear, and one linear
program decides for each set; with more, Newton's method repeats that program where it has led, and
may miss one. Of very many policies only small sets are tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import numpy as np
from scipy.optimize import linprog

from curnits.analysis.tournaments.policy_game import Matrix, PolicyGame, Vector

TALKS = 0.005
"""Share of payoff range that talks leave open: gains up to that are no reason for anything."""

_EXACT = 1e-6
"""Regret, a share of payoff range, up to which an equilibrium is exact: what linear programs do."""

_LEAST = 1e-3
"""Least share of a policy that belongs to a mixture."""

_MOST_SETS = 1_000
"""Most sets of policies of one size that are tried: some seconds."""

_STEPS = 30
"""Most linear programs from one start."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """A population in which no policy earns more than those that are there.

    Attributes
    ----------
    shares : ndarray, shape (k,)
    regret : float
        What somebody could still gain by another policy, a share of payoff range.
    """

    shares: Vector
    regret: float


def equilibria(game: PolicyGame, tolerance: float = TALKS) -> list[Mixture]:
    """Return symmetric equilibria, one for each set of policies that has some.

    Parameters
    ----------
    game : PolicyGame
    tolerance : float
        Regret up to which a single policy is an equilibrium; mixtures have to be exact.
    """
    found = []
    for pure in np.eye(game.k):
        regret = game.regret(pure)
        if regret <= tolerance:
            found.append(Mixture(pure, max(regret, 0.0)))
    for size in range(2, game.k + 1):
        if comb(game.k, size) > _MOST_SETS:
            break
        mixtures = (_mixture(game, support) for support in combinations(range(game.k), size))
        found += [mixture for mixture in mixtures if mixture is not None]
    return found


def alike(matrix: Matrix, tolerance: float = TALKS) -> list[list[int]]:
    """Return the policies in groups that earn alike beside everybody, as everybody beside them."""
    groups: list[list[int]] = []
    for a in range(len(matrix)):
        for group in groups:
            first = group[0]
            apart = max(
                np.abs(matrix[a] - matrix[first]).max(),
                np.abs(matrix[:, a] - matrix[:, first]).max(),
            )
            if apart <= tolerance:
                group.append(a)
                break
        else:
            groups.append([a])
    return groups


def _mixture(game: PolicyGame, support: Sequence[int]) -> Mixture | None:
    """Return the most even equilibrium of some policies that can be found, if there is one."""
    starts = _starts(len(support))
    for start in islice(starts, 1) if game.pairs else starts:
        shares = np.zeros(game.k)
        shares[list(support)] = start
        for _ in range(_STEPS):
            before, moved = shares, _step(game, shares, support)
            if moved is None:
                break
            shares = moved
            if np.abs(shares - before).max() <= _EXACT:
                regret = game.regret(shares)
                if regret <= _EXACT:
                    return Mixture(shares, max(regret, 0.0))
                break
    return None


def _starts(size: int) -> Iterator[Vector]:
    """Yield the centre, and points on the way to every corner."""
    even = np.full(size, 1.0 / size)
    yield even
    for corner in np.eye(size):
        yield 0.3 * even + 0.7 * corner


def _step(game: PolicyGame, shares: Vector, support: Sequence[int]) -> Vector | None:
    """Solve the game as it is near some shares: linear."""
    own = list(support)
    earned, slopes = game.fitness(shares), game.slopes(shares)[:, own]
    if not (np.isfinite(earned).all() and np.isfinite(slopes).all()):
        return None
    size = len(own)
    base = earned - slopes @ shares[own]
    # variables: shares of the support, what all of it earn, and the least share
    gains = np.hstack([slopes, -np.ones((game.k, 1)), np.zeros((game.k, 1))])
    even = np.hstack([-np.eye(size), np.zeros((size, 1)), np.ones((size, 1))])
    solved = linprog(
        np.r_[np.zeros(size + 1), -1.0],
        A_ub=np.vstack([gains, -gains[own], even]),
        b_ub=np.r_[-base, base[own], np.zeros(size)],
        A_eq=np.r_[np.ones(size), 0.0, 0.0][None],
        b_eq=[1.0],
        bounds=[(0.0, 1.0)] * size + [(None, None), (_LEAST, None)],
        method="highs",
    )
    if not solved.success or solved.x is None:
        return None
    moved = np.zeros(game.k)
    moved[own] = solved.x[:size] / solved.x[:size].sum()
    return moved
