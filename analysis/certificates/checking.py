"""Checks certificates without trusting whoever made them: no solver is used, and no floats.

Fractions are compared as they are; intervals are left to :mod:`analysis.certificates.inclusion`.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from flint import ctx

from analysis.certificates.certificate import Certificate, Exact, Interval
from analysis.certificates.exact import ExactGame, Fractions, entitlements, vector
from analysis.certificates.inclusion import doubts
from analysis.certificates.system import PRECISION
from analysis.solution import Vector
from sim.games.coalitions import grand, proper_coalitions
from sim.games.game import Game

_ROUNDING = 1e-6
"""How far certified payoffs may be from those that were computed, in shares of payoff range."""

CONCEPTS = ("coco", "coco-value")
"""What can be certified."""


def objections(game: Game, concept: str, certificate: Certificate) -> list[str]:
    """Say why a certificate does not prove its answer; nothing if it does.

    Parameters
    ----------
    game : Game
    concept : str
        One of :data:`CONCEPTS`.
    certificate : Certificate

    Notes
    -----
    For ``coco`` the conditions are those of :func:`analysis.verify.verify`, without tolerances: the
    agreement is worth most at the prices and Pareto-optimal, every pair of threats is a saddle
    point of its conflict game, and everybody gets its entitlement ``φ_i(a) / a_i``.

    A player with price 0 is owed no curnits, and gets at least what it claims at the rates
    ``b`` at which prices vanish, ``φ_i(b) / b_i``. Threats ``p, q`` of a conflict ``A`` of value
    ``v`` must then be optimal to first order: with multipliers ``y, z ≥ 0`` and ``t = p'Bq``, ``B``
    being the conflict at the rates, ``B q + (A − v) y ≤ t`` in every row and
    ``p'B + z'(A − v) ≥ t`` in every column.
    """
    if concept not in CONCEPTS:
        return [f"{concept} cannot be certified"]
    missing = set(proper_coalitions(game.n)) - certificate.threats.keys()
    if missing:
        return [f"the threat of coalition {min(missing)} is missing"]
    exact = ExactGame.of(game)
    if isinstance(certificate, Exact):
        return list(_exact(exact, concept, certificate))
    if concept != "coco":
        return [f"{concept} is certified in fractions only"]
    with ctx.workprec(PRECISION):
        return list(doubts(exact, certificate))


def _exact(game: ExactGame, concept: str, stated: Exact) -> Iterator[str]:
    prices, rates = vector(list(stated.prices)), vector(list(stated.vanishing))
    payoffs, free = vector(list(stated.payoffs)), prices == 0
    if (prices < 0).any() or prices.sum() != 1:
        yield "prices are no shares"
        return
    if (rates[free] <= 0).any() or (rates.any() and not free.any()):
        yield "vanishing must be positive for the players whose price is 0, and 0 if there are none"
        return
    strange = [name for name, weights in _distributions(stated) if not _is_distribution(weights)]
    if strange:
        yield f"{strange[0]} is no distribution"
        return
    agreement = _dense(stated.agreement, len(game.outcomes))
    played = agreement @ game.outcomes
    values = {grand(game.n): (game.outcomes @ prices).max()}
    seconds = {
        grand(game.n): (
            game.outcomes[game.outcomes @ prices == values[grand(game.n)]] @ rates
        ).max()
    }
    if played @ prices != values[grand(game.n)]:
        yield "some outcome is worth more than the agreement"
    for mask in range(1, grand(game.n), 2):
        sides = (mask, grand(game.n) ^ mask)
        first = game.fight(mask, prices)
        row, column = (
            _dense(stated.threats[side], length)
            for side, length in zip(sides, first.shape, strict=True)
        )
        values[mask] = row @ first @ column
        if (row @ first).min() < values[mask] or (first @ column).max() > values[mask]:
            yield f"the threats of coalitions {sides} are not optimal"
        if free.any():
            second = game.fight(mask, rates)
            seconds[mask] = row @ second @ column
            y, z = (
                _dense(stated.multipliers.get(side, {}), length)
                for side, length in zip(sides[::-1], first.shape[::-1], strict=True)
            )
            around = first - values[mask]
            if min(*y, *z) < 0 or not (
                (second @ column + around @ y <= seconds[mask]).all()
                and (row @ second + z @ around >= seconds[mask]).all()
            ):
                yield f"the threats of coalitions {sides} are not optimal to first order"
    due = entitlements(game.n, values)
    if concept == "coco-value":
        if len(set(stated.prices)) > 1:
            yield "with money all prices are equal"
        if (due != payoffs * prices).any():
            yield "payoffs are not what the players are entitled to"
        return
    if (played != payoffs).any():
        yield "payoffs are not those of the agreement"
    if (due != payoffs * prices).any():
        yield "payoffs are not what the players are entitled to"
    claims = entitlements(game.n, seconds)
    if (claims[free] > (payoffs * rates)[free]).any():
        yield "a player whose price is 0 gets less than it claims"
    weights = vector(list(stated.weights))
    if (weights <= 0).any() or (game.outcomes @ weights).max() != played @ weights:
        yield "the agreement is not shown to be Pareto-optimal"


def _distributions(stated: Exact) -> Iterator[tuple[str, Mapping[int, Fraction]]]:
    yield "the agreement", stated.agreement
    for mask, threat in stated.threats.items():
        yield f"the threat of coalition {mask}", threat


def _is_distribution(weights: Mapping[int, Fraction]) -> bool:
    return min(weights.values(), default=Fraction(0)) >= 0 and sum(weights.values()) == 1


def _dense(weights: Mapping[int, Fraction], length: int) -> Fractions:
    result = vector([Fraction(0)] * length)
    for k, weight in weights.items():
        result[k] = weight
    return result


def strays(game: Game, certificate: Certificate, payoffs: Vector) -> list[str]:
    """Say whose payoffs, shape ``(n,)``, are not those of a certificate but for rounding."""
    unit = game.scales if not game.money else np.full(game.n, float(game.ranges.max()) or 1.0)
    stated = [
        float((x.low + x.high) / 2 if isinstance(x, Interval) else x) for x in certificate.payoffs
    ]
    gaps = np.abs(payoffs - stated) / unit
    return [
        f"{player}'s payoff is not the certified one"
        for player, gap in zip(game.players, gaps, strict=True)
        if not gap <= _ROUNDING
    ]
