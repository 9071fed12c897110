"""How the members of each coalition divide what it adds: one small class for each rule.

Takes the gains of members over their fallbacks, gives dividends. Found by name by :mod:`.rulebook`;
coalitions ask it at every tick.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

import numpy as np
from scipy.special import softmax

from curnits.sim.games.coalitions import headcounts, membership, moebius, zeta
from curnits.sim.negotiation.conflicts import Vector

_FORGOTTEN = 12.0  # nobody comes to count less than e^-12 times as much as another


class SplitRule(ABC):
    """A rule for dividing the gains over fallbacks."""

    @abstractmethod
    def divide(self, credits_: Vector) -> Vector:
        """Return what each member takes from each coalition.

        Parameters
        ----------
        credits_ : ndarray, shape (2**n, n)
            ``a_i r_i^S``: what each member of S is delivered, in curnits; zero for the others.
            With leading axes for replicas, if that is what the rule can do.

        Returns
        -------
        ndarray, shape (2**n, n)
            Curnits for each member beyond its fallback ``a_i t_i^S``, which is the sum of what it
            takes from the smaller coalitions; zero for players outside.
        """

    @property
    def weighs(self) -> bool:
        """Whether some members come to count more than others."""
        return type(self).weigh is not SplitRule.weigh

    def weigh(self, standing: Vector, gains: Vector, usual: Vector, roughness: float) -> Vector:
        """Return how much each member counts when its coalition chooses a threat.

        All count alike, unless a rule says otherwise.

        Parameters
        ----------
        standing : ndarray, shape (2**n, n)
            How much they have counted so far; one for players outside.
        gains : ndarray, shape (2**n, n)
            Curnits that members are delivered beyond their fallbacks.
        usual : ndarray, shape (2**n, n)
            The rule's own notes, zero at first; to be updated in place.
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
        n = credits_.shape[-1]
        return (_surplus(credits_) / headcounts(n))[..., None] * membership(n)


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
        everyone, sizes = membership(credits_.shape[1]), headcounts(credits_.shape[1])
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
    that expect the trend of gains to go on, with a little entropy; they settle at a soft minimum.
    N divides as in :class:`Direct`.

    Attributes
    ----------
    step : float
        By how much the logarithm of a weight falls for a curnit gained in every tick of a horizon.
    horizon : float
        Ticks over which gains are averaged to see their trend.
    """

    step: float = 1.0
    horizon: float = 8.0

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
    def weigh(self, standing: Vector, gains: Vector, usual: Vector, roughness: float) -> Vector:
        inside = membership(gains.shape[1])[1:-1] > 0.0
        trend = gains - usual
        usual += trend / self.horizon
        expected = (gains / self.horizon + trend)[1:-1]
        pleas = (1.0 - self.step / self.horizon * roughness) * np.log(standing[1:-1])
        pleas = np.where(inside, pleas - self.step * expected, -np.inf)
        loudest = pleas.max(axis=1, keepdims=True)
        pleas = np.where(inside, np.maximum(pleas, loudest - _FORGOTTEN), -np.inf)
        shares = softmax(pleas, axis=1)
        weights = np.ones_like(standing)
        weights[1:-1] = np.where(inside, shares * inside.sum(axis=1, keepdims=True), 1.0)
        return weights


def _surplus(credits_: Vector) -> Vector:
    """Return ``Z_S − Σ_{i∈S} a_i t_i^S``, shape ``(..., 2**n)``, in curnits.

    The fallbacks of S add up to the surpluses of its proper subcoalitions, however those
    were divided: Möbius inversion.
    """
    return moebius(credits_.sum(axis=-1), axis=-1)


SPLITS: Mapping[str, type[SplitRule]] = {
    "direct": Direct,
    "concession": Concession,
    "delivered": Delivered,
}
"""The rules by the names settings use."""
