"""Bargaining solutions on the convex hull of finitely many payoff vectors.

Takes outcomes and a disagreement point, gives the Nash, Kalai–Smorodinsky or egalitarian point;
called by the concepts of :mod:`curnits.analysis.concepts.bargaining`.

Only agreements that give every player at least its disagreement payoff count. Players who cannot
gain under any of them stay at their disagreement payoff, and the solution is that of the others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Point, Vector
from curnits.sim.errors import InputError
from curnits.sim.games.feasible.frontier import prices_at
from curnits.sim.games.feasible.linear import rise
from curnits.sim.games.rounding import SAME_PAYOFF

_FARTHEST = 1e9
"""Farthest below all agreements that bargaining may start, in shares of payoff range: rounding."""

_MAX_STEPS = 10_000
"""Iterations after which a bargaining solution is not found; hundreds are usual."""


class BargainingError(InputError):
    """A bargaining problem that is none: no payoff vectors, or not finite, or of uneven length."""


class DisagreementError(BargainingError):
    """A disagreement point of the wrong shape, too far off, or that no agreement can match."""


class UnsettledError(ArithmeticError):
    """A solution missed its own optimality conditions by more than rounding."""


@dataclass(frozen=True, eq=False)
class _Talks:
    """A bargaining problem measured in what there is to gain.

    Attributes
    ----------
    shares : ndarray, shape (X, n)
        Gain of each player at each outcome; 1 is the most it can get while nobody loses (for
        players who cannot gain: its payoff range).
    able : ndarray of bool, shape (n,)
        Who can gain.
    units : ndarray, shape (n,)
        Utilons per share.
    start : ndarray, shape (X,)
        An agreement that lets everybody gain who can.
    """

    outcomes: Vector
    disagreement: Vector
    shares: Vector
    able: NDArray[np.bool_]
    units: Vector
    start: Vector

    def point(self, concept: str, agreement: Vector, prices: Vector) -> Point:
        notes = tuple(
            f"player {i + 1} cannot gain by any agreement that nobody loses by"
            for i in np.flatnonzero(~self.able)
        )
        return Point(
            concept,
            agreement @ self.outcomes,
            prices / prices.sum(),
            agreement,
            self.disagreement,
            notes,
        )

    def supported(self, concept: str, agreement: Vector) -> Point:
        gains = self.outcomes - self.outcomes.min(axis=0)  # so that payoffs near 1e9 keep digits
        prices = prices_at(gains, agreement @ gains)
        return self.point(concept, agreement, prices)


def nash(outcomes: Vector, disagreement: Vector) -> Point:
    """Return the Nash bargaining solution, the maximum of ``∏ (u_i − d_i)`` (Nash 1950).

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
        Payoff vectors in utilons; any mixture of them is feasible.
    disagreement : ndarray, shape (n,)
        What each player gets if talks fail, utilons.

    Returns
    -------
    Point
        Prices are the weights ``1 / (u_i − d_i)`` at which everybody gains equally many curnits
        and the point is worth most (for players who cannot gain: multipliers that hold them at
        their disagreement payoff).

    Raises
    ------
    BargainingError
        If outcomes are not a table of finite numbers.
    DisagreementError
        If no feasible point gives everybody at least its disagreement payoff.
    UnsettledError
        If the result misses the optimality conditions by more than rounding.

    Notes
    -----
    The best mixture of a few vertices is found by damped Newton steps, dropping vertices whose
    weight reaches 0; then the vertex that is worth most at the prices of the moment joins, until
    none is worth more than the point itself (after Wolfe 1976 and von Hohenbalken 1977).
    """
    talks = _talks(outcomes, disagreement)
    able = talks.able
    if not able.any():
        return talks.supported("nash", talks.start)
    gains = talks.shares[:, able]
    held = talks.shares[:, ~able]
    levels = np.zeros(held.shape[1] + 1)
    direction = np.eye(1, len(levels))[0]
    atoms, weights = talks.start[None, :], np.ones(1)
    excess = np.inf
    for _ in range(_MAX_STEPS):
        weights = _log_optimum(atoms @ gains, weights)
        atoms, weights = atoms[weights > 0], weights[weights > 0]
        reached = weights @ atoms @ gains
        worth = gains @ (1.0 / reached)
        best, most, duals = _rise(np.column_stack([worth, held]), direction, levels)
        previous, excess = excess, most - len(reached)
        if excess <= 1e-14 * len(reached) or (excess < 1e-12 and excess >= previous):
            break
        atoms, weights = np.vstack([atoms, best]), np.append(weights, 0.0)
    if excess > SAME_PAYOFF:
        raise UnsettledError(f"Nash product still rises at rate {excess:.2g}")
    prices = np.empty(len(able))
    prices[able] = 1.0 / reached
    prices[~able] = duals[1:]
    return talks.point("nash", weights @ atoms, prices / talks.units)


def kalai_smorodinsky(outcomes: Vector, disagreement: Vector) -> Point:
    """Return the Kalai–Smorodinsky solution (1975), extended lexicographically (Imai 1983).

    The shares ``(u_i − d_i) / (b_i − d_i)`` of what each player could gain at most, ``b_i``, are
    raised together; where that leaves room, the others' shares go on rising. With two players
    and no such room this is the point where the segment from ``d`` to ``b`` leaves the feasible
    set. Parameters, prices and errors as for :func:`nash`, but prices are
    :func:`curnits.sim.games.feasible.frontier.prices_at` the solution.
    """
    talks = _talks(outcomes, disagreement)
    return talks.supported("kalai-smorodinsky", _leximin(talks, np.ones(len(talks.units))))


def egalitarian(outcomes: Vector, disagreement: Vector) -> Point:
    """Return the egalitarian solution (Kalai 1977), extended lexicographically.

    Gains ``u_i − d_i`` are raised together, then those of players who can still gain. Utilons of
    different players are compared as they stand: unlike the other solutions, this one changes
    when a utility is rescaled. Parameters, prices and errors as for :func:`kalai_smorodinsky`.
    """
    talks = _talks(outcomes, disagreement)
    return talks.supported("egalitarian", _leximin(talks, 1.0 / talks.units))


def equal_surplus(concept: str, outcomes: Vector, disagreement: Vector) -> Point:
    """Return what all three solutions come to when payoffs can be paid in money.

    The frontier is then a plane of equal slopes, and the surplus of the best joint payoff over the
    disagreement payoffs is shared equally. ``agreement`` is the first outcome with that joint
    payoff, and prices are equal. Parameters and errors as for :func:`nash`.
    """
    _check(outcomes, disagreement)
    joint = outcomes.sum(axis=1)
    surplus = float(joint.max() - disagreement.sum())
    if surplus < -SAME_PAYOFF * float(np.ptp(outcomes, axis=0).max()):
        raise DisagreementError(
            f"disagreement payoffs {disagreement.tolist()} add up to more than the best joint "
            f"payoff {joint.max():.12g}"
        )
    n = len(disagreement)
    agreement = np.eye(1, len(outcomes), int(joint.argmax()))[0]
    return Point(concept, disagreement + surplus / n, np.full(n, 1.0 / n), agreement, disagreement)


def _check(outcomes: Vector, disagreement: Vector) -> None:
    if outcomes.ndim != 2 or not outcomes.size or not np.isfinite(outcomes).all():
        raise BargainingError(
            f"outcomes must be a table (outcomes, players) of finite numbers, "
            f"found shape {outcomes.shape}"
        )
    n = outcomes.shape[1]
    if disagreement.shape != (n,) or not np.isfinite(disagreement).all():
        raise DisagreementError(
            f"the disagreement point must be {n} finite numbers, found {disagreement.tolist()}"
        )


def _talks(outcomes: Vector, disagreement: Vector) -> _Talks:
    _check(outcomes, disagreement)
    n = outcomes.shape[1]
    spans = np.ptp(outcomes, axis=0)
    units = np.where(spans > 0, spans, 1.0)
    shares = (outcomes - disagreement) / units
    if shares.max() > _FARTHEST:
        raise DisagreementError(
            f"the disagreement point {disagreement.tolist()} is too far below all agreements "
            f"(expected at most {_FARTHEST:.0e} payoff ranges)"
        )
    start, margin, _ = _rise(shares, np.ones(n), np.zeros(n))
    if margin < -SAME_PAYOFF:
        raise DisagreementError(
            f"no agreement gives every player its disagreement payoff {disagreement.tolist()}: "
            f"somebody falls short by at least {-margin:.3g} of its payoff range"
        )
    shares = shares - min(margin, 0.0)
    ideals = np.array([_rise(shares, row, np.zeros(n))[1] for row in np.eye(n)])
    able = ideals > SAME_PAYOFF
    stretch = np.where(able, ideals, 1.0)
    shares = shares / stretch
    if able.any():
        start, _, _ = _rise(shares, able.astype(np.float64), np.zeros(n))
    return _Talks(outcomes, disagreement, shares, able, units * stretch, start)


def _rise(rows: Vector, directions: Vector, levels: Vector) -> tuple[Vector, float, Vector]:
    """Find the largest t with a mixture of ``rows`` at ``levels + t · directions`` or above.

    Parameters
    ----------
    rows : ndarray, shape (X, k)
    directions, levels : ndarray, shape (k,)
        Directions are non-negative and not all 0.

    Returns
    -------
    mixture : ndarray, shape (X,)
    t : float
    duals : ndarray, shape (k,)
        Non-negative weights, ``duals · directions = 1``, at which no row is worth more than
        ``duals · levels + t``: the proof that t is largest.
    """
    mixture, t, weights = rise(rows, directions, levels)
    missing = float((levels + t * directions - mixture @ rows).max())
    beyond = float(((rows - levels) @ weights).max()) - t
    if max(missing, beyond) > SAME_PAYOFF * max(1.0, abs(t)):
        raise UnsettledError(
            f"a linear program missed its bounds by {missing:.2g} and its optimum by {beyond:.2g}"
        )
    return mixture, t, weights


def _leximin(talks: _Talks, directions: Vector) -> Vector:
    """Raise everybody's share along ``directions``, then that of those who can still gain."""
    agreement, free = talks.start, talks.able.copy()
    levels = np.zeros(len(directions))
    while free.any():
        rates = np.where(free, directions, 0.0)
        rates /= rates.max()
        agreement, height, _ = _rise(talks.shares, rates, levels)
        levels = np.minimum(levels + height * rates, agreement @ talks.shares)
        room = np.full(len(directions), np.inf)
        for i in np.flatnonzero(free):
            _, room[i], _ = _rise(talks.shares, np.eye(len(directions))[i], levels)
        free &= room > max(SAME_PAYOFF, room.min())
    return agreement


