"""Residuals without rounding, for games whose payoffs nearly tie.

What a player with a price of 1e-8 may claim is a difference of large amounts, divided by 1e-8:
floating point leaves eight digits of it. So it is worked out in fractions, from payoffs and answer
as they stand. Called by :mod:`.coco` where floating point does not confirm an answer.
"""

from fractions import Fraction
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, Vector
from curnits.sim.games.coalitions import Mask, grand, membership
from curnits.sim.games.game import Game

type Fractions = NDArray[Any]

_NEAR_TIE = 1e-5
"""Different payoffs of a player closer than this, in shares of payoff range, nearly tie."""

_MOST_CELLS = 10_000
"""Payoffs in all conflicts of the largest game that is looked at in fractions: seconds."""

_TIED = Fraction(1, 10**13)
"""Outcomes worth less than the best by up to this, in shares of all that is at stake, tie with it:
prices are rounded."""

_exactly = np.frompyfunc(Fraction, 1, 1)


def has_near_ties(game: Game) -> bool:
    """Tell whether a game has payoffs that nearly tie, and is small enough for fractions."""
    if game.curved or game.conflict_cells > _MOST_CELLS:
        return False
    gaps = np.diff(np.sort(game.outcomes, axis=0), axis=0) / game.scales
    return bool(((gaps > 0.0) & (gaps < _NEAR_TIE)).any())


def excess_claims(game: Game, candidate: Candidate) -> tuple[Vector, Vector]:
    """Return what players can claim of N beyond their payoffs, and what they are owed.

    Parameters
    ----------
    game : Game
    candidate : Candidate

    Returns
    -------
    excess : ndarray, shape (n,)
        In shares of payoff range; where the price is 0, the claim is the limit along ``vanishing``.
    due : ndarray, shape (n,)
        In shares of all priced ranges.
    """
    n, full, threats = game.n, grand(game.n), candidate.threats
    prices, rates, scales, outcomes = map(
        _fractions, (candidate.prices, candidate.vanishing, game.scales, game.outcomes)
    )
    unit = prices @ scales
    agreed = _distribution(candidate.agreement) @ outcomes
    worths = outcomes @ prices
    growth = max((outcomes @ rates)[worths >= worths.max() - _TIED * unit])
    due, growing = np.full(n, prices @ agreed / n), np.full(n, growth / n)
    for mask in range(1, full, 2):
        row, column = _distribution(threats[mask]), _distribution(threats[full ^ mask])
        own, other = np.flatnonzero(row), np.flatnonzero(column)
        cells = _signed(game, mask)[:, own][:, :, other]
        delivered = cells @ column[other] @ row[own]
        inside, outside = _share(n, mask.bit_count()), _share(n, n - mask.bit_count())
        shares = np.array([inside if mask >> i & 1 else -outside for i in range(n)], dtype=object)
        due = due + shares * (prices @ delivered)
        growing = growing + shares * (rates @ delivered)
    free = prices == 0
    claims = np.where(free, growing, due) / np.where(free, rates, prices)
    return ((claims - agreed) / scales).astype(np.float64), (due / unit).astype(np.float64)


def growing_regret(game: Game, candidate: Candidate) -> float:
    """Return the largest rate at which regret grows as prices leave their limit.

    That is what a side could gain at the rates by a strategy that is optimal at the prices (Mills
    1956), in shares of the ranges of those whose price is 0. How far its own strategy is from
    optimal at the prices, by rounding, is not counted: that is regret.
    """
    full, threats = grand(game.n), candidate.threats
    prices, rates = _fractions(candidate.prices), _fractions(candidate.vanishing)
    worst = Fraction(0)
    for mask in range(1, full, 2):
        parts = _signed(game, mask)
        first, second = (np.tensordot(some, parts, axes=1) for some in (prices, rates))
        row, column = _distribution(threats[mask]), _distribution(threats[full ^ mask])
        for sign, own, other in ((1, row, column), (-1, column, row)):
            answers = sign * second @ other
            most = _value(sign * first, own)
            worst = max(worst, _most(answers - own @ answers, most - sign * first.T))
            first, second = first.T, second.T
    return float(worst / (rates @ _fractions(np.where(prices == 0, game.scales, 0.0))))


def mean_gain(game: Game, agreement: Vector) -> float:
    """Return the largest mean gain in the hull of outcomes, nobody losing, in shares of range."""
    outcomes, scales = _fractions(game.outcomes), _fractions(game.scales)
    gains = (outcomes - _distribution(agreement) @ outcomes) / scales
    return float(_most(gains.mean(axis=1), -gains.T))


def _value(matrix: Fractions, near: Fractions) -> Fraction:
    """Return the value of a zero-sum game, whose row side has a strategy near to optimal.

    What the best strategy guarantees beyond that one is a share ``x / (1 − x)`` of all that is at
    stake, where ``x`` is what :func:`_most` finds among weights that leave room for it.
    """
    safety = (near @ matrix).min()
    stake = matrix.max() - safety
    if stake == 0:
        return Fraction(safety)
    room = np.full((matrix.shape[1], 1), stake, dtype=object)
    gains = _fractions(np.append(np.zeros(len(matrix)), 1.0))
    share = _most(gains, np.hstack([safety - matrix.T, room]))
    return Fraction(safety + stake * share / (1 - share))


def _most(gains: Fractions, losses: Fractions) -> Fraction:
    """Return the largest ``gains·x`` with ``losses x ≤ 0``, ``x ≥ 0`` and ``Σ x ≤ 1``.

    By the simplex method with Bland's (1977) rule, from ``x = 0``. ``losses`` has shape
    ``(m, k)``.
    """
    count, width = losses.shape
    table = _fractions(np.zeros((count + 2, width + count + 2)))
    table[:count, :width], table[count, :width], table[-1, :width] = losses, Fraction(1), -gains
    table[:-1, width:-1] = _fractions(np.eye(count + 1))
    table[count, -1] = Fraction(1)
    basis = list(range(width, width + count + 1))
    while len(rising := np.flatnonzero(table[-1, :-1] < 0)):
        entering = int(rising[0])
        rows = np.flatnonzero(table[:-1, entering] > 0).tolist()
        leaving = min(rows, key=lambda r: (table[r, -1] / table[r, entering], basis[r]))
        table[leaving] /= table[leaving, entering]
        others = np.flatnonzero(table[:, entering] != 0)
        others = others[others != leaving]
        table[others] -= np.outer(table[others, entering], table[leaving])
        basis[leaving] = entering
    return Fraction(table[-1, -1])


def _signed(game: Game, mask: Mask) -> Fractions:
    """Return payoffs in the fight of a coalition, those of the others negative, ``(n, R, C)``."""
    signs = np.where(membership(game.n)[mask] > 0, 1.0, -1.0)
    return _fractions(signs[:, None, None] * game.conflict(mask))


def _share(n: int, size: int) -> Fraction:
    """Return the weight of a coalition with so many members in their value."""
    return Fraction(factorial(size - 1) * factorial(n - size), factorial(n))


def _distribution(weights: Vector) -> Fractions:
    exact = _fractions(weights.clip(min=0.0))
    return np.asarray(exact / exact.sum())


def _fractions(numbers: Vector) -> Fractions:
    return np.asarray(_exactly(numbers), dtype=object)
