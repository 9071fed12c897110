"""Interior paths from a made-up equilibrium to the conditions of the ``harsanyi`` equilibrium.

Takes conditions and a starting point, gives unknowns that nearly meet them; :mod:`.harsanyi` goes
on from there to exact answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.harsanyi.conditions import HarsanyiConditions, Linearisation
from curnits.sim.games.coalitions import Mask

_MARGIN = 0.5
"""Share of each mixture that is uniform at the start, so that nothing begins at a boundary."""

_WIDTH, _DISORDER = 0.5, 1.0
_FAR, _INSIDE = 1.5, 0.05
_DONE, _CLOSE = 1e-14, 1e-8
_MOST_STEPS = 200
"""Steps along a path before it is given up; tens are usual."""

_STEPS_EACH = 6
"""Newton's steps at each point of the path; more mean that the point was too far ahead."""

_NEAR = 0.3
"""Distance from the path, relative to the barrier, within which a point counts as on it."""

_LOST = 0.99
"""Factor of the barrier so near 1 that the path is not being followed any more."""

_FROM_BOUNDARY = 0.05
"""Share of the way to the boundary that a step must not go (Wright 1997, ch. 1); less if it is to
lower the barrier by more."""

_FAST, _FASTEST = 0.05, 1e-3
"""Factors by which the barrier may fall at once: at most, and where single steps are enough."""

_SINGULAR = 1e-13
"""Singular values, relative to the largest, that count as zero."""

_MOST_TURNS, _MOST_TURNING = 10, 200
_FIRST_LENGTH, _SHORTEST, _PAST = 0.1, 1e-6, 0.5


@dataclass(frozen=True, eq=False)
class _Point:
    """Unknowns (k,), their slacks (p,), all positive, and the conditions linearised there."""

    unknowns: Vector
    slacks: Vector
    at: Linearisation


@dataclass(frozen=True, eq=False)
class Start:
    """Where a path begins, and by how much each condition is off there.

    Attributes
    ----------
    point : _Point
    products : ndarray, shape (p,)
        Of slacks and the unknowns they are complementary to.
    slack_gaps : ndarray, shape (p,)
    equation_gaps : ndarray, shape (k − p,)
    """

    point: _Point
    products: Vector
    slack_gaps: Vector
    equation_gaps: Vector


def start(system: HarsanyiConditions, slack: float) -> Start:
    """Return uniform threats at equal prices, all slacks alike; none of it solves anything.

    It does not depend on the order or the names of players and actions, nor on units.
    """
    return _uniform(system, np.ones(system.n), np.full(len(system.paired), slack))


def start_disordered(system: HarsanyiConditions, rng: np.random.Generator) -> Start:
    """Return uniform threats at random prices, with random slacks."""
    slacks = np.exp(_DISORDER * rng.normal(size=len(system.paired)))
    return _uniform(system, np.exp(_WIDTH * rng.normal(size=system.n)), slacks)


def _uniform(system: HarsanyiConditions, prices: Vector, slacks: Vector) -> Start:
    x = system.interior(prices, system.uniform, system.alike, _MARGIN)
    at = system.linearise(x)
    return Start(_Point(x, slacks, at), x[system.paired] * slacks, at.slacks - slacks, at.equations)


def start_near(
    system: HarsanyiConditions,
    prices: Vector,
    plays: Mapping[Mask, Vector],
    weights: Mapping[Mask, Vector],
    margin: float,
) -> Start:
    """Return a given answer, right or wrong, moved into the interior by a margin.

    Parameters
    ----------
    system : HarsanyiConditions
    prices : ndarray, shape (n,)
        Normalised.
    plays, weights : mappings from mask to ndarray
        What every coalition plays, and how it weighs its members.
    margin : float
    """
    x = system.interior(prices, plays, weights, margin)
    at = system.linearise(x)
    products = x[system.paired] * at.slacks
    return Start(_Point(x, at.slacks, at), products, np.zeros_like(products), at.equations)


def start_anywhere(system: HarsanyiConditions, rng: np.random.Generator) -> Start:
    """Return random threats and weights at random prices, far apart and close to the boundary."""
    plays = {mask: rng.dirichlet(np.ones_like(play)) for mask, play in system.uniform.items()}
    weights = {mask: len(ones) * rng.dirichlet(ones) for mask, ones in system.alike.items()}
    return start_near(system, np.exp(_FAR * rng.normal(size=system.n)), plays, weights, _INSIDE)


@dataclass(frozen=True, eq=False)
class Reached:
    """Unknowns (k,) that nearly meet the conditions; products of pairs are about ``gap``."""

    unknowns: Vector
    gap: float


def follow(system: HarsanyiConditions, begin: Start) -> Reached | None:
    """Follow a path from a start, at t = 1, to the conditions themselves, at t → 0.

    On the path every gap, and every product of complementary numbers, is t times what it was at the
    start: an infeasible interior point method (Kojima, Megiddo & Noma 1991) for a problem that is
    not monotone, so that the path may turn back before it gets there.

    Returns
    -------
    Reached or None
        None if the path was lost early. Where answers are a continuum it always ends in rounding.
    """
    point, reached, factor = begin.point, 1.0, 0.5
    taken, turns = 0, _MOST_TURNS
    while reached > _DONE:
        near, steps = _correct(system, begin, point, max(reached * factor, _DONE / 2.0))
        taken += steps
        if near is None:
            factor = factor**0.35
        else:
            point, reached = near, max(reached * factor, _DONE / 2.0)
            if steps <= _STEPS_EACH // 2:
                factor = max(_FAST if steps > 1 else _FASTEST, factor**1.7)
        if factor > _LOST and reached > _CLOSE and turns:
            turns -= 1
            ahead = _around(system, begin, point, reached)
            if ahead is None:
                return None
            point, reached, factor, taken = *ahead, 0.5, 0
        if factor > _LOST or taken > _MOST_STEPS:
            break
    return Reached(point.unknowns, reached) if reached < _CLOSE else None


