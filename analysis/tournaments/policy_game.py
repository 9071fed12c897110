"""The game of policies: what each way of negotiating earns, whoever it may meet.

Takes mean payoffs of policies by whom they sat with; gives what a policy earns in a population, as
a function of everybody's shares in it. Games count alike, whatever their number of runs, and seats
within a game, too. With two seats it is the symmetric game of a matrix; with more it is a
polynomial, since all others at the table are drawn from the population. Where only a sample of
line-ups was played, seats in which a policy never met such company are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float64]
type Matrix = NDArray[np.float64]
type Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PolicyGame:
    """Mean payoffs of policies by the company they were in.

    Attributes
    ----------
    policies : tuple of str
        k of them.
    own : ndarray of int, shape (c,)
        Whose payoff each of c cells holds.
    company : ndarray of int, shape (c, k)
        How many of the others at the table have each policy.
    seat : ndarray of int, shape (c,)
        In which seat of which game, numbered from 0.
    weights : ndarray, shape (s,)
        What each seat counts; they sum to 1.
    means : ndarray, shape (c,)
        Shares of payoff range.
    """

    policies: tuple[str, ...]
    own: Numbers
    company: Numbers
    seat: Numbers
    weights: Vector
    means: Vector

    @classmethod
    def of_matrix(cls, policies: Sequence[str], payoffs: Matrix) -> Self:
        """Return the symmetric game of two players; ``payoffs[a, b]`` is what a earns from b."""
        k = len(policies)
        own, other = np.divmod(np.arange(k * k), k)
        company = np.eye(k, dtype=np.int64)[other]
        seat = np.zeros(k * k, np.int64)
        return cls(tuple(policies), own, company, seat, np.ones(1), np.ravel(payoffs))

    @property
    def k(self) -> int:
        """Number of policies."""
        return len(self.policies)

    @property
    def pairs(self) -> bool:
        """Whether only two sit at every table."""
        return bool((self.company.sum(axis=1) == 1).all())

    def fitness(self, shares: Vector) -> Vector:
        """Return what each policy earns in a population, shape (k,); NaN where nobody knows."""
        return self.estimator(shares) @ self.means

    def estimator(self, shares: Vector) -> Matrix:
        """Return what each cell counts for each policy's earnings, shape (k, c)."""
        return self._averaging(np.prod(shares**self.company, axis=1))

    @cached_property
    def pairing(self) -> Matrix:
        """What each cell counts for a policy's earnings beside another one, shape (k, k, c).

        All other seats are filled at random.
        """
        return np.stack([self._averaging(beside) for beside in self.company.T], axis=1)

    @property
    def matrix(self) -> Matrix:
        """What each policy earns beside each other one, shape (k, k); NaN where nobody knows."""
        return np.asarray(self.pairing @ self.means)

    def regret(self, shares: Vector) -> float:
        """Return what somebody could gain by another policy; NaN where nobody knows."""
        earned = self.fitness(shares)
        held = shares > 0.0
        return float(earned.max() - shares[held] @ earned[held])

    def slopes(self, shares: Vector) -> Matrix:
        """Return how earnings change with shares, ``[a, b]`` being ∂a/∂share of b, shape (k, k)."""
        count = np.prod(shares**self.company, axis=1)
        total, mean = self._totals(count), self._totals(count * self.means)
        known = np.where(total > 0.0, total, 1.0)
        weights = self._seat_weights(total) / known
        slopes = np.empty((self.k, self.k))
        for b in range(self.k):
            less = self.company.copy()
            less[:, b] = np.maximum(less[:, b] - 1, 0)
            change = self.company[:, b] * np.prod(shares**less, axis=1)
            moved = self._totals(change * self.means) - mean / known * self._totals(change)
            slopes[:, b] = (weights * moved).sum(axis=0)
        return slopes

    def among(self, chosen: Sequence[int]) -> "PolicyGame":
        """Return the game of some of the policies alone."""
        left_out = np.setdiff1d(np.arange(self.k), chosen)
        kept = np.isin(self.own, chosen) & (self.company[:, left_out] == 0).all(axis=1)
        place = {policy: k for k, policy in enumerate(chosen)}
        return replace(
            self,
            policies=tuple(self.policies[a] for a in chosen),
            own=np.array([place[a] for a in self.own[kept].tolist()], np.int64),
            company=self.company[kept][:, list(chosen)],
            seat=self.seat[kept],
            means=self.means[kept],
        )

    def _totals(self, count: Vector) -> Matrix:
        """Return sums by seat and policy, shape (s, k)."""
        total = np.zeros((len(self.weights), self.k))
        np.add.at(total, (self.seat, self.own), count)
        return total

    def _seat_weights(self, total: Matrix) -> Matrix:
        """Return what each seat counts for each policy, shape (s, k); NaN where no seat does."""
        present = np.where(total > 0.0, self.weights[:, None], 0.0)
        overall = present.sum(axis=0)
        return np.asarray(present / np.where(overall > 0.0, overall, np.nan))

    def _averaging(self, count: Vector) -> Matrix:
        """Return the weights of an average over cells within a seat, then over seats."""
        total = self._totals(count)
        weights = self._seat_weights(total) / np.where(total > 0.0, total, 1.0)
        averaging = np.zeros((self.k, len(self.own)))
        averaging[self.own, np.arange(len(self.own))] = count * weights[self.seat, self.own]
        averaging[np.isnan(weights).any(axis=0)] = np.nan
        return averaging