def _log_optimum(points: Vector, weights: Vector) -> Vector:
    """Return weights of the mixture of ``points``, shape (k, m), that maximises ``Σ log y``.

    The start ``weights`` must give a mixture ``y > 0``; weights may become exactly 0.
    """
    weights = weights.copy()
    active = np.ones(len(weights), dtype=bool)
    decrement = np.inf
    for _ in range(_MAX_STEPS):
        mixture = weights @ points
        corners = points[active]
        edges = ((corners[1:] - corners[0]) / mixture).T
        step = np.linalg.lstsq(edges, np.ones(len(mixture)))[0]
        previous, decrement = decrement, float(np.linalg.norm(edges @ step))
        move = np.zeros(len(weights))
        move[active] = np.append(-step.sum(), step)
        # a Newton step this short converges quadratically; a longer one is damped (Nesterov &
        # Nemirovskii 1994)
        length = 1.0 if decrement < 0.25 else 1.0 / (1.0 + decrement)
        shrinking = move < 0
        limits = np.full(len(weights), np.inf)
        limits[shrinking] = -weights[shrinking] / move[shrinking]
        leaving = int(limits.argmin())
        weights = (weights + min(length, limits[leaving]) * move).clip(min=0.0)
        if limits[leaving] <= length:
            weights[leaving] = 0.0
            active[leaving] = False
        elif decrement < 1e-14 or previous <= decrement < 1e-6:
            break
        weights /= weights.sum()
    return weights
