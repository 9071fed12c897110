"""Utility of several quantities at once: sums, products of powers, fixed proportions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

import numpy as np

from curnits.sim.games.utilities.utility import (
    Amounts,
    Bundle,
    Utility,
    check_domain,
    check_number,
    check_positive,
    finite,
    numbers_by_name,
    stacked,
)


@dataclass(frozen=True)
class Linear(Utility):
    """Weighted sum of quantities, ``constant + Σ_q weights[q] · amount[q]``: risk neutral.

    Parameters
    ----------
    weights : mapping from str to float
        Utilons per unit of each quantity; negative for what the player dislikes.
    constant : float
        Utilons.

    Raises
    ------
    UtilityError
        If no quantity is named or a number is not finite.
    """

    weights: Mapping[str, float]
    constant: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", numbers_by_name("weights", self.weights))
        check_number("constant", self.constant)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        amounts = stacked(bundle, tuple(self.weights))
        with np.errstate(over="ignore", invalid="ignore"):
            return finite(self.constant + np.tensordot(_floats(self.weights), amounts, axes=1))


@dataclass(frozen=True)
class CobbDouglas(Utility):
    """Product of powers, ``scale · Π_q amount[q]^exponents[q]`` (Cobb & Douglas 1928).

    The exponents are kept as given: their sum decides how the player takes risks in all quantities
    at once (below 1 averse, 1 neutral, above 1 loving).

    Parameters
    ----------
    exponents : mapping from str to float
        Positive exponent of each quantity, whose amounts must not be negative.
    scale : float
        Utility of one unit of everything, positive.

    Raises
    ------
    UtilityError
        If no quantity is named, or an exponent or the scale is not finite and positive.
    """

    exponents: Mapping[str, float]
    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "exponents", numbers_by_name("exponents", self.exponents))
        for quantity, exponent in self.exponents.items():
            check_positive(f"exponents[{quantity!r}]", exponent)
        check_positive("scale", self.scale)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        amounts = stacked(bundle, tuple(self.exponents))
        for quantity, own in zip(self.exponents, amounts, strict=True):
            check_domain(quantity, own, own >= 0, "at least 0")
        powers = _floats(self.exponents).reshape(-1, *[1] * (amounts.ndim - 1))
        with np.errstate(over="ignore", invalid="ignore"):
            return finite(self.scale * np.prod(amounts**powers, axis=0))


@dataclass(frozen=True)
class Leontief(Utility):
    """Goods of use only in fixed proportions, ``min_q amount[q] / needs[q]`` (Leontief 1941).

    Parameters
    ----------
    needs : mapping from str to float
        Positive amount of each quantity for one utilon.

    Raises
    ------
    UtilityError
        If no quantity is named or a need is not finite and positive.
    """

    needs: Mapping[str, float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", numbers_by_name("needs", self.needs))
        for quantity, need in self.needs.items():
            check_positive(f"needs[{quantity!r}]", need)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        amounts = stacked(bundle, tuple(self.needs))
        needs = _floats(self.needs).reshape(-1, *[1] * (amounts.ndim - 1))
        with np.errstate(over="ignore"):
            return finite((amounts / needs).min(axis=0))


def _floats(numbers: Mapping[str, float]) -> Amounts:
    """Return amounts as floats; whole numbers may be too large for those of numpy."""
    return np.array([float(number) for number in numbers.values()])
