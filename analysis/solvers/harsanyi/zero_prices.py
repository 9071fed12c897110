"""From answers at a small price floor to ``harsanyi`` equilibria, in which some prices may be 0.

Takes what :mod:`.interior_point` has reached, gives candidates; called by :mod:`.harsanyi`.

Which numbers are 0 at the floor, prices at the floor among them, makes equations of the conditions.
Where no price is at the floor they are solved as they stand. Else the answer is the limit of those
at falling floors δ: a point and a direction, ``y + δ y'``, that solve them to first order in δ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq

from curnits.analysis.solution import Candidate, Vector
from curnits.analysis.solvers.harsanyi.conditions import HarsanyiConditions, Matrix
from curnits.analysis.solvers.harsanyi.interior_point import Reached
from curnits.sim.games.coalitions import grand, proper_coalitions
from curnits.sim.games.game import Game

type Indices = NDArray[np.int64]

_PATIENCE = 4
"""So many Newton steps may bring little before they end."""

_SETTLED = 1e-14
"""Miss of the conditions, in curnits, below which Newton's steps need not go on."""

_HOPEFUL = 1e-8
"""Largest miss, in curnits, of a point that is worth verifying."""

_SINGULAR = 1e-9
"""Singular values below this share of the largest are 0: answers are a continuum there."""

_ZERO = 1e-10
"""Probabilities and prices, and how fast they grow, of no more than this are 0."""

_SMALL = (0.0, 10.0, 100.0)
"""Pairs both below this times the root of their product on the path may both be 0."""


def candidates(game: Game, system: HarsanyiConditions, reached: Reached) -> Iterator[Candidate]:
    """Yield possible equilibria near an answer at a price floor, none of them verified.

    Parameters
    ----------
    game : Game
    system : HarsanyiConditions
        With a floor.
    reached : Reached
    """
    paired, slacks = reached.unknowns[system.paired], system.linearise(reached.unknowns).slacks
    tried: list[bytes] = []
    for least in _SMALL:
        small = np.maximum(paired, slacks) < least * reached.gap**0.5
        zero, tight = (paired < slacks) | small, (paired >= slacks) | small
        if small.tobytes() in tried:
            continue
        tried.append(small.tobytes())
        germ = _germ(system, reached.unknowns, np.flatnonzero(zero), np.flatnonzero(tight))
        if (
            germ is not None
            and ((germ.limit[: game.n] > _ZERO) | (germ.rates[: game.n] > 0.0)).all()
        ):
            yield _candidate(game, system, germ)


@dataclass(frozen=True, eq=False)
class _Germ:
    """Unknowns (k,) near the limit, ``limit + δ · rates``; rates are 0 if no price vanishes."""

    limit: Vector
    rates: Vector


class _Face:
    """The conditions as equations, once it is known which complementary numbers are 0.

    Parameters
    ----------
    system : HarsanyiConditions
    zeros, tight : ndarrays of int
        Which of the paired unknowns are 0, and which have a slack of 0; some may be both.
    """

    def __init__(self, system: HarsanyiConditions, zeros: Indices, tight: Indices) -> None:
        self._system = system
        self._rows = np.append(system.paired[tight], system.unpaired)
        self._zero = system.paired[zeros]
        self._other = np.setdiff1d(np.arange(system.count), self._zero)

    def __call__(self, x: Vector) -> tuple[Vector, Matrix]:
        """Return by how much each equation is missed at a point, and the derivatives."""
        at = self._system.linearise(x)
        slopes = self._system.pattern.dense(at.entries)
        return self._system.in_rows(at.slacks, at.equations)[self._rows], slopes[self._rows]

    def solve(self, x: Vector) -> Vector | None:
        """Return the nearest point found that meets the equations; None if none is near."""
        x = x.copy()
        x[self._zero] = 0.0

        def linearise(other: Vector) -> tuple[Vector, Matrix]:
            x[self._other] = other
            misses, slopes = self(x)
            return misses, slopes[:, self._other]

        x[self._other], near = _settled(linearise, x[self._other])
        return x if near else None

    def solve_nearby(self, x: Vector, growing: Indices) -> _Germ | None:
        """Return a point and a direction along which they hold, and some zeros grow at rate 1."""
        x, rates = x.copy(), np.zeros_like(x)
        x[self._zero], rates[growing] = 0.0, 1.0
        _, slopes = self(x)
        rates[self._other] = np.linalg.lstsq(
            slopes[:, self._other], -slopes @ rates, rcond=_SINGULAR
        )[0]
        unit = max(1.0, np.abs(rates).max())  # or large rates would decide how steps are damped
        rates /= unit

        def linearise(both: Vector) -> tuple[Vector, Matrix]:
            x[self._other], rates[self._other] = np.split(both, 2)
            misses, slopes = self(x)
            # slopes are quadratic functions of the unknowns, so that this difference is exact
            bend = (self(x + rates)[1] - self(x - rates)[1])[:, self._other] / 2.0
            own = slopes[:, self._other]
            return (
                np.append(misses, slopes @ rates),
                np.block([[own, np.zeros_like(own)], [bend, own]]),
            )

        both, near = _settled(linearise, np.append(x[self._other], rates[self._other]))
        x[self._other], rates[self._other] = np.split(both, 2)
        return _Germ(x, unit * rates) if near else None


