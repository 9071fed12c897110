"""Games in exact fractions, and what follows from them without rounding."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, size
from curnits.sim.games.game import Game

type Fractions = NDArray[Any]
"""An object array of fractions."""

_WRITTEN_DIGITS = 12
"""Decimals with at most so many significant digits are read as they stand."""

_LARGEST_DENOMINATOR = 10_000
"""Payoffs such as 1/3 are meant by their decimals; larger denominators are taken as written."""

READING = (
    f"payoffs are decimals if {_WRITTEN_DIGITS} significant digits suffice for them, else the "
    f"fraction with a denominator up to {_LARGEST_DENOMINATOR} that rounds to the same "
    "floating-point number, else the shortest decimal that does"
)
"""How payoffs are read, in words."""


@lru_cache(maxsize=1 << 16)
def rational(payoff: float) -> Fraction:
    """Return the number that a payoff was most likely meant to be.

    Files hold decimals and fractions, games hold floating-point numbers; 0.1 and 1/3 come back as
    they were written. Whatever comes back rounds to the payoff, so that a certificate is always
    about a game that floating point cannot tell from the one in the file.

    Examples
    --------
    >>> rational(0.1), rational(1 / 3), rational(0.1234567890123)
    (Fraction(1, 10), Fraction(1, 3), Fraction(1234567890123, 10000000000000))
    """
    decimal = Fraction(repr(payoff))
    digits = repr(payoff).lower().partition("e")[0].replace(".", "").strip("-0")
    simple = Fraction(payoff).limit_denominator(_LARGEST_DENOMINATOR)
    if len(digits) > _WRITTEN_DIGITS and float(simple) == payoff:
        return simple
    return decimal


_rationals = np.frompyfunc(rational, 1, 1)


@dataclass(frozen=True, eq=False)
class ExactGame:
    """A game whose payoffs are the fractions that :func:`rational` reads.

    Attributes
    ----------
    game : Game
    outcomes : ndarray of Fraction, shape (X, n)
        Payoff vectors of all outcomes, utilons.
    """

    game: Game
    outcomes: Fractions

    @classmethod
    def of(cls, game: Game) -> "ExactGame":
        """Read the payoffs of a game."""
        return cls(game, fractions(game.outcomes))

    @property
    def n(self) -> int:
        """Number of players."""
        return self.game.n

    def conflict(self, coalition: Mask) -> Fractions:
        """Return :meth:`curnits.sim.games.game.Game.conflict` in fractions, ``(n, R, C)``."""
        return fractions(self.game.conflict(coalition))

    def signed_conflict(self, coalition: Mask) -> Fractions:
        """Return :meth:`conflict` with the payoffs of the complement negated, ``(n, R, C)``."""
        signs = [Fraction(1 if coalition >> i & 1 else -1) for i in range(self.n)]
        return np.asarray(self.conflict(coalition) * vector(signs)[:, None, None])

    def fight(self, coalition: Mask, prices: Fractions) -> Fractions:
        """Return the conflict game of a coalition at prices of shape (n,), ``(R, C)``, curnits."""
        return np.asarray(np.tensordot(prices, self.signed_conflict(coalition), axes=1))


def fractions(payoffs: NDArray[np.float64]) -> Fractions:
    """Return what :func:`rational` reads for each of some payoffs, in the same shape."""
    return np.asarray(_rationals(payoffs), dtype=object)


def vector(numbers: list[Fraction]) -> Fractions:
    """Return fractions as an object array."""
    return np.array(numbers, dtype=object)


def entitlements(n: int, values: Mapping[Mask, Fraction]) -> Fractions:
    """Return ``φ_i = Σ_{S∋i} (|S|−1)! (n−|S|)! / n! · v(S)``, curnits, shape ``(n,)``.

    The Harsanyi–Shapley value (Selten 1964; Kohlberg & Neyman 2021).

    Parameters
    ----------
    n : int
    values : mapping from mask to Fraction
        Values of the conflict games of coalitions that hold player 0, and of N; those of their
        complements are the negatives.
    """
    due = (sum(share(n, mask, i) * value for mask, value in values.items()) for i in range(n))
    return vector([Fraction(amount) for amount in due])


def share(n: int, coalition: Mask, player: int) -> Fraction:
    """Return what a curnit for a coalition, at the cost of its complement, is worth to a player."""
    inside = coalition >> player & 1
    many = size(coalition) if inside else n - size(coalition)
    weight = Fraction(factorial(many - 1) * factorial(n - many), factorial(n))
    return weight if inside else -weight
