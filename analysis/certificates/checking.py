"""Checks certificates without trusting whoever made them: no solver is used, and no floats.

Fractions are compared as they are. For intervals, the equations of :mod:`.system` are evaluated in
ball arithmetic; a fixed-point theorem shows that they have a solution inside (Krawczyk 1969;
Neumaier 1990, section 5.1), and every inequality holds throughout.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from flint import arb, ctx, fmpq, fmpq_mat

from analysis.certificates.certificate import Certificate, Enclosure, Exact, Interval
from analysis.certificates.exact import ExactGame, Fractions, entitlements, vector
from analysis.certificates.system import PRECISION, Balls, SingularError, State, System, ball, hull
from analysis.solution import Vector
from sim.games.coalitions import Mask, grand, proper_coalitions
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
        return list(_enclosure(exact, certificate))


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


def _enclosure(game: ExactGame, stated: Enclosure) -> Iterator[str]:
    full = grand(game.n)
    kernels = {
        mask: (tuple(stated.threats[mask]), tuple(stated.threats[full ^ mask]))
        for mask in range(1, full, 2)
    }
    if any(len(rows) != len(columns) for rows, columns in kernels.values()):
        yield "a threat and that of the complement differ in size"
        return
    box = [hull(number) for number in (*stated.prices, *stated.agreement.values())]
    system = System(game, tuple(stated.agreement), kernels)
    try:
        image = system.contract(box)
        if not all(old.contains_interior(new) for old, new in zip(box, image, strict=True)):
            yield "no solution is shown to lie in the intervals"
            return
        state = system.at(image)
    except SingularError as error:
        yield str(error)
        return
    prices = image[: game.n]
    claims = [
        ("prices", prices, stated.prices),
        ("payoffs", state.payoffs, stated.payoffs),
        ("the agreement", image[game.n :], stated.agreement.values()),
    ]
    for mask, fight in state.fights.items():
        for side, weights in ((mask, fight.row), (full ^ mask, fight.column)):
            claims.append(
                (f"the threat of coalition {side}", weights, stated.threats[side].values())
            )
    for name, found, intervals in claims:
        if not all(_within(x, interval) for x, interval in zip(found, intervals, strict=True)):
            yield f"{name}: the solution is not shown to lie in the intervals"
        if name != "payoffs" and not all(x > 0 for x in found):
            yield f"{name}: not shown to be positive"
    yield from _better(game, stated, kernels, prices, state)


def _better(
    game: ExactGame,
    stated: Enclosure,
    kernels: Mapping[Mask, tuple[tuple[int, ...], tuple[int, ...]]],
    prices: Balls,
    state: State,
) -> Iterator[str]:
    """Name what is not shown to be no better than what is played.

    What is played is worth the same as ``x`` for sure if the difference lies in the span of the
    face's directions, which are orthogonal to the prices.
    """
    corners = game.outcomes[list(stated.agreement)]
    level = _Level(corners[1:] - corners[0], prices)
    if not all(level.at_most(x - corners[0]) for x in game.outcomes):
        yield "some outcome may be worth more than the agreement"
    for mask, (rows, columns) in kernels.items():
        fight = state.fights[mask]
        signs = np.array([1 if mask >> i & 1 else -1 for i in range(game.n)], dtype=object)
        signed = game.conflict(mask) * signs[:, None, None]
        replies = signed[:, :, list(columns)].transpose(1, 2, 0)  # rows, kernel columns, players
        against = -signed[:, list(rows), :].transpose(2, 1, 0)
        for side, own, options, weights in (
            (mask, rows, replies, fight.column),
            (grand(game.n) ^ mask, columns, against, fight.row),
        ):
            if not all(level.no_better(reply, options[list(own)], weights) for reply in options):
                yield f"coalition {side} may have a better threat"


class _Level:
    """Compares payoff vectors at prices known to be orthogonal to some directions."""

    def __init__(self, directions: Fractions, prices: Balls) -> None:
        self._directions = directions.tolist()
        self._rank = _rank(self._directions)
        self._prices = prices

    def flat(self, change: Fractions) -> bool:
        """Tell whether a change of payoffs is worth exactly nothing."""
        return not change.any() or _rank([*self._directions, change.tolist()]) == self._rank

    def at_most(self, change: Fractions) -> bool:
        """Tell whether a change of payoffs is worth nothing or less for sure."""
        return self._worth(change) < 0 or self.flat(change)

    def no_better(self, reply: Fractions, played: Fractions, weights: Balls) -> bool:
        """Tell whether a reply, ``(k, n)``, is no better than those played, ``(m, k, n)``."""
        gain = arb(0)
        for weight, change in zip(weights, reply - played[0], strict=True):
            gain += weight * self._worth(change)
        return gain < 0 or any(
            all(self.flat(change) for change in reply - other) for other in played
        )

    def _worth(self, change: Fractions) -> arb:
        total = arb(0)
        for price, x in zip(self._prices, change, strict=True):
            total += price * ball(x)
        return total


def _rank(rows: list[list[Fraction]]) -> int:
    if not rows:
        return 0
    entries = [fmpq(x.numerator, x.denominator) for row in rows for x in row]
    return int(fmpq_mat(len(rows), len(rows[0]), entries).rank())


def _within(found: arb, interval: Interval) -> bool:
    return bool(found >= ball(interval.low)) and bool(found <= ball(interval.high))


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
