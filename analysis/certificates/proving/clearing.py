"""The exact answer at given prices, if they clear."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.certificates.certificate import Exact
from curnits.analysis.certificates.checking.bargained import Measure
from curnits.analysis.certificates.checking.fair import FairBooks
from curnits.analysis.certificates.exact import ExactGame, Fractions, entitlements, vector
from curnits.analysis.certificates.proving.exact_simplex import (
    maximise,
    solve_matrix_game,
    solve_second_game,
)
from curnits.sim.games.coalitions import Mask, grand, members

type Weights = dict[int, Fraction]


def money_value(game: ExactGame) -> Exact:
    """Return the coco value of a game with money: all prices are equal."""
    prices = vector([Fraction(1, game.n)] * game.n)
    fights = _Fights.at(game, prices)
    due = entitlements(game.n, fights.values)
    best = int((game.outcomes @ prices).argmax())
    return Exact(
        prices=tuple(prices),
        vanishing=(Fraction(0),) * game.n,
        payoffs=tuple(due / prices),
        weights=tuple(prices),
        agreement={best: Fraction(1)},
        threats=fights.threats,
        multipliers={},
    )


def answer_at(game: ExactGame, prices: Fractions, rates: Fractions) -> Exact | None:
    """Return the ``coco`` equilibrium at given prices, or None if they do not clear.

    Parameters
    ----------
    game : ExactGame
    prices : ndarray of Fraction, shape (n,)
        Non-negative, summing to 1.
    rates : ndarray of Fraction, shape (n,)
        At which zero prices vanish; all 0 if there are none.
    """
    free = np.array([price == 0 for price in prices])
    worths = game.outcomes @ prices
    face = distinct(game.outcomes, np.flatnonzero(worths == worths.max()).tolist())
    corners = game.outcomes[face]
    fights = _Fights.approached(game, prices, rates) if free.any() else _Fights.at(game, prices)
    due = entitlements(game.n, fights.values)
    if (due[free] != 0).any():
        return None
    seconds = {**fights.seconds, grand(game.n): (corners @ rates).max()}
    claims = entitlements(game.n, seconds)
    target = np.where(free, claims, due) / np.where(free, rates, prices)
    mixture = mixing(corners, target, free)
    if mixture is None:
        return None
    payoffs = mixture @ corners
    return Exact(
        prices=tuple(prices),
        vanishing=tuple(rates),
        payoffs=tuple(payoffs),
        weights=tuple(_weights(game.outcomes, payoffs) if free.any() else prices),
        agreement={k: weight for k, weight in zip(face, mixture, strict=True) if weight},
        threats=fights.threats,
        multipliers=fights.multipliers,
    )


def bargain_at(
    game: ExactGame, measure: Measure, prices: Fractions, disagreement: Fractions
) -> Exact | None:
    """Return the bargaining solution that given positive prices support, or None.

    Parameters
    ----------
    game : ExactGame
    measure : callable
        Which gains are equal.
    prices, disagreement : ndarray of Fraction, shape (n,)
    """
    worths = game.outcomes @ prices
    surplus = worths.max() - prices @ disagreement
    equal = 1 / measure(prices * 0 + 1, prices)
    target = disagreement + surplus * equal / (prices @ equal)
    face = distinct(game.outcomes, np.flatnonzero(worths == worths.max()).tolist())
    if game.game.money:
        face, mixture = face[:1], vector([Fraction(1)])
    else:
        found = mixing(game.outcomes[face], target, np.zeros(game.n, bool))
        if found is None:
            return None
        mixture = found
    return Exact(
        prices=tuple(prices),
        vanishing=(Fraction(0),) * game.n,
        payoffs=tuple(target),
        weights=tuple(prices),
        agreement={k: weight for k, weight in zip(face, mixture, strict=True) if weight},
        threats={},
        multipliers={},
        disagreement=tuple(disagreement),
    )


def fair_at(game: ExactGame, prices: Fractions, threats: dict[Mask, Fractions]) -> Exact | None:
    """Return the ``harsanyi`` equilibrium at given positive prices and threats, or None.

    Parameters
    ----------
    game : ExactGame
    prices : ndarray of Fraction, shape (n,)
    threats : dict from mask to ndarray of Fraction
        Of all proper coalitions.
    """
    books = FairBooks.of(game, prices, threats)
    worths = game.outcomes @ prices
    fallbacks = books.fallbacks[grand(game.n)]
    target = (fallbacks + (worths.max() - fallbacks.sum()) / game.n) / prices
    face = distinct(game.outcomes, np.flatnonzero(worths == worths.max()).tolist())
    mixture = mixing(game.outcomes[face], target, np.zeros(game.n, bool))
    if mixture is None:
        return None
    return Exact(
        prices=tuple(prices),
        vanishing=(Fraction(0),) * game.n,
        payoffs=tuple(target),
        weights=tuple(prices),
        agreement={k: weight for k, weight in zip(face, mixture, strict=True) if weight},
        threats={mask: sparse(threat) for mask, threat in threats.items()},
        multipliers={},
        internal={mask: _internal(books, mask) for mask in threats},
    )


def _internal(books: FairBooks, mask: Mask) -> Weights:
    """Return the multipliers of the members of S in its program."""
    gains, harm = books.programme(mask)
    count = len(gains)
    # unknowns: the dividend and the mixture, both raised so that more of them is better
    low = 1 - min(Fraction(0), gains.min())
    program = np.vstack(
        [
            np.hstack([np.full((count, 1), Fraction(1)), -(gains + low)]),
            np.array([[Fraction(0), *[Fraction(1)] * len(harm)]], dtype=object),
        ]
    )
    profit = vector([Fraction(count), *(harm.max() - harm)])
    found = maximise(profit, program, [*[0] * count, 1])
    return dict(zip(members(mask), found.duals[:-1], strict=True))


def maximin_levels(game: ExactGame) -> Fractions:
    """Return what each player can secure alone, utilons, shape ``(n,)``."""
    return vector([solve_matrix_game(game.conflict(1 << i)[i]).value for i in range(game.n)])


class _Fights:
    """Threats of all proper coalitions, and the values of their conflicts by odd mask, N included.

    With zero prices threats are optimal to first order, for the reasons in ``multipliers``, and
    ``seconds`` has the values at the rates, N left out.
    """

    def __init__(self, n: int, worth: Fraction) -> None:
        self.full = grand(n)
        self.threats: dict[Mask, Weights] = {}
        self.multipliers: dict[Mask, Weights] = {}
        self.values: dict[Mask, Fraction] = {self.full: worth}
        self.seconds: dict[Mask, Fraction] = {}

    @classmethod
    def at(cls, game: ExactGame, prices: Fractions) -> "_Fights":
        fights = cls(game.n, (game.outcomes @ prices).max())
        for mask in range(1, fights.full, 2):
            saddle = solve_matrix_game(game.fight(mask, prices))
            fights.values[mask] = saddle.value
            fights.threats[mask] = sparse(saddle.row)
            fights.threats[fights.full ^ mask] = sparse(saddle.column)
        return fights

    @classmethod
    def approached(cls, game: ExactGame, prices: Fractions, rates: Fractions) -> "_Fights":
        fights = cls(game.n, (game.outcomes @ prices).max())
        for mask in range(1, fights.full, 2):
            first = game.fight(mask, prices)
            fights.values[mask] = solve_matrix_game(first).value
            saddle = solve_second_game(first - fights.values[mask], game.fight(mask, rates))
            fights.seconds[mask] = saddle.value
            other = fights.full ^ mask
            fights.threats[mask] = sparse(saddle.row)
            fights.threats[other] = sparse(saddle.column)
            fights.multipliers[mask] = sparse(saddle.row_multipliers)
            fights.multipliers[other] = sparse(saddle.column_multipliers)
        return fights


def sparse(weights: Fractions) -> Weights:
    """Return the weights that are not 0, by number."""
    return {k: weight for k, weight in enumerate(weights) if weight}


def distinct(outcomes: Fractions, face: list[int]) -> list[int]:
    """Return the first of each of some outcomes that pay the same."""
    return list({tuple(outcomes[k]): k for k in reversed(face)}.values())[::-1]


def mixing(corners: Fractions, target: Fractions, free: NDArray[np.bool_]) -> Fractions | None:
    """Return the mixture of outcomes that pays what is due, and the free players most."""
    gaps = corners - target
    program = np.vstack([gaps.T[~free], -gaps.T, np.ones((1, len(corners)), dtype=object)])
    above = (corners - corners.min(axis=0))[:, free]
    found = maximise(above.sum(axis=1) + Fraction(1), program, [*[0] * (len(program) - 1), 1])
    return found.solution if found.value > 0 else None


def _weights(outcomes: Fractions, payoffs: Fractions) -> Fractions:
    """Return positive weights at which nothing is worth more than a Pareto-optimal point."""
    gains = outcomes - payoffs
    program = np.vstack([-gains.T, np.ones((1, len(gains)), dtype=object)])
    found = maximise(gains.sum(axis=1), program, [*[0] * len(payoffs), 1])
    return np.asarray(1 + found.duals[:-1])
