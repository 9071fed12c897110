"""``harsanyi`` equilibria in which some players' prices are 0: limits of falling price floors.

With its price at a floor δ, a free player is not paid what it claims, and all others gain the same
in N. Where such answers depend smoothly on δ, they and their derivatives are extrapolated to 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.equilibrium.disposal import System
from analysis.equilibrium.interior import follow, start
from analysis.solution import Candidate, Vector
from sim.games.coalitions import Mask, grand, proper_coalitions
from sim.games.game import Game

type Indices = NDArray[np.int64]

_FLOOR = 1e-4
_EXTRAPOLATION = ((1.0, 1 / 3), (0.5, -2.0), (0.25, 8 / 3))
"""Floors as shares of the first, and their weights in the parabola's value at 0 (Lagrange)."""

_ATTEMPTS = 3
_STEPS = 6
_SETTLED = 1e-13
_ZERO = 1e-10
_DEGENERATE = 1e-6


def candidates(game: Game, free: Sequence[int]) -> Iterator[Candidate]:
    """Yield possible equilibria in which the prices of some players are 0, none of them verified.

    Parameters
    ----------
    game : Game
    free : sequence of int
        Players, not all of those whose payoffs vary.
    """
    systems = [
        System(game.normalised, dict.fromkeys(free, _FLOOR * share)) for share, _ in _EXTRAPOLATION
    ]
    for attempt in range(_ATTEMPTS):
        begin = start(systems[0], np.random.default_rng(attempt), 0.3 * attempt**0.5)
        reached = follow(systems[0], begin)
        germ = None if reached is None else _germ(systems, free, reached)
        if germ is not None:
            yield _candidate(game, systems[0], germ, free)


@dataclass(frozen=True, eq=False)
class _Germ:
    """Unknowns (k,) near the limit: ``limit + δ · rates``."""

    limit: Vector
    rates: Vector


def _germ(systems: Sequence[System], free: Sequence[int], near: Vector) -> _Germ | None:
    """Return the limit of answers at falling floors, if they can be followed; None otherwise."""
    paired, slacks = near[systems[0].paired], systems[0].linearise(near).slacks
    zeros = np.flatnonzero(paired < np.maximum(slacks, _DEGENERATE))
    tight = np.flatnonzero(slacks < np.maximum(paired, _DEGENERATE))
    points, slopes = [], []
    for system in systems:
        settled = _settle(system, free, near, zeros, tight)
        if settled is None:
            return None
        near, slope = settled
        points.append(near)
        slopes.append(slope)
    weights = np.array([weight for _, weight in _EXTRAPOLATION])
    return _Germ(weights @ np.array(points), weights @ np.array(slopes))


def _settle(
    system: System, free: Sequence[int], x: Vector, zeros: Indices, tight: Indices
) -> tuple[Vector, Vector] | None:
    """Solve the conditions for known complementary sets; return the derivative with the floor too.

    Parameters
    ----------
    system : System
    free : sequence of int
    x : ndarray, shape (k,)
        Close to the answer.
    zeros, tight : ndarrays of int
        Which of the paired unknowns are 0, and which have a slack of 0; some may be both.
    """
    units = np.eye(system.count)[system.paired[zeros]]
    rise = np.zeros(len(zeros) + len(tight) + system.count - len(system.paired))
    rise[[i - system.n for i in free]] = 1.0  # what N owes each player comes last
    for _ in range(_STEPS):
        at = system.linearise(x)
        misses = np.concatenate([x[system.paired[zeros]], at.slacks[tight], at.equations])
        matrix = np.vstack([units, at.slack_slopes[tight], at.equation_slopes])
        if np.abs(misses).max() < _SETTLED:
            return x, np.linalg.lstsq(matrix, rise)[0]
        x = x - np.linalg.lstsq(matrix, misses)[0]
    return None


def _candidate(game: Game, system: System, germ: _Germ, free: Sequence[int]) -> Candidate:
    limits, rates = system.plays(germ.limit), system.plays(germ.rates)
    plays, drift = {}, {}
    for mask, limit in limits.items():
        played = np.where(limit > _ZERO, limit, 0.0)
        moving = np.where((played > 0.0) | (rates[mask] > _ZERO), rates[mask], 0.0)
        plays[mask] = played / played.sum()
        drift[mask] = moving - plays[mask] * moving.sum()
    prices = germ.limit[: game.n].copy()
    prices[list(free)] = 0.0
    del drift[grand(game.n)]
    return stated(game, prices, plays, germ.rates[: game.n], drift)


def stated(
    game: Game,
    prices: Vector,
    plays: Mapping[Mask, Vector],
    rates: Vector,
    drift: Mapping[Mask, Vector],
) -> Candidate:
    """Return an answer in the game's own units; players whose payoffs do not vary are free.

    Parameters
    ----------
    game : Game
    prices, rates : ndarray, shape (n,)
        Normalised prices, and how they change with δ.
    plays, drift : mappings from mask to ndarray
        Of every coalition; of proper ones if anything changes with δ.
    """
    constant = (game.ranges == 0.0) & (game.ranges.any())
    prices = np.where(constant, 0.0, prices) / game.scales
    rates = np.where(constant, 1.0, rates) / game.scales
    threats = {mask: plays[mask] for mask in proper_coalitions(game.n)}
    whole = prices.sum()
    return Candidate(prices / whole, plays[grand(game.n)], threats, rates / whole, drift)
