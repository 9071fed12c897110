"""Marginal utility, and its inverse, of risk-averse players who care about one quantity."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, override

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.utilities import as_scenario
from curnits.sim.games.utilities.risk import Exponential, Log, Power
from curnits.sim.games.utilities.utility import Utility, UtilityError


@dataclass(frozen=True)
class Concave(ABC):
    """A strictly concave, increasing utility function of one quantity.

    Parameters
    ----------
    utility : Utility
        As it is stated.
    quantity : str
    """

    utility: Utility
    quantity: str

    def value(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the utility of amounts, utilons.

        Raises
        ------
        curnits.sim.games.utilities.UtilityError
            If an amount lies outside the domain.
        """
        return self.utility.value({self.quantity: amounts})

    def as_scenario(self) -> Mapping[str, Any]:
        """Return the function and its parameters as scenario files state them."""
        return as_scenario(self.utility)

    @abstractmethod
    def slope(self, amount: float) -> float:
        """Return marginal utility at an amount."""

    @abstractmethod
    def amount_at(self, slope: float) -> float:
        """Return the amount at which marginal utility has a positive value."""


@dataclass(frozen=True)
class _Relative(Concave):
    """Constant relative risk aversion γ of ``c = (wealth + amount) / unit``: ``c^−γ / unit``."""

    aversion: float
    wealth: float
    unit: float

    @override
    def slope(self, amount: float) -> float:
        return float(((self.wealth + amount) / self.unit) ** -self.aversion / self.unit)

    @override
    def amount_at(self, slope: float) -> float:
        return float(self.unit * (slope * self.unit) ** (-1.0 / self.aversion) - self.wealth)


@dataclass(frozen=True)
class _Absolute(Concave):
    """Constant absolute risk aversion α; slope ``exp(−α amount)``."""

    aversion: float

    @override
    def slope(self, amount: float) -> float:
        return float(np.exp(-self.aversion * amount))

    @override
    def amount_at(self, slope: float) -> float:
        return float(-np.log(slope) / self.aversion)


def concave(utility: Utility) -> Concave:
    """Return a utility function with its marginal utility.

    Raises
    ------
    curnits.sim.games.utilities.UtilityError
        If it is not power, log or exponential with positive risk aversion.
    """
    match utility:
        case Power(quantity, aversion, wealth, unit) if aversion > 0:
            return _Relative(utility, quantity, aversion, wealth, unit)
        case Log(quantity, wealth):
            return _Relative(utility, quantity, 1.0, wealth, 1.0)
        case Exponential(quantity, aversion) if aversion > 0:
            return _Absolute(utility, quantity, aversion)
    raise UtilityError(
        "expected a utility with diminishing returns: power or exponential with positive "
        f"risk_aversion, or log (found {type(utility).__name__.lower()})"
    )
