"""The ecology of policies: how their shares change in a large population that meets at random.

Takes a :class:`PolicyGame` and shares; gives shares over time by the replicator equation with
mutation (Taylor & Jonker 1978; Hofbauer & Sigmund 1998, chapters 7 and 20).
"""

from collections.abc import Sequence

import numpy as np
from scipy.integrate import solve_ivp

from curnits.analysis.tournaments.policy_game import Matrix, PolicyGame, Vector

_MOMENTS = 201
"""Points in time that are kept: as many as a column shows."""

_GONE = 1e-12
"""Least share at which earnings are still worked out, so that they are known."""


def evolve(
    game: PolicyGame, start: Vector, generations: float, mutation: float
) -> tuple[Vector, Matrix]:
    """Return points in time, shape (t,), and shares, shape (t, k).

    ``dx_a/dt = x_a (f_a − f̄) + μ (1/k − x_a)``, f being earnings in shares of payoff range.

    Parameters
    ----------
    game : PolicyGame
    start : ndarray, shape (k,)
        Shares at first; they sum to 1.
    generations : float
        How long.
    mutation : float
        μ, in a generation.
    """

    def change(_: float, shares: Vector) -> Vector:
        known = np.maximum(shares, _GONE)
        earned = game.fitness(known / known.sum())
        return shares * (earned - shares @ earned) + mutation * (1.0 / game.k - shares)

    moments = np.linspace(0.0, generations, _MOMENTS)
    solved = solve_ivp(change, (0.0, generations), start, "LSODA", moments, rtol=1e-8, atol=1e-12)
    shares = np.maximum(solved.y.T, 0.0)
    return moments, shares / shares.sum(axis=1, keepdims=True)


def invading(game: PolicyGame) -> Matrix:
    """Return what each cell counts for the advantage of a rare policy, shape (k, k, c).

    ``[a, b] @ means`` is what b earns more than a where everybody else has a; NaN: not known.
    """
    found = np.empty((game.k, game.k, len(game.means)))
    for a, pure in enumerate(np.eye(game.k)):
        counts = game.estimator(pure)
        found[a] = counts - counts[a]
    return found


def mixtures(k: int, focus: int, rest: Vector, steps: int) -> Sequence[Vector]:
    """Return populations with a growing share of one policy, from none to all, the rest as given.

    Parameters
    ----------
    k, focus : int
        Number of policies, and which one.
    rest : ndarray, shape (k,)
        Up to scale; that of the policy itself is ignored.
    steps : int
    """
    others = np.where(np.arange(k) == focus, 0.0, rest)
    others = others / others.sum() if others.sum() > 0.0 else others
    alone = np.eye(k)[focus]
    return [(1.0 - share) * others + share * alone for share in np.linspace(0.0, 1.0, steps)]
