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
from curnits.analysis.solvers.coco.refining import (
    Point,
    StoredGame,
    completed,
    fits,
    settled,
)
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame

_BEGINNINGS = 1e-1, 1e-2, 1e-3
"""Largest noise, in shares of payoff range, to begin with."""

_STEP, _SHORTEST = 1e-2, 0.5
"""Factor by which noise is lowered at a time, and by which at least before it is given up."""

_PROBE, _FLAT, _HIGHEST = 1e-4, 0.5, 4.0
"""Share by which it is lowered to see with which powers of it prices and mixtures go, the lowest of
those that count as such, and the highest."""


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
        guess = replace(
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


def _continued(
    here: tuple[Fraction, ...], probe: tuple[Fraction, ...], ratio: float
) -> tuple[Fraction, ...]:
    """Return what numbers are where noise is a multiple of what it is here.

    They go with powers of it, or if hardly with it at all, to a limit on a straight line.
    """
    lowered = (1 - ratio) / _PROBE
    numbers = []
    for x, y in zip(here, probe, strict=True):
        power = log(y / x) / log(1 - _PROBE) if x > 0 and y > 0 else 0.0
        straight = x + (y - x) * Fraction(lowered)
        if abs(power) < _FLAT and straight * x >= 0:
            numbers.append(straight)
        else:
            numbers.append(x * Fraction(ratio ** min(max(power, -_HIGHEST), _HIGHEST)))
    return tuple(numbers)


def _repriced(point: Point, game: Game) -> Point:
    """Return a point of the normalised game as one of the game itself."""
    prices = [x / Fraction(s) for x, s in zip(point.prices, game.scales.tolist(), strict=True)]
    return replace(point, prices=tuple(x / sum(prices) for x in prices))