def _around(
    system: HarsanyiConditions, begin: Start, point: _Point, t: float
) -> tuple[_Point, float] | None:
    """Follow the path by its length where it turns back, until it is well past that.

    Lengths are measured relative to what must stay positive, t included.

    Returns
    -------
    tuple of _Point and float, or None
        A point further on and its t; None if the path comes back to its start, or is lost.
    """
    last = np.append(np.zeros(system.count), 1.0)
    goal, length, heading = t * _PAST, _FIRST_LENGTH, -last
    for _ in range(_MOST_TURNING):
        scale = np.append(np.ones(system.count), t)
        scale[system.paired] = point.unknowns[system.paired]
        try:
            way = system.solve_wider(*_slopes(system, begin, point), heading / scale**2, last)
        except np.linalg.LinAlgError:
            return None
        tangent = way / scale
        tangent /= np.linalg.norm(tangent)
        while True:
            ahead = _along(system, begin, point, t, scale * tangent, scale, length)
            if ahead is not None:
                break
            length /= 3.0
            if length < _SHORTEST:
                return None
        (point, t), steps = ahead
        heading = scale * tangent
        if t < goal:
            return point, t
        if t > 1.0:
            return None
        if steps <= _STEPS_EACH // 2:
            length *= 2.0
    return None


def _along(
    system: HarsanyiConditions,
    begin: Start,
    point: _Point,
    t: float,
    way: Vector,
    scale: Vector,
    length: float,
) -> tuple[tuple[_Point, float], int] | None:
    """Go some length along a tangent, and back to the path at a right angle; count the steps."""
    x = np.append(point.unknowns, t)
    ahead = x + length * way
    normal = way / scale**2
    for steps in range(1, _STEPS_EACH + 1):
        at = system.linearise(ahead[:-1])
        slacks = at.slacks - ahead[-1] * begin.slack_gaps
        if min(ahead[-1], ahead[system.paired].min(), slacks.min()) <= 0.0:
            return None
        here = _Point(ahead[:-1], slacks, at)
        if _distance(system, begin, here, ahead[-1]) < _NEAR * ahead[-1] / 3.0:
            return (here, float(ahead[-1])), steps
        misses = system.in_rows(
            ahead[system.paired] * slacks - ahead[-1] * begin.products,
            at.equations - ahead[-1] * begin.equation_gaps,
        )
        misses = np.append(misses, normal @ (ahead - x) - length)
        try:
            ahead = ahead - system.solve_wider(*_slopes(system, begin, here), normal, misses)
        except np.linalg.LinAlgError:
            return None
    return None


def _slopes(system: HarsanyiConditions, begin: Start, point: _Point) -> tuple[Vector, Vector]:
    """Return derivatives of the conditions: entries of those with the unknowns, and with t."""
    x = point.unknowns[system.paired]
    along = system.in_rows(x * begin.slack_gaps + begin.products, begin.equation_gaps)
    return _of_products(system, point), -along


def _of_products(system: HarsanyiConditions, point: _Point) -> Vector:
    """Return derivatives of complementary products and of equations, those that may not be 0."""
    scale, added = np.ones(system.count), np.zeros(system.count)
    scale[system.paired], added[system.paired] = point.unknowns[system.paired], point.slacks
    entries = point.at.entries * scale[system.pattern.rows]
    entries[system.pattern.diagonal] += added
    return entries


def _correct(
    system: HarsanyiConditions, begin: Start, point: _Point, t: float
) -> tuple[_Point | None, int]:
    """Go to the path at t in a few Newton steps; None if they do not lead there. Count them."""
    for steps in range(1, _STEPS_EACH + 1):
        moved = _step(system, begin, point, t)
        if moved is None:
            return None, steps
        point = moved
        if _distance(system, begin, point, t) < _NEAR * t:
            return point, steps
    return None, _STEPS_EACH


def _step(system: HarsanyiConditions, begin: Start, point: _Point, t: float) -> _Point | None:
    """Take a Newton step towards the path at t, short of where something positive would be 0."""
    x, slacks, at, paired = point.unknowns, point.slacks, point.at, system.paired
    gaps = t * begin.slack_gaps - at.slacks
    entries = _of_products(system, point)
    target = system.in_rows(
        t * begin.products + x[paired] * gaps, t * begin.equation_gaps - at.equations
    )
    try:
        move = system.solve(entries, target)
    except np.linalg.LinAlgError:
        move = np.linalg.lstsq(system.pattern.dense(entries), target, rcond=_SINGULAR)[0]
    if not np.isfinite(move).all():
        return None
    change = system.pattern.product(at.entries, move)[paired] - gaps - slacks
    length = 1.0
    positive = np.concatenate([x[paired], slacks])
    changes = np.concatenate([move[paired], change])
    falling = changes < 0.0
    if falling.any():
        lowered = t / float((x[paired] * slacks / begin.products).mean())
        share = 1.0 - min(_FROM_BOUNDARY, lowered / 2.0)
        length = min(1.0, share * float((-positive[falling] / changes[falling]).min()))
    ahead = x + length * move
    return _Point(ahead, slacks + length * change, system.linearise(ahead))


def _distance(system: HarsanyiConditions, begin: Start, point: _Point, t: float) -> float:
    products = point.unknowns[system.paired] * point.slacks
    misses = (
        point.at.equations - t * begin.equation_gaps,
        point.at.slacks - point.slacks - t * begin.slack_gaps,
        products / begin.products - t,
    )
    return max(float(np.abs(miss).max()) for miss in misses)
