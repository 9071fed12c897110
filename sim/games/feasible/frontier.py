"""The feasible set F, its Pareto frontier, the prices at a point of it, and sanding.

F is the convex hull of a game's outcomes. Prices at a point are read off the normal cone of F
there (Harsanyi's weights; Rockafellar 1970, section 23, for the geometry). All geometry is done
with every varying payoff stretched onto [0, 1], so tolerances are shares of payoff range.
"""

from itertools import permutations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.feasible.faces import (
    TOLERANCE,
    FrontierError,
    NormalCone,
    Stretched,
    normal_cone,
    smallest_face,
    stretch,
)
from curnits.sim.games.feasible.linear import FEASIBILITY, InfeasibleError, best_mixture

type Vector = NDArray[np.float64]
type Matrix = NDArray[np.float64]
_LEVEL = 1e-14
"""Payoffs, in shares of range, that differ by no more are level: exact ties but for rounding."""

type Place = Literal["vertex", "edge", "face", "interior"]

__all__ = [
    "TOLERANCE",
    "FrontierError",
    "frontier_polyline",
    "is_pareto",
    "locate",
    "prices_at",
    "quotes",
    "sanded",
    "sanded_point",
    "support",
]


def support(outcomes: Matrix, prices: Vector) -> float:
    """Return the support function ``h(a) = max_{u∈F} a·u``, in curnits.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
        Payoff vectors, utilons.
    prices : ndarray, shape (n,)
        Curnits per utilon.
    """
    return float(np.max(outcomes @ prices))


def sanded(
    outcomes: Matrix, prices: Vector, epsilon: float | Vector
) -> tuple[float | Vector, Vector, Vector]:
    """Return the smoothed support function and the one point of F that it offers.

    ``h_ε(a) = ε log Σ_x exp(a·U(x)/ε)`` and ``u_ε(a) = ∇h_ε(a)``: a logit choice among the
    outcomes (McFadden 1974). Both tend to the support function and a point of the frontier as
    ε → 0. Safe for any size of payoffs and any ε > 0.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
        Payoff vectors, utilons.
    prices : ndarray, shape (..., n)
        Curnits per utilon.
    epsilon : float or ndarray, shape (..., 1)
        ε, curnits.

    Returns
    -------
    value : float or ndarray, shape (...)
        ``h_ε(a)``, curnits.
    point : ndarray, shape (..., n)
        ``u_ε(a)``, utilons.
    distribution : ndarray, shape (..., X)
        Probability of each outcome.

    Raises
    ------
    FrontierError
        If ε is not positive.
    """
    if not np.min(epsilon) > 0:
        raise FrontierError(f"epsilon must be positive, found {epsilon!r}")
    top, total, weights = _logit(outcomes, prices, epsilon)
    value = (top + epsilon * np.log(total))[..., 0]
    return value, *_mixed(outcomes, weights / total)


def sanded_point(
    outcomes: Matrix, prices: Vector, epsilon: float | Vector
) -> tuple[Vector, Vector]:
    """Return the point and the distribution of :func:`sanded` alone; ε is positive."""
    _, total, weights = _logit(outcomes, prices, epsilon)
    return _mixed(outcomes, weights / total)


