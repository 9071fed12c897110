"""Who decides for a coalition what it threatens with: one small class for each rule.

What a decider minds is its policy's business (:meth:`Policy.regards`). Players who all mind the
same, in curnits, want the same threats whoever decides.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import membership
from curnits.sim.negotiation.conflicts import Vector


class DecisionRule(ABC):
    """A rule that says how much each member has to say.

    Attributes
    ----------
    lasting : bool
        Whether that never changes.
    """

    lasting: ClassVar[bool] = False

    @abstractmethod
    def say(self, tick: int, at_stake: Vector) -> Vector:
        """Return how much each member has to say, shape ``(2**n, n)``; every row sums to 1.

        Parameters
        ----------
        tick : int
        at_stake : ndarray, shape (2**n, n)
            Curnits that a fight of the coalition would take from each member; zero outside.
        """


@dataclass(frozen=True)
class Alike(DecisionRule):
    """All members have equally much to say."""

    lasting: ClassVar[bool] = True

    @override
    def say(self, tick: int, at_stake: Vector) -> Vector:
        inside = membership(at_stake.shape[1])
        return inside / np.maximum(inside.sum(axis=1, keepdims=True), 1.0)


@dataclass(frozen=True)
class MostAffected(DecisionRule):
    """The member decides for whom most is at stake, the first of several."""

    @override
    def say(self, tick: int, at_stake: Vector) -> Vector:
        inside = membership(at_stake.shape[1]) > 0.0
        return _alone(np.where(inside, np.abs(at_stake), -1.0).argmax(axis=1), at_stake)


@dataclass(frozen=True)
class Appointed(DecisionRule):
    """The member that comes first in the list of players decides, always."""

    lasting: ClassVar[bool] = True

    @override
    def say(self, tick: int, at_stake: Vector) -> Vector:
        return _alone(membership(at_stake.shape[1]).argmax(axis=1), at_stake)


@dataclass(frozen=True)
class Rotating(DecisionRule):
    """Members take turns, one tick each."""

    @override
    def say(self, tick: int, at_stake: Vector) -> Vector:
        inside = membership(at_stake.shape[1])
        sizes = np.maximum(inside.sum(axis=1), 1.0)
        turn = 1.0 + tick % sizes
        return _alone((inside.cumsum(axis=1) >= turn[:, None]).argmax(axis=1), at_stake)


def _alone(deciders: NDArray[np.int64], at_stake: Vector) -> Vector:
    return np.eye(at_stake.shape[1])[deciders]


DECISIONS: Mapping[str, type[DecisionRule]] = {
    "alike": Alike,
    "most-affected": MostAffected,
    "appointed": Appointed,
    "rotating": Rotating,
}
"""The rules by the names settings use."""
