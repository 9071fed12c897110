"""Who trades curnits with whom: one small class for each rule.

Takes what players are owed, in curnits, gives who pays whom. Found by name by :mod:`.rulebook`; the
model asks it at every tick.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

import numpy as np

from curnits.sim.negotiation.conflicts import Vector

_SMALLEST = np.finfo(np.float64).smallest_subnormal
"""Any positive sum of claims is as large at least; nothing is divided by 0."""


class TradeRule(ABC):
    """A rule for settling what players are owed."""

    @abstractmethod
    def settle(self, owed: Vector, rng: np.random.Generator) -> Vector:
        """Return who pays whom.

        Parameters
        ----------
        owed : ndarray, shape (n,)
            Curnits each player is still owed (negative: owes); they sum to zero. With leading axes
            for replicas, if that is what the rule can do.
        rng : numpy.random.Generator

        Returns
        -------
        ndarray, shape (n, n)
            ``flows[i, j] ≥ 0``: curnits player ``i`` pays player ``j``.
        """


@dataclass(frozen=True)
class Auctioneer(TradeRule):
    """Settle everything at once: each debtor pays each creditor in proportion to its claim."""

    @override
    def settle(self, owed: Vector, rng: np.random.Generator) -> Vector:
        claims, debts = np.maximum(owed, 0.0), np.maximum(-owed, 0.0)
        total = claims.sum(axis=-1, keepdims=True)
        shares = claims / np.maximum(total, _SMALLEST)
        return np.asarray(debts[..., None] * shares[..., None, :])


@dataclass(frozen=True)
class Pairs(TradeRule):
    """Match players at random; the one owed less pays the other half their difference.

    With an odd number of players, one sits out.
    """

    @override
    def settle(self, owed: Vector, rng: np.random.Generator) -> Vector:
        n = len(owed)
        order = rng.permutation(n)
        one, other = order[0 : n - 1 : 2], order[1::2]
        flows = np.zeros((n, n))
        half = (owed[one] - owed[other]) / 2.0
        flows[other, one] = np.maximum(half, 0.0)
        flows[one, other] = np.maximum(-half, 0.0)
        return flows


TRADES: Mapping[str, type[TradeRule]] = {"auctioneer": Auctioneer, "pairs": Pairs}
"""The rules by the names settings use."""
