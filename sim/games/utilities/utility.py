"""What a utility function is, and checks of parameters and amounts that all of them share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from curnits.sim.errors import InputError
from curnits.sim.games.parameters import is_finite_number

type Amounts = NDArray[np.float64]
type Bundle = Mapping[str, Amounts]


class UtilityError(InputError):
    """A parameter that makes no utility function, or amounts outside a function's domain."""


class Utility(ABC):
    """A player's utility over the quantities that an outcome gives to that player."""

    @abstractmethod
    def value(self, bundle: Bundle) -> Amounts:
        """Return the utility of each outcome.

        Parameters
        ----------
        bundle : mapping from str to ndarray
            Amount of each quantity by outcome; all arrays have the same shape. Quantities that the
            function does not mention are ignored.

        Returns
        -------
        ndarray
            Utilons, in the shape of the amounts.

        Raises
        ------
        UtilityError
            If a quantity is missing, an amount lies outside the domain, a utility is too large for
            floating point, or rounding makes the best and the worst amount equally good.
        """


def check_name(quantity: str) -> None:
    """Raise `UtilityError` unless a quantity is a name."""
    if not isinstance(quantity, str):
        raise UtilityError(f"quantity must be a name, found {quantity!r}")


def check_number(name: str, value: float) -> None:
    """Raise `UtilityError` unless a value is a finite number."""
    if not is_finite_number(value):
        raise UtilityError(f"{name} must be a finite number, found {value!r}")


def check_positive(name: str, value: float) -> None:
    """Raise `UtilityError` unless a value is a finite number above 0."""
    check_number(name, value)
    if value <= 0:
        raise UtilityError(f"{name} must be positive, found {value!r}")


def numbers_by_name(name: str, numbers: Mapping[str, float]) -> dict[str, float]:
    """Return finite numbers by quantity; raise `UtilityError` if there are none."""
    if not isinstance(numbers, Mapping) or not numbers:
        raise UtilityError(
            f"{name} must give a number for at least one quantity, found {numbers!r}"
        )
    for quantity, number in numbers.items():
        check_name(quantity)
        check_number(f"{name}[{quantity!r}]", number)
    return dict(numbers)


def stacked(bundle: Bundle, quantities: tuple[str, ...]) -> Amounts:
    """Return the amounts of the named quantities, stacked along a new first axis.

    Raises
    ------
    UtilityError
        If one is missing, not finite, or of another shape.
    """
    missing = [quantity for quantity in quantities if quantity not in bundle]
    if missing:
        known = ", ".join(map(repr, bundle)) or "none"
        raise UtilityError(f"no amounts of {missing[0]!r}; quantities found: {known}")
    arrays = [np.asarray(bundle[quantity], dtype=np.float64) for quantity in quantities]
    for quantity, array in zip(quantities, arrays, strict=True):
        if array.shape != arrays[0].shape:
            raise UtilityError(
                f"amounts of {quantity!r} have shape {array.shape}, "
                f"those of {quantities[0]!r} {arrays[0].shape}"
            )
        check_domain(quantity, array, np.isfinite(array), "finite")
    return np.stack(arrays)


def check_domain(quantity: str, amounts: Amounts, inside: NDArray[np.bool_], expected: str) -> None:
    """Raise `UtilityError` where an amount is not inside the domain."""
    if not inside.all():
        raise UtilityError(
            f"amounts of {quantity!r} must be {expected}, found {amounts[~inside].flat[0]:g}"
        )


def finite(utilities: Amounts) -> Amounts:
    """Return utilities; raise `UtilityError` if one is too large for floating point."""
    if not np.isfinite(utilities).all():
        raise UtilityError("a utility is too large for floating point; use smaller parameters")
    return np.asarray(utilities, dtype=np.float64)
