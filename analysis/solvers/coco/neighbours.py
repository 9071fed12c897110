"""A game next to another one: payoffs that agree up to noise are made equal, and simple.

Takes a game in normal form, gives one. Called by the ``coco`` and ``harsanyi`` solvers, for payoffs
that carry the noise of the computation they come from: ties that only noise breaks make prices as
small as noise.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, Vector
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame

_NEAR_TIE = 2e-5
"""Gaps between payoffs up to this, a share of payoff range, may be noise."""

_CLEAR = 100.0
"""How many times as large as the largest gap taken for noise all other gaps must be."""

_LIKELY = 10.0
"""Payoffs may be off by this many times the largest gap taken for noise."""


def without_noise(game: Game) -> NormalGame | None:
    """Return the game on [0, 1] with the simplest payoffs within noise; None if there is no noise.

    A player's payoffs with only small gaps between them become one fraction, that with the
    smallest denominator of those within noise. What is small must be clear: a game in which gaps of
    all sizes occur, or that is not in normal form, is taken to have no noise.
    """
    if not isinstance(game, NormalGame):
        return None
    stretched = game.normalised.payoffs
    gaps = np.concatenate([np.diff(np.unique(own)) for own in stretched])
    small = gaps <= _NEAR_TIE
    if not small.any():
        return None
    noise = gaps[small].max()
    if gaps.min(initial=np.inf, where=~small) < _CLEAR * noise:
        return None
    return replace(game, payoffs=np.stack([_simplified(own, noise) for own in stretched]))


def repriced(candidate: Candidate, scales: Vector) -> Candidate:
    """Return a candidate of a game in payoff units of ``scales``, with prices of single utilons."""
    prices, vanishing = candidate.prices / scales, candidate.vanishing / scales
    return replace(candidate, prices=prices / prices.sum(), vanishing=vanishing / prices.sum())


def _simplified(payoffs: NDArray[np.float64], noise: float) -> NDArray[np.float64]:
    values, place = np.unique(payoffs, return_inverse=True)
    steps = np.diff(values) > noise
    lowest, highest = values[np.append(True, steps)], values[np.append(steps, True)]
    if len(lowest) > 1:
        middles = (lowest + highest) / 2
        middles = (middles - middles[0]) / (middles[-1] - middles[0])
        within = highest - lowest + _LIKELY * noise
        lowest, highest = np.clip(middles - within, 0.0, 1.0), np.clip(middles + within, 0.0, 1.0)
    ends = zip(lowest.tolist(), highest.tolist(), strict=True)
    simple = [_simplest(*low.as_integer_ratio(), *high.as_integer_ratio()) for low, high in ends]
    payoff = np.array([numerator / denominator for numerator, denominator in simple])
    return np.asarray(payoff[np.append(0, np.cumsum(steps))[place]])


def _simplest(p: int, q: int, r: int, s: int) -> tuple[int, int]:
    """Return the fraction with the smallest denominator from p/q to r/s, none negative."""
    above = -(-p // q)
    if above * s <= r:
        return above, 1
    whole = p // q
    numerator, denominator = _simplest(s, r - whole * s, q, p - whole * q)
    return whole * numerator + denominator, numerator
