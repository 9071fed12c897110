"""How the members of each coalition divide what it adds: one small class for each rule."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

import numpy as np

from sim.games.coalitions import membership, moebius
from sim.negotiation.conflicts import Vector


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


def _surplus(credits_: Vector) -> Vector:
    """Return ``Z_S − Σ_{i∈S} a_i t_i^S``, shape ``(2**n,)``, in curnits.

    The fallbacks of S add up to the surpluses of its proper subcoalitions, however those
    were divided: Möbius inversion.
    """
    return moebius(credits_.sum(axis=1))


SPLITS: Mapping[str, type[SplitRule]] = {"direct": Direct, "concession": Concession}
"""The rules by the names settings use."""
