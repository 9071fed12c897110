"""Answers with known supports to hundreds of digits, and short intervals around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product

import numpy as np
from flint import arb, fmpq, fmpq_mat

from curnits.analysis.certificates.certificate import Enclosure, Interval
from curnits.analysis.certificates.checking.system import (
    PRECISION,
    Balls,
    CocoEquations,
    Kernel,
    SingularError,
    hull,
)
from curnits.analysis.certificates.exact import ExactGame
from curnits.analysis.certificates.proving.kernels import kernels
from curnits.analysis.solution import Candidate, Vector
from curnits.sim.games.coalitions import Mask, grand, membership

_PLAYED = 1e-7
"""Probability from which on an outcome counts as played in an answer that is only near."""

_CHOICES = 6
"""Most kernels that are tried for each conflict."""

_SYSTEMS = 24
"""Most combinations of kernels that are tried."""

_NEAR = 1e-3
"""How far Newton's method may lead, relative to each number."""

_STEPS = 12
"""Newton steps to an enclosure; each doubles the digits, so 12 are plenty."""

_DIGITS = 20
"""Significant digits that centres of enclosures are rounded to, so that fractions stay short."""

_ZERO = Fraction(1, 10**_DIGITS)
"""Smaller numbers are taken for 0."""


@dataclass(frozen=True)
class Support:
    """Outcomes that are agreed on, and the actions of both sides of each conflict, by odd mask."""

    face: list[int]
    kernels: dict[Mask, Kernel]

    def system(self, game: ExactGame) -> CocoEquations:
        """Return the equations of an answer with these supports, at the precision of the moment."""
        return CocoEquations(game, self.face, self.kernels)


def supports(game: ExactGame, candidate: Candidate) -> Iterator[Support]:
    """Yield the face of a candidate's agreement with kernels of its conflicts.

    In degenerate games the kernels are a matter of choice; some choices are yielded.
    """
    full = grand(game.n)
    choices = []
    for mask in range(1, full, 2):
        signed = np.where(membership(game.n)[mask] > 0, 1.0, -1.0) * candidate.prices
        matrix = np.tensordot(signed, game.game.conflict(mask), axes=1)
        found = kernels(matrix, candidate.threats[mask], candidate.threats[full ^ mask])
        choices.append(list(islice(found, _CHOICES)))
    face = corners(game, candidate.agreement)
    for choice in islice(product(*choices), _SYSTEMS):
        yield Support(face, dict(zip(range(1, full, 2), choice, strict=True)))


def polished(system: CocoEquations, support: Support, candidate: Candidate) -> Balls:
    """Return the solution of the equations near a candidate, to hundreds of digits.

    Raises
    ------
    SingularError
        If Newton's method does not settle there.
    """
    mixture = candidate.agreement[support.face]
    begin = [arb(x) for x in (*candidate.prices, *(mixture / mixture.sum()))]
    unknowns = begin
    settled = arb(2) ** -(PRECISION // 2)
    for _ in range(_STEPS):
        before, unknowns = unknowns, system.newton(unknowns)
        if all(abs(x - y) < settled for x, y in zip(before, unknowns, strict=True)):
            if all(abs(x - y) < _NEAR * y for x, y in zip(unknowns, begin, strict=True)):
                return unknowns
            break
    raise SingularError("Newton's method does not settle near the answer with its supports")


def enclosure(system: CocoEquations, support: Support, unknowns: Balls) -> Enclosure:
    """Return short intervals around a solution of the equations.

    Raises
    ------
    SingularError
        If the solution is not isolated.
    """
    state = system.at(system.contract([hull(_interval(x)) for x in unknowns]))
    threats = {}
    for mask, (rows, columns) in support.kernels.items():
        fight = state.fights[mask]
        threats[mask] = dict(zip(rows, map(_interval, fight.row), strict=True))
        threats[grand(system.n) ^ mask] = dict(
            zip(columns, map(_interval, fight.column), strict=True)
        )
    return Enclosure(
        prices=tuple(map(_interval, unknowns[: system.n])),
        payoffs=tuple(map(_interval, state.payoffs)),
        agreement=dict(zip(support.face, map(_interval, unknowns[system.n :]), strict=True)),
        threats=threats,
    )


def recognised(number: arb) -> Fraction | None:
    """Return the fraction that a number known to hundreds of digits must be, if it is one."""
    precise = _centre(number)
    simple = precise.limit_denominator(1 << PRECISION // 4)
    # any number is so close to a fraction with such a denominator as its inverse squared
    return simple if abs(simple - precise) < Fraction(1, 1 << PRECISION * 3 // 4) else None


def corners(game: ExactGame, agreement: Vector, least: float = _PLAYED) -> list[int]:
    """Return outcomes likelier than ``least``, affinely independent, the most likely first."""
    chosen: list[int] = []
    for k in np.argsort(-agreement, kind="stable").tolist():
        if agreement[k] <= least:
            break
        rows = [[*game.outcomes[c], Fraction(1)] for c in (*chosen, k)]
        entries = [fmpq(x.numerator, x.denominator) for row in rows for x in row]
        if fmpq_mat(len(rows), game.n + 1, entries).rank() == len(rows):
            chosen.append(k)
    return chosen


def _interval(number: arb) -> Interval:
    """Return a short decimal interval around a ball."""
    precise = _centre(number)
    if abs(precise) < _ZERO:
        return Interval(-_ZERO, _ZERO)
    exponent = int(f"{precise:.0e}".partition("e")[2])
    step = Fraction(10) ** (exponent + 1 - _DIGITS)
    middle = round(precise / step)
    return Interval((middle - 1) * step, (middle + 1) * step)


def _centre(number: arb) -> Fraction:
    mantissa, exponent = number.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