def _logit(
    outcomes: Matrix, prices: Vector, epsilon: float | Vector
) -> tuple[Vector, Vector, Vector]:
    worth = (outcomes @ prices[..., None])[..., 0]
    top = worth.max(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        weights = np.exp((worth - top) / epsilon)
    return top, weights.sum(axis=-1, keepdims=True), weights


def _mixed(outcomes: Matrix, distribution: Vector) -> tuple[Vector, Vector]:
    return (distribution[..., None, :] @ outcomes)[..., 0, :], distribution


def locate(outcomes: Matrix, point: Vector) -> Place:
    """Say on what part of F a point lies, by the smallest face of F that holds it.

    A face of dimension 0 is a vertex, of dimension 1 an edge (also when F is just a segment, and
    the point inside it). Larger ones are faces, except that a point on no face but F itself is in
    the interior when F has as many dimensions as there are players whose payoffs vary. If F is
    flat (a zero-sum game, say), it is itself a face.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
        Payoff vectors, utilons.
    point : ndarray, shape (n,)
        Utilons, in F up to `TOLERANCE` shares of payoff range.

    Raises
    ------
    FrontierError
        If the point is not in F, or the arguments are malformed.
    """
    view = stretch(outcomes)
    dimension = len(smallest_face(view.outcomes, view.point(point)).directions)
    if dimension < 2:
        return "edge" if dimension else "vertex"
    return "interior" if dimension == np.count_nonzero(view.varying) else "face"


def is_pareto(outcomes: Matrix, point: Vector) -> bool:
    """Tell whether no other point of F is better for somebody and worse for nobody.

    Gains up to `TOLERANCE` shares of payoff range, summed over players, do not count.

    Raises
    ------
    FrontierError
        If the point is not in F, or the arguments are malformed.
    """
    view = stretch(outcomes)
    # The centre of the point's face is efficient just when the point is, and it is exactly in F.
    centre = smallest_face(view.outcomes, view.point(point)).centre
    worth = view.outcomes.sum(axis=1)
    try:
        weights, _ = best_mixture(worth, view.outcomes, (centre - FEASIBILITY, np.inf))
    except InfeasibleError:  # by rounding: nothing is found to be even as good
        return True
    return bool((weights @ view.outcomes - centre).sum() <= TOLERANCE)


def quotes(outcomes: Matrix, point: Vector) -> tuple[Matrix, Matrix]:
    """Return bid and ask of each player's utilon in each other's: the range of ``a_i / a_j``.

    The range is taken over all prices ``a ≥ 0`` that support the point. Where prices are unique
    (on a facet) bid and ask agree; at a vertex they span the normal cone.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
        Payoff vectors, utilons.
    point : ndarray, shape (n,)
        Utilons; on the frontier up to `TOLERANCE` shares of payoff range.

    Returns
    -------
    bid, ask : ndarray, shape (n, n)
        Lowest and highest ``a_i / a_j``, utilons of j for one of i; from 0 to infinity. NaN where
        both prices are 0 throughout.

    Raises
    ------
    FrontierError
        If no prices support the point, it is not in F, or the arguments are malformed.
    """
    view = stretch(outcomes)
    cone, _ = _supporting(view, point)
    n = len(view.scales)
    free = [cone.highest(j) > FEASIBILITY for j in range(n)]
    ask = np.ones((n, n))
    for i, j in permutations(range(n), 2):
        if free[j]:
            ask[i, j] = cone.highest_ratio(i, j)
        else:
            ask[i, j] = np.inf if free[i] else np.nan
    ask *= view.scales / view.scales[:, None]
    with np.errstate(divide="ignore"):
        return 1.0 / ask.T, ask


def prices_at(outcomes: Matrix, point: Vector) -> Vector:
    """Return the most balanced prices that support a point.

    Prices are compared after stretching every player's payoffs to range 1: the smallest is made as
    large as possible, then the second smallest, and so on (leximin, so they are unique). Players
    whose payoffs do not vary get price 0, unless nobody's do.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
        Payoff vectors, utilons.
    point : ndarray, shape (n,)
        Utilons; on the frontier up to `TOLERANCE` shares of payoff range.

    Returns
    -------
    ndarray, shape (n,)
        Curnits per utilon, non-negative, summing to 1.

    Raises
    ------
    FrontierError
        If no prices support the point, it is not in F, or the arguments are malformed.
    """
    view = stretch(outcomes)
    _, balanced = _supporting(view, point)
    prices = balanced / view.scales
    return np.asarray(prices / prices.sum())


def _supporting(view: Stretched, point: Vector) -> tuple[NormalCone, Vector]:
    """Return the stretched prices that support a point: all of them, and the most balanced."""
    cone = normal_cone(view.outcomes, smallest_face(view.outcomes, view.point(point)))
    try:
        return cone, cone.leximin(view.varying if view.varying.any() else ~view.varying)
    except InfeasibleError as error:
        raise FrontierError("no prices support the point: it is not on the frontier") from error


def frontier_polyline(outcomes: Matrix) -> Matrix:
    """Return the vertices of the Pareto frontier of two players, player 2's best point first.

    The upper right chain of the convex hull (Andrew 1979). Points within rounding of a straight
    line between their neighbours are left out.

    Parameters
    ----------
    outcomes : ndarray, shape (X, 2)
        Payoff vectors, utilons.

    Returns
    -------
    ndarray, shape (k, 2)
        At least one vertex; player 1's payoff increases, player 2's falls.

    Raises
    ------
    FrontierError
        If there are not two players, or a payoff is not finite.
    """
    view = stretch(outcomes)
    if len(view.scales) != 2:
        raise FrontierError(f"a polyline needs 2 players, found {len(view.scales)}")
    chain: list[int] = []
    # From player 1's best outcome leftwards: only what is higher than all before is efficient.
    for k in np.lexsort((-view.outcomes[:, 1], -view.outcomes[:, 0])):
        if chain and view.outcomes[k, 1] <= view.outcomes[chain[-1], 1] + _LEVEL:
            continue
        while len(chain) > 1 and not _turns_left(*view.outcomes[[chain[-2], chain[-1], k]]):
            chain.pop()
        chain.append(int(k))
    return np.asarray(outcomes, dtype=np.float64)[view.rows[chain[::-1]]]


def _turns_left(first: Vector, second: Vector, third: Vector) -> bool:
    (ax, ay), (bx, by) = second - first, third - second
    return bool(ax * by - ay * bx > _LEVEL)
