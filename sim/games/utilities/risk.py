"""Utility of one quantity: how much risk a player takes in it, by a formula or a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import override

import numpy as np
from scipy.special import boxcox, exprel

from curnits.sim.games.utilities.utility import (
    Amounts,
    Bundle,
    Utility,
    UtilityError,
    check_domain,
    check_name,
    check_number,
    check_positive,
    finite,
    stacked,
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
        check_name(self.quantity)
        check_number("risk_aversion", self.risk_aversion)
        check_number("wealth", self.wealth)
        check_positive("unit", self.unit)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        (amounts,) = stacked(bundle, (self.quantity,))
        consumption, lowest = self.wealth + amounts, 0.0 - self.wealth
        if self.risk_aversion < 1:
            check_domain(self.quantity, amounts, consumption >= 0, f"at least {lowest:g}")
        else:
            check_domain(self.quantity, amounts, consumption > 0, f"above {lowest:g}")
        # The Box-Cox transform is this function, without cancellation near γ = 1.
        utilities = boxcox(consumption / self.unit, 1.0 - self.risk_aversion)
        return _told_apart(self.quantity, amounts, finite(utilities))


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
        check_name(self.quantity)
        check_number("wealth", self.wealth)

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
        check_name(self.quantity)
        check_number("risk_aversion", self.risk_aversion)

    @override
    def value(self, bundle: Bundle) -> Amounts:
        (amounts,) = stacked(bundle, (self.quantity,))
        with np.errstate(over="ignore"):
            utilities = amounts * exprel(-self.risk_aversion * amounts)
        return _told_apart(self.quantity, amounts, finite(utilities))


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
        check_name(self.quantity)
        for name in ("amounts", "utilities"):
            numbers = tuple(getattr(self, name))
            for k, number in enumerate(numbers):
                check_number(f"{name}[{k}]", number)
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
        (amounts,) = stacked(bundle, (self.quantity,))
        low, high = self.amounts[0], self.amounts[-1]
        inside = (amounts >= low) & (amounts <= high)
        check_domain(self.quantity, amounts, inside, f"between {low:g} and {high:g}")
        with np.errstate(over="ignore", invalid="ignore"):
            return finite(np.interp(amounts, self.amounts, self.utilities))


def _told_apart(quantity: str, amounts: Amounts, utilities: Amounts) -> Amounts:
    """Refuse a strictly increasing function that rounding has made flat."""
    differ = amounts.size > 0 and np.ptp(amounts) > 1e-9 * np.abs(amounts).max()
    if differ and np.ptp(utilities) == 0:
        raise UtilityError(
            f"amounts of {quantity!r} from {amounts.min():g} to {amounts.max():g} all get the same "
            f"utility after rounding; use amounts in another unit or a weaker risk aversion"
        )
    return utilities