def _settled(
    linearise: Callable[[Vector], tuple[Vector, Matrix]], x: Vector
) -> tuple[Vector, bool]:
    """Take Newton steps, damped by the miss; return the best point, and whether it will do.

    The damping leads to some answer also where answers are a continuum or equations are dependent
    at the answer alone (Levenberg–Marquardt; Yamashita & Fukushima 2001).
    """
    best, least, patience = x, np.inf, _PATIENCE
    while patience and least > _SETTLED:
        misses, slopes = linearise(x)
        miss = float(np.abs(misses).max())
        if not np.isfinite(miss):
            break
        patience = _PATIENCE if miss < least / 2.0 else patience - 1
        if miss < least:
            best, least = x, miss
        damped = np.vstack([slopes, miss * np.eye(len(x))])
        x = x - lstsq(damped, np.append(misses, np.zeros(len(x))), lapack_driver="gelsy")[0]
    return best, least < _HOPEFUL


def _germ(system: HarsanyiConditions, x: Vector, zeros: Indices, tight: Indices) -> _Germ | None:
    """Solve the conditions near an answer at the floor; to first order, if prices are there."""
    settled = _Face(system, zeros, tight).solve(x)
    point = (x if settled is None else settled).copy()
    point[: system.n] = system.prices(point)
    growing = system.paired[zeros]
    growing = growing[growing < system.n]
    if not len(growing):
        return None if settled is None else _Germ(point, np.zeros_like(point))
    return _Face(system.at(0.0), zeros, tight).solve_nearby(point, growing)


def _candidate(game: Game, system: HarsanyiConditions, germ: _Germ) -> Candidate:
    """Return an answer in the game's own units.

    Those whose payoffs do not vary have price 0, unless one is owed something at that: nothing can
    be delivered to it, so the prices of all others vanish next to its own.
    """
    limits, growing = system.plays(germ.limit), system.plays(germ.rates)
    plays, drift = {}, {}
    for mask, limit in limits.items():
        played = np.where(limit > _ZERO, limit, 0.0)
        moving = np.where((played > 0.0) | (growing[mask] > _ZERO), growing[mask], 0.0)
        plays[mask] = played / played.sum()
        drift[mask] = moving - plays[mask] * moving.sum()
    prices, rates = germ.limit[: game.n], germ.rates[: game.n]
    prices = np.where(prices > _ZERO, prices, 0.0)
    if prices.all():
        rates = np.zeros_like(rates)
    if game.ranges.any():
        constant = game.ranges == 0.0
        owed = np.where(constant, system.entitlements(germ.limit), 0.0)
        if owed.max() > _ZERO:
            prices, rates = 1.0 * (owed == owed.max()), np.where(constant, 1.0, prices)
            drift = {mask: np.zeros_like(play) for mask, play in plays.items()}
        else:
            prices, rates = np.where(constant, 0.0, prices), np.where(constant, 1.0, rates)
    prices, rates = prices / game.scales, rates / game.scales
    whole, threats = prices.sum(), {mask: plays[mask] for mask in proper_coalitions(game.n)}
    del drift[grand(game.n)]
    return Candidate(prices / whole, plays[grand(game.n)], threats, rates / whole, drift)
