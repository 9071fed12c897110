"""How the members of each coalition divide what it adds: one small class for each rule."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

import numpy as np
from scipy.special import softmax

from sim.games.coalitions import membership, moebius, zeta
from sim.negotiation.conflicts import Vector

_LEAST_WEIGHT = 1e-300


class SplitRule(ABC):
    """A rule for dividing the gains over fallbacks."""

    @abstractmethod
    def divide(self, credits_: Vector) -> Vector:
        """Return what each member takes from each coalition.

        Parameters
        ----------
        credits_ : ndarray, shape (2**n, n)
            ``a_i r_i^S``: what each member of S is delivered, in curnits; zero for the others.

        Returns
        -------
        ndarray, shape (2**n, n)
            Curnits for each member beyond its fallback ``a_i t_i^S``, which is the sum of what it
            takes from the smaller coalitions; zero for players outside.
        """

    def weigh(self, standing: Vector, gains: Vector, roughness: float) -> Vector:
        """Return how much each member counts when its coalition chooses a threat.

        All count alike, unless a rule says otherwise.

        Parameters
        ----------
        standing : ndarray, shape (2**n, n)
            How much they have counted so far; one for players outside.
        gains : ndarray, shape (2**n, n)
            Curnits that members expect to be delivered beyond their fallbacks.
        roughness : float
            Curnits, positive.

        Returns
        -------
        ndarray, shape (2**n, n)
        """
        return standing


@dataclass(frozen=True)
class Direct(SplitRule):
    """Divide at once: each takes the mean of the members' gains (Harsanyi 1963, section 4)."""

    @override
    def divide(self, credits_: Vector) -> Vector:
        everyone = membership(credits_.shape[1])
        return (_surplus(credits_) / np.maximum(everyone.sum(axis=1), 1.0))[:, None] * everyone


@dataclass(frozen=True)
class Concession(SplitRule):
    """Divide by concessions: whoever is less willing to risk conflict yields a step (Zeuthen 1930).

    Every member of S first demands the whole surplus ``W`` (or to bear nothing of it, if it is
    negative). While the demands exceed ``W`` by ``X > 0``, a member that insists on its demand
    ``D`` rather than take what the others leave risks ``D − min(W, 0)``, its distance from the
    worst, for the sake of ``X``: its risk limit is ``X / (D − min(W, 0))`` (Harsanyi 1977,
    chapter 8). The lowest limit belongs to the largest demand, which is lowered by ``X / |S|``.
    Nobody thus falls below ``W / |S|``; as ``X`` shrinks in proportion, all end there.

    Attributes
    ----------
    tolerance : float
        Talks end when the demands exceed the surplus by at most this share of all that was earned.
    """

    tolerance: float = 1e-12

    @override
    def divide(self, credits_: Vector) -> Vector:
        everyone = membership(credits_.shape[1])
        sizes = np.maximum(everyone.sum(axis=1), 1.0)
        surplus = _surplus(credits_)
        demands = np.maximum(surplus, 0.0)[:, None] * everyone
        enough = self.tolerance * np.abs(credits_).sum()
        excess = demands.sum(axis=1) - surplus
        excess[0] = 0.0
        while (talking := np.flatnonzero(excess > enough)).size:
            step = excess[talking] / sizes[talking]
            bold = np.where(everyone[talking] > 0.0, demands[talking], -np.inf).argmax(axis=1)
            demands[talking, bold] -= step
            excess[talking] -= step
        return demands


@dataclass(frozen=True)
class Delivered(SplitRule):
    """Divide only what is delivered: a fighting coalition gives each member the least gain of any.

    Nothing is paid inside, and what others gain beyond that is disposed of, as in the ``harsanyi``
    equilibrium. So members plead: those who gain less come to count more, by multiplicative weights
    with a little entropy, which settle at a soft minimum. N divides as in :class:`Direct`.

    Attributes
    ----------
    step : float
        By how much the logarithm of a weight falls for a curnit gained.
    """

    step: float = 0.3

    @override
    def divide(self, credits_: Vector) -> Vector:
        n = credits_.shape[1]
        everyone = membership(n)
        sizes = everyone.sum(axis=1)
        shares = np.zeros_like(credits_)
        for size in range(1, n + 1):
            gains = credits_ - zeta(shares) * everyone
            least = np.where(everyone > 0.0, gains, np.inf).min(axis=1)
            dividends = least if size < n else gains.mean(axis=1)
            now = sizes == size
            shares[now] = dividends[now, None] * everyone[now]
        return shares

    @override
    def weigh(self, standing: Vector, gains: Vector, roughness: float) -> Vector:
        inside = membership(gains.shape[1])[1:-1] > 0.0
        logs = np.log(np.maximum(standing[1:-1], _LEAST_WEIGHT))
        pleas = (1.0 - self.step * roughness) * logs - self.step * gains[1:-1]
        shares = softmax(np.where(inside, pleas, -np.inf), axis=1)
        weights = np.ones_like(standing)
        weights[1:-1] = np.where(inside, shares * inside.sum(axis=1, keepdims=True), 1.0)
        return weights


def _surplus(credits_: Vector) -> Vector:
    """Return ``Z_S − Σ_{i∈S} a_i t_i^S``, shape ``(2**n,)``, in curnits.

    The fallbacks of S add up to the surpluses of its proper subcoalitions, however those
    were divided: Möbius inversion.
    """
    return moebius(credits_.sum(axis=1))


SPLITS: Mapping[str, type[SplitRule]] = {
    "direct": Direct,
    "concession": Concession,
    "delivered": Delivered,
}
"""The rules by the names settings use."""
