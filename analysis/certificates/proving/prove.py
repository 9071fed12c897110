"""Turns accepted answers into certificates: guesses fractions, else encloses what is irrational.

Nothing here has to be right: whatever is returned has passed
:mod:`curnits.analysis.certificates.checking.check`.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from itertools import chain

import numpy as np
from flint import ctx, fmpq, fmpq_mat

from curnits.analysis.certificates.certificate import Certificate, Exact
from curnits.analysis.certificates.checking.bargained import Measure, in_curnits, in_utilons
from curnits.analysis.certificates.checking.check import certificate_objections, payoff_mismatches
from curnits.analysis.certificates.checking.system import PRECISION, SingularError
from curnits.analysis.certificates.exact import ExactGame, Fractions, fractions, vector
from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.certificates.proving.clearing import (
    answer_at,
    bargain_at,
    fair_at,
    maximin_levels,
    money_value,
)
from curnits.analysis.certificates.proving.enclosing import (
    Support,
    corners,
    enclosure,
    polished,
    recognised,
    supports,
)
from curnits.analysis.certificates.proving.moving import MAX_PROGRAMS, moved_at, programs
from curnits.analysis.solution import Candidate, Equilibrium, Vector
from curnits.sim.games.game import Game

MAX_CELLS = 100_000
"""Largest number of payoffs in all conflicts of a game that is worked on in fractions."""

MAX_DIGITS = 3000
"""Longest numerator or denominator that a certificate may have, in decimal digits."""

_DENOMINATORS = (1, 2, 3, 5, 10, 30, 100, 1000, 10**4, 10**5)
_NEAR = 1e-9
"""Distance, a share of payoff range, at which floating point means an exact number."""

_NOTHING = "neither simple prices nor threats with regular supports were found"


class UncertifiedError(ValueError):
    """An answer for which no certificate was found; the message says why."""


type _Attempts = Callable[[ExactGame, Equilibrium, Vector | None, list[str]], Iterator[Certificate]]


def certify(
    game: Game, proposition: Proposition, found: Equilibrium, disagreement: Vector | None = None
) -> Certificate:
    """Return a certificate of an accepted answer.

    Bargaining solutions also need the disagreement point that they start from, shape ``(n,)``.

    Where prices are not pinned down, they may differ from those of the answer; payoffs do not, but
    for rounding.

    Raises
    ------
    UncertifiedError
        If the game is out of reach, or no certificate was found.
    """
    if game.curved:
        raise UncertifiedError("a curved frontier is known by some of its points only")
    cells = ((1 << game.n - 1) - 1) * len(game.outcomes) * game.n
    if cells > MAX_CELLS:
        raise UncertifiedError(
            f"the conflicts hold {cells:,} payoffs, "
            f"at most {MAX_CELLS:,} are worked on in fractions"
        )
    reasons: list[str] = []
    for certificate in _ATTEMPTS[proposition](ExactGame.of(game), found, disagreement, reasons):
        if _digits(certificate) > MAX_DIGITS:
            reasons.append(f"the fractions have more than {MAX_DIGITS:,} digits")
            continue
        wrong = certificate_objections(game, proposition, certificate)
        wrong = wrong or payoff_mismatches(game, certificate, found.payoffs, disagreement)
        if not wrong:
            return certificate
        reasons += wrong
    raise UncertifiedError("; ".join(dict.fromkeys(reasons)) or _NOTHING)


def _digits(certificate: Certificate) -> int:
    """Return about how many decimal digits the longest number in the books has."""
    if not isinstance(certificate, Exact):
        return 0
    numbers = [*certificate.prices, *certificate.payoffs, *certificate.weights]
    for weights in (certificate.agreement, *certificate.threats.values()):
        numbers += weights.values()
    replies = [reply for some in certificate.replies.values() for reply in some.values()]
    for weights in (*certificate.multipliers.values(), *certificate.internal.values(), *replies):
        numbers += weights.values()
    longest = max(max(abs(x.numerator), x.denominator).bit_length() for x in numbers)
    return longest * 3 // 10


def _claims_paid(
    game: ExactGame, found: Equilibrium, disagreement: Vector | None, reasons: list[str]
) -> Iterator[Certificate]:
    yield money_value(game)


def _clearings(
    game: ExactGame, found: Equilibrium, disagreement: Vector | None, reasons: list[str]
) -> Iterator[Certificate]:
    """Yield equilibria worth checking, the simplest first; say what was in the way."""
    candidate = found.candidate
    yield from filter(None, (answer_at(game, *guess) for guess in _guesses(candidate)))
    if (candidate.prices == 0).any():
        reasons.append("prices that go with a price of 0 are no small fractions")
        return
    for support in supports(game, candidate):
        try:
            with ctx.workprec(PRECISION):
                precise = _precise(game, support, candidate)
        except SingularError as error:
            reasons.append(str(error))
            continue
        if precise is not None:
            yield precise


def _moves(
    game: ExactGame, found: Equilibrium, disagreement: Vector | None, reasons: list[str]
) -> Iterator[Certificate]:
    """Yield answers of coalitions that move first, at simple positive prices near those of one."""
    if (count := programs(game)) > MAX_PROGRAMS:
        reasons.append(
            f"the commitments take {count:,} linear programs, at most {MAX_PROGRAMS:,} are solved "
            "in fractions"
        )
        return
    reasons.append("first-mover answers are proved if prices are positive and small fractions")
    equal = [vector([Fraction(1, game.n)] * game.n)]
    guesses = equal if game.game.money else [prices for prices, _ in _guesses(found.candidate)]
    for prices in guesses:
        if (prices > 0).all():
            yield from filter(None, [moved_at(game, prices)])


def _bargains(
    measure: Measure,
    game: ExactGame,
    found: Equilibrium,
    disagreement: Vector | None,
    reasons: list[str],
) -> Iterator[Certificate]:
    """Yield bargaining solutions from a disagreement point, the maximin levels if they are near."""
    if disagreement is None:
        reasons.append("the answer starts from no disagreement point")
        return
    candidate = found.candidate
    stuck = (found.payoffs - disagreement <= _NEAR * game.game.scales).any()
    reasons.append("somebody cannot gain" if stuck else "prices are no simple fractions")
    start = fractions(disagreement)
    levels = maximin_levels(game)
    near = np.abs(disagreement - levels.astype(np.float64)) <= _NEAR * game.game.scales
    start = np.where(near, levels, start)
    guesses = (prices for prices, _ in _guesses(candidate))
    for prices in chain(_pinned(game, candidate, start), guesses):
        if (prices > 0).all():
            exact = bargain_at(game, measure, prices, start)
            if exact is not None:
                yield exact


def _fair_splits(
    game: ExactGame, found: Equilibrium, disagreement: Vector | None, reasons: list[str]
) -> Iterator[Certificate]:
    """Yield ``harsanyi`` answers at simple prices and with simple threats near those of one."""
    reasons.append("harsanyi answers are proved if prices and threats are small fractions")
    candidate = found.candidate
    plays = [
        {mask: _shares(threat, d) for mask, threat in candidate.threats.items()}
        for d in _DENOMINATORS
    ]
    for prices, _ in _guesses(candidate):
        if (prices > 0).all():
            splits = (fair_at(game, prices, threats) for threats in plays)
            yield from filter(None, splits)


def _shares(threat: Vector, denominator: int) -> Fractions:
    """Return simple probabilities near given ones; what is missing goes to the likeliest."""
    simple = vector([Fraction(x).limit_denominator(denominator) for x in threat.tolist()])
    simple[threat.argmax()] += 1 - simple.sum()
    return simple


def _pinned(game: ExactGame, candidate: Candidate, start: Fractions) -> Iterator[Fractions]:
    """Yield prices that what is agreed on determines: a facet's normal, or Nash's at a vertex."""
    face = game.outcomes[corners(game, candidate.agreement)]
    if len(face) == 1 and (face[0] > start).all():
        prices = 1 / (face[0] - start)
        yield prices / prices.sum()
    if len(face) == game.n:
        rows = [*(face[1:] - face[0]).tolist(), [Fraction(1)] * game.n]
        entries = [fmpq(x.numerator, x.denominator) for row in rows for x in row]
        right = fmpq_mat(game.n, 1, [0] * (game.n - 1) + [1])
        try:
            solved = fmpq_mat(game.n, game.n, entries).solve(right)
        except ZeroDivisionError:  # a facet whose normal adds up to 0
            return
        yield vector([Fraction(int(x.p), int(x.q)) for x in solved.entries()])


def _precise(game: ExactGame, support: Support, candidate: Candidate) -> Certificate | None:
    """Return the answer with given supports near a candidate, in fractions if it has any."""
    system = support.system(game)
    unknowns = polished(system, support, candidate)
    ratios = [recognised(x / unknowns[0]) for x in unknowns[: game.n]]
    rational = [ratio for ratio in ratios if ratio is not None]
    if len(rational) < game.n:
        return enclosure(system, support, unknowns)
    prices = vector(rational)
    if (prices <= 0).any():
        return None
    return answer_at(game, prices / prices.sum(), prices * 0)


def _guesses(candidate: Candidate) -> Iterator[tuple[Fractions, Fractions]]:
    """Yield simple prices, and rates at which they vanish, near those of an answer."""
    prices, rates = candidate.prices, candidate.vanishing
    free = prices == 0
    seen = set()
    for denominator in _DENOMINATORS:
        simple = _ratios(prices, prices.argmax(), denominator)
        if ((simple == 0) != free).any():
            continue
        if free.any():
            slow = np.where(free, rates, 0.0).argmax()
            ways = [_ratios(rates, slow, d) for d in _DENOMINATORS[:6]]
            ways = [way for way in ways if (way[free] > 0).all()]
        else:
            ways = [vector([Fraction(0)] * len(prices))]
        for way in ways:
            if (*simple, *way) not in seen:
                seen.add((*simple, *way))
                yield simple / simple.sum(), way


def _ratios(amounts: Vector, unit: np.intp, denominator: int) -> Fractions:
    shares = (amounts / (amounts[unit] or 1.0)).tolist()
    return vector([Fraction(x).limit_denominator(denominator) for x in shares])


_ATTEMPTS: Mapping[Proposition, _Attempts] = {
    Proposition.COCO: _clearings,
    Proposition.FAIR_SPLIT: _fair_splits,
    Proposition.COCO_VALUE: _claims_paid,
    Proposition.SHAPLEY: _claims_paid,
    Proposition.FIRST_MOVER: _moves,
    Proposition.FIRST_MOVER_VALUE: _moves,
    Proposition.EQUAL_WORTH: partial(_bargains, in_curnits),
    Proposition.EQUAL_GAINS: partial(_bargains, in_utilons),
}
"""What yields certificates worth checking, of an answer and the disagreement point it starts from.

It adds what is in the way to a list of reasons.
"""
