"""Utility functions: what the quantities an outcome gives to a player are worth to that player.

Each function is plain data: a frozen dataclass whose fields are its parameters. They are von
Neumann-Morgenstern utilities, so only the shape matters: adding a constant or changing the unit of
utility changes no agreement.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import override

import numpy as np
from numpy.typing import NDArray
from scipy.special import boxcox, exprel

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
        object.__setattr__(self, "weights", _numbers_by_name("weights", self.weights))
        _check_number("constant", self.constant)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        amounts = _amounts(bundle, tuple(self.weights))
        with np.errstate(over="ignore", invalid="ignore"):
            return _finite(
                self.constant + np.tensordot(list(self.weights.values()), amounts, axes=1)
            )


@dataclass(frozen=True)
class Power(Utility):
    """Constant relative risk aversion (CRRA), ``(c^(1−γ) − 1) / (1−γ)``; ``log c`` at γ = 1.

    ``c = (wealth + amount) / unit`` is consumption; γ is the Arrow–Pratt measure of relative risk
    aversion of consumption (Pratt 1964, section 7; Arrow 1965, lecture 2). γ = 0 is risk neutral,
    γ < 0 risk loving. Utility is 0 and its slope 1 where c = 1.

    Parameters
    ----------
    quantity : str
        Name of the quantity.
    risk_aversion : float
        γ.
    wealth : float
        Owned before the negotiation, in units of the quantity.
    unit : float
        Consumption that counts as 1, positive. It changes no preference; with strong risk aversion
        it should be of the order of the amounts, or rounding hides the differences between them.

    Raises
    ------
    UtilityError
        If a number is not finite or the unit is not positive.
    """

    quantity: str
    risk_aversion: float
    wealth: float = 0.0
    unit: float = 1.0

    def __post_init__(self) -> None:
        _check_name(self.quantity)
        _check_number("risk_aversion", self.risk_aversion)
        _check_number("wealth", self.wealth)
        _check_positive("unit", self.unit)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        (amounts,) = _amounts(bundle, (self.quantity,))
        consumption, lowest = self.wealth + amounts, 0.0 - self.wealth
        if self.risk_aversion < 1:
            _check_domain(self.quantity, amounts, consumption >= 0, f"at least {lowest:g}")
        else:
            _check_domain(self.quantity, amounts, consumption > 0, f"above {lowest:g}")
        # The Box-Cox transform is this function, without cancellation near γ = 1.
        utilities = boxcox(consumption / self.unit, 1.0 - self.risk_aversion)
        return _told_apart(self.quantity, amounts, _finite(utilities))


@dataclass(frozen=True)
class Log(Utility):
    """Logarithmic utility ``log(wealth + amount)`` (Bernoulli 1738): CRRA with γ = 1.

    Parameters
    ----------
    quantity : str
        Name of the quantity.
    wealth : float
        Owned before the negotiation, in units of the quantity.

    Raises
    ------
    UtilityError
        If the wealth is not finite.
    """

    quantity: str
    wealth: float = 0.0

    def __post_init__(self) -> None:
        _check_name(self.quantity)
        _check_number("wealth", self.wealth)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        return Power(self.quantity, 1.0, self.wealth).value(bundle)


@dataclass(frozen=True)
class Exponential(Utility):
    """Constant absolute risk aversion (CARA), ``(1 − exp(−α · amount)) / α``; linear at α = 0.

    α is the Arrow–Pratt measure of absolute risk aversion (Pratt 1964, section 4; Arrow 1965,
    lecture 2), per unit of the quantity; negative for a risk lover. Wealth would only change the
    unit of utility. Utility is 0 and its slope 1 at amount 0.

    Parameters
    ----------
    quantity : str
        Name of the quantity.
    risk_aversion : float
        α.

    Raises
    ------
    UtilityError
        If α is not finite.
    """

    quantity: str
    risk_aversion: float

    def __post_init__(self) -> None:
        _check_name(self.quantity)
        _check_number("risk_aversion", self.risk_aversion)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        (amounts,) = _amounts(bundle, (self.quantity,))
        with np.errstate(over="ignore"):
            utilities = amounts * exprel(-self.risk_aversion * amounts)
        return _told_apart(self.quantity, amounts, _finite(utilities))


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
        object.__setattr__(self, "exponents", _numbers_by_name("exponents", self.exponents))
        for quantity, exponent in self.exponents.items():
            _check_positive(f"exponents[{quantity!r}]", exponent)
        _check_positive("scale", self.scale)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        amounts = _amounts(bundle, tuple(self.exponents))
        for quantity, own in zip(self.exponents, amounts, strict=True):
            _check_domain(quantity, own, own >= 0, "at least 0")
        powers = np.array(list(self.exponents.values())).reshape(-1, *[1] * (amounts.ndim - 1))
        with np.errstate(over="ignore", invalid="ignore"):
            return _finite(self.scale * np.prod(amounts**powers, axis=0))


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
        object.__setattr__(self, "needs", _numbers_by_name("needs", self.needs))
        for quantity, need in self.needs.items():
            _check_positive(f"needs[{quantity!r}]", need)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        amounts = _amounts(bundle, tuple(self.needs))
        needs = np.array(list(self.needs.values())).reshape(-1, *[1] * (amounts.ndim - 1))
        return _finite((amounts / needs).min(axis=0))


@dataclass(frozen=True)
class Tabulated(Utility):
    """Straight lines between tabulated points; amounts beyond the table are refused.

    Parameters
    ----------
    quantity : str
        Name of the quantity.
    amounts : sequence of float
        At least two, strictly increasing.
    utilities : sequence of float
        Utilons at those amounts; they may rise and fall.

    Raises
    ------
    UtilityError
        If the lists differ in length, are too short, not finite or the amounts do not increase.
    """

    quantity: str
    amounts: Sequence[float]
    utilities: Sequence[float]

    def __post_init__(self) -> None:
        _check_name(self.quantity)
        for name in ("amounts", "utilities"):
            numbers = tuple(getattr(self, name))
            for k, number in enumerate(numbers):
                _check_number(f"{name}[{k}]", number)
            object.__setattr__(self, name, numbers)
        if len(self.amounts) != len(self.utilities) or len(self.amounts) < 2:
            raise UtilityError(
                f"a table needs at least two amounts and a utility for each, found "
                f"{len(self.amounts)} amounts and {len(self.utilities)} utilities"
            )
        for lower, upper in zip(self.amounts, self.amounts[1:], strict=False):
            if not lower < upper:
                raise UtilityError(f"amounts must increase, found {lower:g} before {upper:g}")

    @override
    def value(self, bundle: Bundle) -> Amounts:
        (amounts,) = _amounts(bundle, (self.quantity,))
        low, high = self.amounts[0], self.amounts[-1]
        inside = (amounts >= low) & (amounts <= high)
        _check_domain(self.quantity, amounts, inside, f"between {low:g} and {high:g}")
        with np.errstate(over="ignore", invalid="ignore"):
            return _finite(np.interp(amounts, self.amounts, self.utilities))


UTILITIES: Mapping[str, type[Utility]] = {
    "linear": Linear,
    "power": Power,
    "log": Log,
    "exponential": Exponential,
    "cobb-douglas": CobbDouglas,
    "leontief": Leontief,
    "tabulated": Tabulated,
}
"""Every utility function by the name that scenario files use."""


def _check_name(quantity: str) -> None:
    if not isinstance(quantity, str):
        raise UtilityError(f"quantity must be a name, found {quantity!r}")


def _check_number(name: str, value: float) -> None:
    if not is_finite_number(value):
        raise UtilityError(f"{name} must be a finite number, found {value!r}")


def _check_positive(name: str, value: float) -> None:
    _check_number(name, value)
    if value <= 0:
        raise UtilityError(f"{name} must be positive, found {value!r}")


def _numbers_by_name(name: str, numbers: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(numbers, Mapping) or not numbers:
        raise UtilityError(
            f"{name} must give a number for at least one quantity, found {numbers!r}"
        )
    for quantity, number in numbers.items():
        _check_name(quantity)
        _check_number(f"{name}[{quantity!r}]", number)
    return dict(numbers)


def _amounts(bundle: Bundle, quantities: tuple[str, ...]) -> Amounts:
    """Return the amounts of the named quantities, stacked along a new first axis."""
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
        _check_domain(quantity, array, np.isfinite(array), "finite")
    return np.stack(arrays)


def _check_domain(
    quantity: str, amounts: Amounts, inside: NDArray[np.bool_], expected: str
) -> None:
    if not inside.all():
        raise UtilityError(
            f"amounts of {quantity!r} must be {expected}, found {amounts[~inside].flat[0]:g}"
        )


def _finite(utilities: Amounts) -> Amounts:
    if not np.isfinite(utilities).all():
        raise UtilityError("a utility is too large for floating point; use smaller parameters")
    return np.asarray(utilities, dtype=np.float64)


def _told_apart(quantity: str, amounts: Amounts, utilities: Amounts) -> Amounts:
    """Refuse a strictly increasing function that rounding has made flat."""
    differ = amounts.size > 0 and np.ptp(amounts) > 1e-9 * np.abs(amounts).max()
    if differ and np.ptp(utilities) == 0:
        raise UtilityError(
            f"amounts of {quantity!r} from {amounts.min():g} to {amounts.max():g} all get the same "
            f"utility after rounding; use amounts in another unit or a weaker risk aversion"
        )
    return utilities
