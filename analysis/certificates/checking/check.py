"""Checks certificates without trusting whoever made them: no solver is used, and no floats.

Fractions are compared as they are; intervals are left to
:mod:`curnits.analysis.certificates.checking.inclusion`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from flint import ctx

from curnits.analysis.certificates.certificate import Certificate, Exact, Interval
from curnits.analysis.certificates.checking.bargained import bargained, in_curnits, in_utilons
from curnits.analysis.certificates.checking.fair import dense, split_fairly
from curnits.analysis.certificates.checking.inclusion import why_unproved
from curnits.analysis.certificates.checking.moving import cleared_first, paid_first
from curnits.analysis.certificates.checking.system import PRECISION
from curnits.analysis.certificates.exact import (
    ExactGame,
    Fractions,
    entitlements,
    fractions,
    rational,
    vector,
)
from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.solution import Vector
from curnits.sim.games.coalitions import Mask, grand, members, proper_coalitions
from curnits.sim.games.game import Game

_PAYOFF_MISS = Fraction(1, 10**6)
"""How far certified payoffs may be from those that were computed, in shares of payoff range."""

_START = Fraction(1, 10**9)
"""The same for disagreement payoffs."""

type Conditions = Callable[[ExactGame, Exact], Iterator[str]]
"""Says why an answer in fractions is none."""


@dataclass(frozen=True, eq=False)
class _Statement:
    """What an answer has to meet besides efficiency.

    ``threats``: whether what every coalition plays must be stated; ``enclosed``: whether it can be
    proved in intervals, too.
    """

    conditions: Conditions
    threats: bool = True
    enclosed: bool = False


def certificate_objections(
    game: Game, proposition: Proposition, certificate: Certificate
) -> list[str]:
    """Say why a certificate does not prove its answer; nothing if it does.

    Parameters
    ----------
    game : Game
    proposition : Proposition
    certificate : Certificate

    Notes
    -----
    For ``coco`` the conditions are those of :func:`curnits.analysis.verification.coco.verify`,
    without tolerances: the
    agreement is worth most at the prices and Pareto-optimal, every pair of threats is a saddle
    point of its conflict game, and everybody gets its entitlement ``φ_i(a) / a_i``.

    A player with price 0 is owed no curnits, and gets at least what it claims at the rates
    ``b`` at which prices vanish, ``φ_i(b) / b_i``. Threats ``p, q`` of a conflict ``A`` of value
    ``v`` must then be optimal to first order: with multipliers ``y, z ≥ 0`` and ``t = p'Bq``, ``B``
    being the conflict at the rates, ``B q + (A − v) y ≤ t`` in every row and
    ``p'B + z'(A − v) ≥ t`` in every column.
    """
    if game.curved:
        return ["a curved frontier is known by some of its points only"]
    statement = _STATEMENTS[proposition]
    missing = set(proper_coalitions(game.n)) - certificate.threats.keys()
    if missing and statement.threats:
        return [f"the threat of coalition {min(missing)} is missing"]
    exact = ExactGame.of(game)
    if isinstance(certificate, Exact):
        return list(_malformed(certificate)) or [
            *_inefficient(exact, certificate),
            *statement.conditions(exact, certificate),
        ]
    if not statement.enclosed:
        return ["it can be proved in fractions only"]
    with ctx.workprec(PRECISION):
        return list(why_unproved(exact, certificate))


def _malformed(stated: Exact) -> Iterator[str]:
    prices, rates = vector(list(stated.prices)), vector(list(stated.vanishing))
    free = prices == 0
    if (prices < 0).any() or prices.sum() != 1:
        yield "prices are no shares"
    if (rates[free] <= 0).any() or (rates.any() and not free.any()):
        yield "vanishing must be positive for the players whose price is 0, and 0 if there are none"
    for mask, threat in stated.threats.items():
        if not _is_distribution(threat):
            yield f"the threat of coalition {mask} is no distribution"
    if not _is_distribution(stated.agreement):
        yield "the agreement is no distribution"


def _inefficient(game: ExactGame, stated: Exact) -> Iterator[str]:
    weights = vector(list(stated.weights))
    played = dense(stated.agreement, len(game.outcomes)) @ game.outcomes
    if (weights <= 0).any() or (game.outcomes @ weights).max() != played @ weights:
        yield "the agreement is not shown to be Pareto-optimal"


def _cleared(game: ExactGame, stated: Exact) -> Iterator[str]:
    fights, prices = _fights(game, stated), vector(list(stated.prices))
    yield from _unclaimed(game, stated)
    payoffs, worths = vector(list(stated.payoffs)), game.outcomes @ prices
    if (dense(stated.agreement, len(game.outcomes)) @ game.outcomes != payoffs).any():
        yield "payoffs are not those of the agreement"
    free = prices == 0
    if free.any():
        rates = vector(list(stated.vanishing))
        yield from (text for fight in fights for text in fight.first_order(prices, rates, stated))
        most = (game.outcomes[worths == worths.max()] @ rates).max()
        claims = entitlements(
            game.n, {f.mask: f.value(rates) for f in fights} | {grand(game.n): most}
        )
        if (claims[free] > (payoffs * rates)[free]).any():
            yield "a player whose price is 0 gets less than it claims"


def _paid(game: ExactGame, stated: Exact) -> Iterator[str]:
    yield from _unclaimed(game, stated)
    if len(set(stated.prices)) > 1:
        yield "with money all prices are equal"


def _added(game: ExactGame, stated: Exact) -> Iterator[str]:
    yield from _paid(game, stated)
    if not all(fight.is_of_worths() for fight in _fights(game, stated)):
        yield "what a coalition gets depends on the others: the game is not one of worths"


def _unclaimed(game: ExactGame, stated: Exact) -> Iterator[str]:
    """Say why threats are not optimal, or players do not get what they are entitled to."""
    prices, payoffs = vector(list(stated.prices)), vector(list(stated.payoffs))
    fights = _fights(game, stated)
    yield from (text for fight in fights for text in fight.objections(prices))
    worths = game.outcomes @ prices
    values = {f.mask: f.value(prices) for f in fights} | {grand(game.n): worths.max()}
    if (entitlements(game.n, values) != payoffs * prices).any():
        yield "payoffs are not what the players are entitled to"
    played = dense(stated.agreement, len(game.outcomes)) @ game.outcomes
    if played @ prices != worths.max():
        yield "some outcome is worth more than the agreement"


def _fights(game: ExactGame, stated: Exact) -> "list[_Fight]":
    return [_Fight.of(game, stated, mask) for mask in range(1, grand(game.n), 2)]


_STATEMENTS: Mapping[Proposition, _Statement] = {
    Proposition.COCO: _Statement(_cleared, enclosed=True),
    Proposition.FAIR_SPLIT: _Statement(split_fairly),
    Proposition.COCO_VALUE: _Statement(_paid),
    Proposition.SHAPLEY: _Statement(_added),
    Proposition.FIRST_MOVER: _Statement(cleared_first),
    Proposition.FIRST_MOVER_VALUE: _Statement(paid_first),
    Proposition.EQUAL_WORTH: _Statement(partial(bargained, in_curnits), threats=False),
    Proposition.EQUAL_GAINS: _Statement(partial(bargained, in_utilons), threats=False),
}


@dataclass(frozen=True, eq=False)
class _Fight:
    """A conflict with what both sides play: signed payoffs ``(n, R, C)``, rows ``mask``."""

    mask: Mask
    payoffs: Fractions
    row: Fractions
    column: Fractions

    @classmethod
    def of(cls, game: ExactGame, stated: Exact, mask: Mask) -> "_Fight":
        payoffs = game.signed_conflict(mask)
        row = dense(stated.threats[mask], payoffs.shape[1])
        column = dense(stated.threats[grand(game.n) ^ mask], payoffs.shape[2])
        return cls(mask, payoffs, row, column)

    @property
    def sides(self) -> tuple[Mask, Mask]:
        return self.mask, grand(len(self.payoffs)) ^ self.mask

    def value(self, weights: Fractions) -> Fraction:
        return Fraction(self.row @ np.tensordot(weights, self.payoffs, axes=1) @ self.column)

    def is_of_worths(self) -> bool:
        """Tell whether no side's choice matters to the other."""
        own = self.payoffs[list(members(self.sides[0]))]
        other = self.payoffs[list(members(self.sides[1]))]
        return bool((own == own[:, :, :1]).all() and (other == other[:, :1, :]).all())

    def objections(self, prices: Fractions) -> Iterator[str]:
        matrix, value = np.tensordot(prices, self.payoffs, axes=1), self.value(prices)
        if (self.row @ matrix).min() < value or (matrix @ self.column).max() > value:
            yield f"the threats of coalitions {self.sides} are not optimal"

    def first_order(self, prices: Fractions, rates: Fractions, stated: Exact) -> Iterator[str]:
        around = np.tensordot(prices, self.payoffs, axes=1) - self.value(prices)
        second, value = np.tensordot(rates, self.payoffs, axes=1), self.value(rates)
        z, y = (
            dense(stated.multipliers.get(side, {}), length)
            for side, length in zip(self.sides, around.shape, strict=True)
        )
        if min(*y, *z) < 0 or not (
            (second @ self.column + around @ y <= value).all()
            and (self.row @ second + z @ around >= value).all()
        ):
            yield f"the threats of coalitions {self.sides} are not optimal to first order"


def _is_distribution(weights: Mapping[int, Fraction]) -> bool:
    return min(weights.values(), default=Fraction(0)) >= 0 and sum(weights.values()) == 1


def payoff_mismatches(
    game: Game, certificate: Certificate, payoffs: Vector, start: Vector | None
) -> list[str]:
    """Say whose payoffs, shape ``(n,)``, are not those of a certificate but for rounding.

    Nor whose disagreement payoffs, if bargaining starts from some.
    """
    unit = fractions(game.scales)
    if game.money:
        unit[:] = rational(float(game.ranges.max()) or 1.0)
    ends = [(x.low, x.high) if isinstance(x, Interval) else (x, x) for x in certificate.payoffs]
    gaps = [(payoffs, list(side), _PAYOFF_MISS) for side in zip(*ends, strict=True)]
    if isinstance(certificate, Exact) and certificate.disagreement:
        if start is None:
            return ["the answer starts from no disagreement point"]
        gaps.append((start, list(certificate.disagreement), _START))
    return [
        f"{player}'s payoffs are not the certified ones"
        for i, player in enumerate(game.players)
        if any(
            not abs(rational(float(stated[i])) - proved[i]) <= near * unit[i]
            for stated, proved, near in gaps
        )
    ]
