"""Checks that intervals hold an equilibrium, in ball arithmetic.

A fixed-point theorem shows that the equations of :mod:`.system` have a solution inside (Krawczyk
1969; Neumaier 1990, section 5.1), and every inequality must hold throughout, or follow from payoffs
that are equal.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from flint import arb, fmpq, fmpq_mat

from curnits.analysis.certificates.certificate import Enclosure, Interval
from curnits.analysis.certificates.checking.system import (
    Balls,
    CocoEquations,
    SingularError,
    State,
    ball,
    hull,
)
from curnits.analysis.certificates.exact import ExactGame, Fractions
from curnits.sim.games.coalitions import Mask, grand


def why_unproved(game: ExactGame, stated: Enclosure) -> Iterator[str]:
    """Say why intervals are not shown to hold a ``coco`` equilibrium with the stated supports.

    To be called at :data:`curnits.analysis.certificates.checking.system.PRECISION`.
    """
    full = grand(game.n)
    kernels = {
        mask: (tuple(stated.threats[mask]), tuple(stated.threats[full ^ mask]))
        for mask in range(1, full, 2)
    }
    if any(len(rows) != len(columns) for rows, columns in kernels.values()):
        yield "a threat and that of the complement differ in size"
        return
    box = [hull(number) for number in (*stated.prices, *stated.agreement.values())]
    system = CocoEquations(game, tuple(stated.agreement), kernels)
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
    if not all(x > 0 for x in image):
        yield "prices and agreement are not shown to be positive"
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
        signed = game.signed_conflict(mask)
        # what each side can choose from, against the other's kernel: (actions, kernel, players)
        for side, own, options, weights, against in (
            (mask, rows, signed[:, :, list(columns)].transpose(1, 2, 0), fight.row, fight.column),
            (
                grand(game.n) ^ mask,
                columns,
                -signed[:, list(rows), :].transpose(2, 1, 0),
                fight.column,
                fight.row,
            ),
        ):
            played = options[list(own)]
            if not level.all_played(weights, played):
                yield f"the threat of coalition {side} is not shown to be positive"
            if not all(level.no_better(reply, played, against) for reply in options):
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

    def all_played(self, weights: Balls, payoffs: Fractions) -> bool:
        """Tell whether equalising weights are positive, or exactly 0, for sure.

        Weights ``p`` that make two columns of ``payoffs``, shape ``(k, k, n)``, equally good have
        ``Σ_r p_r (payoffs[r, c] − payoffs[r, d]) = 0`` in worth; if all rows but one are equally
        good in both, the weight of that one is 0.
        """
        doubtful = {r for r, weight in enumerate(weights) if not weight > 0}
        zero: set[int] = set()
        for _ in range(len(doubtful)):
            zero |= {r for r in doubtful - zero if self._is_unused(r, zero, payoffs)}
        return doubtful == zero

    def _is_unused(self, row: int, zero: set[int], payoffs: Fractions) -> bool:
        others = [r for r in range(len(payoffs)) if r != row and r not in zero]
        return any(
            not self._worth(payoffs[row, c] - payoffs[row, d]).contains(0)
            and all(self.flat(payoffs[r, c] - payoffs[r, d]) for r in others)
            for c, d in combinations(range(len(payoffs)), 2)
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
