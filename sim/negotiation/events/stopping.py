"""When talks are over: small conditions that all have to hold at a check.

Takes a model, says whether it has converged. Called by :mod:`curnits.sim.running` and, for
replicas, by :mod:`curnits.sim.lockstep`.

Of replicas, each holds or does not: answers are then columns, shape ``(B, 1)``.
"""

from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from typing import Any, override

import numpy as np

from curnits.sim.negotiation.conflicts import Vector, most
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.settings import RunSettings

ENOUGH = 5e-3
"""Most that a settled state may leave to be cleared or regretted, a share of payoff range, however
large a run's tolerance is: a state that leaves more is no equilibrium, even if it never moves."""


class Condition(ABC):
    """Something that must hold for a run to have converged."""

    @abstractmethod
    def holds(self, model: Negotiation) -> Any:
        """Tell whether it holds now; called once at every check."""


@dataclass(frozen=True)
class Smooth(Condition):
    """Sanding has reached its floor."""

    @override
    def holds(self, model: Negotiation) -> Any:
        return model.sanding <= model.settings.sanding_floor


@dataclass(frozen=True)
class Cleared(Condition):
    """Nobody is owed or owes more than ``tolerance`` of its payoff range."""

    tolerance: float

    @override
    def holds(self, model: Negotiation) -> Any:
        return most(np.abs(model.excess)) <= self.tolerance


@dataclass(frozen=True)
class Unregretted(Condition):
    """No coalition regrets its threat by more than ``tolerance`` of an average payoff range."""

    tolerance: float

    @override
    def holds(self, model: Negotiation) -> Any:
        return most(model.credible()[1]) <= self.tolerance * model.stake


@dataclass(frozen=True)
class Settled(Condition):
    """No payoff (share of range) or price (mean 1) moved more than ``tolerance`` of late.

    Attributes
    ----------
    tolerance : float
    checks : int
        Number of checks that make up the window.
    """

    tolerance: float
    checks: int
    _seen: deque[Vector] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_seen", deque(maxlen=self.checks + 1))

    @override
    def holds(self, model: Negotiation) -> Any:
        payoffs = model.market.payoffs(model.quote, model.purses)
        self._seen.append(np.concatenate([payoffs, model.quote.prices], axis=-1))
        moved = np.ptp(np.array(self._seen), axis=0)
        return (len(self._seen) > self.checks) & (most(moved) <= self.tolerance)


@dataclass(frozen=True)
class Talks:
    """Looks at the conditions every few ticks.

    Attributes
    ----------
    conditions : tuple of Condition
    interval : int
        Ticks between two checks.
    """

    conditions: tuple[Condition, ...]
    interval: int

    def over(self, model: Negotiation) -> Any:
        """Tell whether all conditions hold; between checks, no."""
        if model.ticks % self.interval:
            return False
        # everyone is asked, so that windows fill
        held = [condition.holds(model) for condition in self.conditions]
        return np.logical_and.reduce(held)


def talks(settings: RunSettings) -> Talks:
    """Return the conditions that a run's settings ask for, checked eight times in a window."""
    interval = -(-settings.window // 8)
    return Talks(
        (
            Settled(settings.tolerance, -(-settings.window // interval)),
            Smooth(),
            Cleared(min(settings.tolerance, ENOUGH)),
            Unregretted(min(settings.tolerance, ENOUGH)),
        ),
        interval,
    )
