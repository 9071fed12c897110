"""Who can offer what to whom, and the stationary strategies of those who talk by offers.

Payoffs are in shares of payoff range. Everybody accepts exactly what is worth at least as much to
it as a rejection, after which talks go on as before, or end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.optimize import root

from curnits.sim.games.feasible.linear import InfeasibleError, best_mixture
from curnits.sim.games.rounding import SAME_PAYOFF
from curnits.sim.negotiation.conflicts import Vector

_COURTESY = 1e-6
"""Weight of the others' payoffs for a proposer who is indifferent itself."""

_SETTLED = 1e-10
"""Change of expected payoffs, in shares of range, at which a fixed point is reached."""

_ROUNDS = 20_000
"""Iterations after which a fixed point is given up: contraction by a thousandth gets there."""


@dataclass(frozen=True, eq=False)
class Offer:
    """What a proposer offers, s players being at the table.

    Attributes
    ----------
    proposer : int
        Position at the table.
    threat : int
        Which of its threats it announces with the offer.
    chance : float
        Probability with which it is made in a round.
    payoffs : ndarray, shape (s,)
    mixture : ndarray, shape (X,)
        Over the outcomes that are open to the table.
    multipliers : ndarray, shape (s,)
        By how much its payoff would rise if another demanded one share less; 1 for itself.
    """

    proposer: int
    threat: int
    chance: float
    payoffs: Vector
    mixture: Vector
    multipliers: Vector


@dataclass(frozen=True, eq=False)
class Round:
    """What players can agree on, and what follows a rejection.

    Attributes
    ----------
    outcomes : ndarray, shape (X, s)
        Payoffs of those at the table in every outcome that is open to it.
    money : ndarray, shape (s,), or None
        Payoff of one unit of money to each of them; None where there is none.
    fallbacks : tuple of ndarray, shape (m_k, s)
        For every proposer k and each of its threats: the payoffs if talks end after a rejection.
        What k itself would get does not matter to its offer.
    least : ndarray, shape (s,)
        What each gets anyway. Without money, those who cannot get more by a proposal make none.
    staying : float
        Share of what agreement is worth beyond the fallback that is left after a rejection: the
        probability that talks go on, times a discount factor.
    """

    outcomes: Vector
    money: Vector | None
    fallbacks: tuple[Vector, ...]
    least: Vector
    staying: float

    @property
    def size(self) -> int:
        """Number of players at the table."""
        return int(self.outcomes.shape[1])

    @cached_property
    def proposers(self) -> tuple[int, ...]:
        """Those who can gain by a proposal; everybody, if nobody can or there is money."""
        everybody = tuple(range(self.size))
        if self.money is not None:
            return everybody
        ending, none = replace(self, staying=0.0), np.zeros(self.size)
        most = [ending.best(k, none)[0].payoffs[k] for k in everybody]
        return tuple(k for k in everybody if most[k] > self.least[k] + SAME_PAYOFF) or everybody

    def demands(self, k: int, threat: int, expected: Vector) -> Vector:
        """Return what makes the others accept an offer of k, shape ``(s,)``; −inf for k itself."""
        fallback = self.fallbacks[k][threat]
        demands = np.asarray(fallback + self.staying * (expected - fallback))
        demands[k] = -np.inf
        return demands

    def propose(self, k: int, threat: int, demands: Vector) -> Offer | None:
        """Return the best offer for k that meets demands, shape ``(s,)``; None if there is none."""
        if self.money is not None:
            return self._with_money(k, threat, demands, self.money)
        weights = np.full(self.size, _COURTESY)
        weights[k] = 1.0
        try:
            mixture, duals = best_mixture(self.outcomes @ weights, self.outcomes, (demands, np.inf))
        except InfeasibleError:
            return None
        multipliers = duals.clip(min=0.0)
        multipliers[k] = 1.0
        return Offer(k, threat, 1.0, mixture @ self.outcomes, mixture, multipliers)

    def _with_money(self, k: int, threat: int, demands: Vector, money: Vector) -> Offer:
        """Let k pay all others what they demand, and keep the rest of the largest joint payoff."""
        worths = self.outcomes @ (1.0 / money)
        best = int(worths.argmax())
        payoffs, others = demands.copy(), np.arange(self.size) != k
        payoffs[k] = money[k] * (worths[best] - float((demands / money)[others].sum()))
        mixture = np.eye(1, len(worths), best)[0]
        return Offer(k, threat, 1.0, payoffs, mixture, money[k] / money)

    def best(self, k: int, expected: Vector) -> tuple[Offer, ...]:
        """Return the best offers that everybody accepts, each with the threat that makes it so.

        Between equally good threats k draws evenly. Expected payoffs that nothing feasible can live
        up to (while they are still learned) count as no more than the fallback.
        """
        offers = [
            self.propose(k, threat, self.demands(k, threat, expected))
            for threat in range(len(self.fallbacks[k]))
        ]
        possible = [offer for offer in offers if offer is not None]
        if not possible:
            ending = replace(self, staying=0.0)
            return ending.best(k, expected) if self.staying else (self._hopeless(k),)
        most = max(float(offer.payoffs[k]) for offer in possible)
        equals = [offer for offer in possible if offer.payoffs[k] >= most - SAME_PAYOFF]
        return tuple(replace(offer, chance=1.0 / len(equals)) for offer in equals)

    def _hopeless(self, k: int) -> Offer:
        """Return the outcome that is best for k, as no offer can match the fallbacks."""
        x = int(self.outcomes[:, k].argmax())
        mixture = np.eye(1, len(self.outcomes), x)[0]
        return Offer(k, 0, 1.0, self.outcomes[x], mixture, np.eye(1, self.size, k)[0])

    def offers(self, expected: Vector) -> tuple[Offer, ...]:
        """Return what may be offered in a round, given what everybody expects."""
        share = 1.0 / len(self.proposers)
        return tuple(
            replace(offer, chance=share * offer.chance)
            for k in self.proposers
            for offer in self.best(k, expected)
        )

    def learned(self, expected: Vector) -> Vector:
        """Return what to expect of a round, shape ``(s,)``, when that is expected of the next."""
        return average(self.offers(expected), "payoffs")


def average(offers: Sequence[Offer], what: Literal["payoffs", "mixture", "multipliers"]) -> Vector:
    """Return what the offers of a round have on average."""
    return np.sum([offer.chance * getattr(offer, what) for offer in offers], axis=0)


def stationary(now: Round) -> Vector:
    """Return payoffs that repeat: those that are expected of a round are what it gives on average.

    Found by Powell's hybrid method, then by rounds of learning, which shrink differences by
    ``staying`` each where utility is transferable.

    Returns
    -------
    ndarray, shape (s,)
    """
    start = now.learned(np.mean([rows.mean(axis=0) for rows in now.fallbacks], axis=0))

    def surprise(expected: Vector) -> Vector:
        return now.learned(expected) - expected

    found = root(surprise, start, tol=_SETTLED)
    expected = np.asarray(found.x, dtype=np.float64)
    for _ in range(_ROUNDS):
        following = now.learned(expected)
        moved = float(np.abs(following - expected).max())
        expected = following
        if moved <= _SETTLED:
            break
    return expected
