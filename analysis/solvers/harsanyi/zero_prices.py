"""From answers at a small price floor to ``harsanyi`` equilibria, in which some prices may be 0.

Which numbers are 0 at the floor, prices at the floor among them, makes equations of the conditions.
Where no price is at the floor they are solved as they stand. Else the answer is the limit of those
at falling floors δ: a point and a direction, ``y + δ y'``, that solve them to first order in δ.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, Vector
from curnits.analysis.solvers.harsanyi.conditions import Matrix, System
from curnits.analysis.solvers.harsanyi.interior_point import Reached
from curnits.sim.games.coalitions import grand, proper_coalitions
from curnits.sim.games.game import Game

type Indices = NDArray[np.int64]

_STEPS = 8
_SETTLED = 1e-13
"""Miss of the conditions, in curnits, below which Newton's steps need not go on."""

_SINGULAR = 1e-9
"""Singular values below this share of the largest are 0: answers are a continuum there."""

_ZERO = 1e-10
"""Probabilities and prices, and how fast they grow, of no more than this are 0."""

_SMALL = (0.0, 10.0, 100.0)
"""Pairs both below this times the root of their product on the path may both be 0."""


def candidates(game: Game, system: System, reached: Reached) -> Iterator[Candidate]:
    """Yield possible equilibria near an answer at a price floor, none of them verified.

    Parameters
    ----------
    game : Game
    system : System
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
        germ = _germ(
            game.normalised, system, reached.unknowns, np.flatnonzero(zero), np.flatnonzero(tight)
        )
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
    system : System
    zeros, tight : ndarrays of int
        Which of the paired unknowns are 0, and which have a slack of 0; some may be both.
    """

    def __init__(self, system: System, zeros: Indices, tight: Indices) -> None:
        self._system, self._tight = system, tight
        self._places = system.paired[zeros]
        self._units = np.eye(system.count)[self._places]

    def __call__(self, x: Vector) -> tuple[Vector, Matrix]:
        """Return by how much each equation is missed at a point, and the derivatives."""
        at = self._system.linearise(x)
        return (
            np.concatenate([x[self._places], at.slacks[self._tight], at.equations]),
            np.vstack([self._units, at.slack_slopes[self._tight], at.equation_slopes]),
        )

    def solve(self, x: Vector) -> Vector | None:
        """Take Newton steps; None if they do not settle."""
        for _ in range(_STEPS):
            misses, slopes = self(x)
            if np.abs(misses).max() < _SETTLED:
                return x
            x = x - np.linalg.lstsq(slopes, misses, rcond=_SINGULAR)[0]
        return None

    def solve_nearby(self, x: Vector, rates: Vector, rise: Vector) -> _Germ | None:
        """Take Newton steps to a point and a direction along which the equations rise as told."""
        for _ in range(_STEPS):
            misses, slopes = self(x)
            growing = slopes @ rates - rise
            if max(np.abs(misses).max(), np.abs(growing).max()) < _SETTLED * _span(rates):
                return _Germ(x, rates)
            # slopes are quadratic functions of the unknowns, so that this difference is exact
            width = 1.0 / _span(rates)
            bend = (self(x + width * rates)[1] - self(x - width * rates)[1]) / (2.0 * width)
            both = np.block([[slopes, np.zeros_like(slopes)], [bend, slopes]])
            step = np.linalg.lstsq(both, np.append(misses, growing), rcond=_SINGULAR)[0]
            x, rates = x - step[: len(x)], rates - step[len(x) :]
        return None


def _span(rates: Vector) -> float:
    return max(1.0, float(np.abs(rates).max()))


def _germ(game: Game, system: System, x: Vector, zeros: Indices, tight: Indices) -> _Germ | None:
    """Solve the conditions near an answer at the floor; to first order, if prices are there."""
    settled = _Face(system, zeros, tight).solve(x)
    exact = _Face(System(game), zeros, tight)
    free = system.paired[zeros] < system.n
    point = (x if settled is None else settled).copy()
    point[: system.n] = system.prices(point)
    if not free.any():
        return None if settled is None else _Germ(point, np.zeros_like(point))
    misses, slopes = exact(point)
    rise = np.zeros_like(misses)
    rise[: len(zeros)] = free
    rates = np.linalg.lstsq(slopes, rise, rcond=_SINGULAR)[0]
    return exact.solve_nearby(point - system.floor * rates, rates, rise)


def _candidate(game: Game, system: System, germ: _Germ) -> Candidate:
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
