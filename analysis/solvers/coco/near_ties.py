"""Games whose ties are broken by noise, solved with more noise first.

Takes a game in normal form whose payoffs are simple numbers but for noise. With noise of a
tenth of payoff ranges it is a game like others; its equilibrium is then followed as the noise
shrinks to what it is, in hundreds of digits. Prices and mixtures go with powers of the noise, so
few steps do. Called by :mod:`.coco` where so much noise matters.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import log

import numpy as np

from curnits.analysis.solution import Candidate
from curnits.analysis.solvers.coco.completing import completed
from curnits.analysis.solvers.coco.refining import Point, StoredGame, fits, settled
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame

_BEGINNINGS = 1e-1, 1e-2, 1e-3
"""Largest noise, in shares of payoff range, to begin with."""

_STEP, _SHORTEST = 1e-2, 0.95
"""Factor by which noise is lowered at a time, and by which at least before it is given up."""

_PROBE, _FLAT, _HIGHEST = 1e-4, 0.5, 4.0
"""Share by which it is lowered to see with which powers of it prices and mixtures go, the lowest of
those that count as such, and the highest. What falls faster is 0 before the noise is."""


def followed(
    game: NormalGame, simple: NormalGame, solve: Callable[[Game], Candidate | None]
) -> Iterator[Candidate]:
    """Yield equilibria of a game with noise, from various beginnings.

    None if the game is large, or somebody's payoffs do not vary.

    Parameters
    ----------
    game : NormalGame
    simple : NormalGame
        The game without noise, on [0, 1].
    solve : callable
        Finds an equilibrium of a game without near ties, or None.
    """
    if not fits(game):
        return
    noise = game.normalised.payoffs - simple.payoffs
    size = float(np.abs(noise).max())

    def at(level: float) -> NormalGame:
        return replace(simple, payoffs=simple.payoffs + noise * (level / size))

    for level in _BEGINNINGS:
        lead = solve(at(level))
        if lead is None:
            continue
        begin = StoredGame.of(at(level))
        point = _lowered(at, settled(begin, Point.of(begin, lead)), level, size)
        exact = StoredGame.of(game)
        point = None if point is None else settled(exact, _repriced(point, game))
        found = None if point is None else completed(exact, point)
        if found is not None:
            yield found


def _lowered(
    at: Callable[[float], NormalGame], point: Point | None, level: float, lowest: float
) -> Point | None:
    """Follow an equilibrium down to the lowest level of noise."""
    step = _STEP
    while point is not None and level > lowest:
        probe = settled(StoredGame.of(at(level * (1 - _PROBE))), point)
        if probe is None or probe.face != point.face or step > _SHORTEST:
            return None
        lower = max(level * step, lowest)
        guess = _emptied(point, probe) or replace(
            point,
            prices=_continued(point.prices, probe.prices, lower / level),
            mixture=_continued(point.mixture, probe.mixture, lower / level),
        )
        reached = settled(StoredGame.of(at(lower)), guess)
        if reached is None:
            step **= 0.5
        else:
            point, level, step = reached, lower, _STEP
    return point


def _emptied(point: Point, probe: Point) -> Point | None:
    """Return a point where prices are 0 that fall to it at some noise; None if there are none."""
    powers = [_power(x, y) for x, y in zip(point.prices, probe.prices, strict=True)]
    falling = np.array(powers) > _HIGHEST
    return point.without(falling) if falling.any() else None


def _continued(
    here: tuple[Fraction, ...], probe: tuple[Fraction, ...], ratio: float
) -> tuple[Fraction, ...]:
    """Return what numbers are where noise is a multiple of what it is here.

    They go with powers of it, or if hardly with it at all, to a limit on a straight line.
    """
    lowered = Fraction((1 - ratio) / _PROBE)
    numbers = []
    for x, y in zip(here, probe, strict=True):
        power, straight = _power(x, y), x + (y - x) * lowered
        hardly = abs(power) < _FLAT and straight * x >= 0
        numbers.append(straight if hardly else x * Fraction(ratio ** max(power, -_HIGHEST)))
    return tuple(numbers)


def _power(here: Fraction, probe: Fraction) -> float:
    """Return the power of noise with which a positive number goes; 0 for others."""
    return log(probe / here) / log(1 - _PROBE) if here > 0 and probe > 0 else 0.0


def _repriced(point: Point, game: Game) -> Point:
    """Return a point of the normalised game as one of the game itself."""
    prices = [x / Fraction(s) for x, s in zip(point.prices, game.scales.tolist(), strict=True)]
    return replace(point, prices=tuple(x / sum(prices) for x in prices))
