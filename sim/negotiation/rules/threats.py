"""How a coalition adapts its threat: one small class for each rule.

A coalition knows what each of its joint actions would gain, at the quoted prices, against the
standing threat of its complement; nothing else. A rule acts on a flat vector that holds one
coalition's joint actions or those of all coalitions side by side (``segments`` says where each
begins), so the same few lines serve an agent that moves alone and a whole society at once. All but
``extragradient`` also act on many such vectors, shape ``(..., L)``: one for each replica.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, override

import numpy as np

from curnits.sim.negotiation.conflicts import Column, Segments, Vector
from curnits.sim.negotiation.settings import NegotiationSettings

_TIE = 1e-12
"""Gains, in shares of payoff range, below which two threats are equally good."""

_FORGOTTEN = 12.0  # an action e^-12 times as likely as the best is remembered no more exactly


def recency(tick: int) -> float:
    """Return the weight of the newest of ``tick + 1`` observations in a running average.

    Older ones then weigh in proportion to the square of their age rank, so that the first ticks,
    when prices were still far off, are soon forgotten.
    """
    return 3.0 / (tick + 3.0)


class Situation(NamedTuple):
    """What a rule may use.

    Attributes
    ----------
    threats : ndarray, shape (L,)
        The standing threats of whoever moves.
    memory : ndarray, shape (memories, L)
        The rule's own notes, zero at first; to be updated in place.
    gains : ndarray, shape (L,)
        What each joint action gains, as a share of all that is at stake (``Σ_i a_i``).
    segments : Segments
        The piece of each coalition.
    sanding : Column
        Roughness of the game, as a share of all that is at stake.
    tick : int
        Ticks before this one.
    """

    threats: Vector
    memory: Vector
    gains: Vector
    segments: Segments
    sanding: Column
    tick: int

    def below_best(self, values: Vector) -> Vector:
        """Return how far values lie below the best of their piece (non-positive)."""
        return np.asarray(values - self.segments.spread(self.segments.maxima(values)))


class ThreatRule(ABC):
    """A rule for adapting threats.

    Attributes
    ----------
    memories : int
        Numbers the rule remembers for each joint action.
    """

    memories: ClassVar[int] = 0

    @abstractmethod
    def respond(self, now: Situation) -> Vector:
        """Return the next threats, shape ``(L,)``."""


@dataclass(frozen=True)
class Optimistic(ThreatRule):
    """Multiplicative weights that expect the last gains to repeat, with a little entropy.

    ``ℓ ← (1 − ηε) ℓ + η (2 z_t − z_{t−1})``, ``ρ = softmax ℓ``: optimistic hedge (Rakhlin and
    Sridharan 2013; last iterates converge in zero-sum games, Daskalakis and Panageas 2019).
    Weights further than ``e^-12`` below the best are raised to it, so that no action is forgotten
    for good. Around a mixed equilibrium the two sides circle at a speed of at most ``η/2`` a tick,
    which the optimism damps as long as ``η < 2/√3 ≈ 1.15``.

    Attributes
    ----------
    step : float
        η, per share of all that is at stake.
    """

    memories: ClassVar[int] = 2
    step: float

    @override
    def respond(self, now: Situation) -> Vector:
        weights, previous = now.memory
        expected = 2.0 * now.gains - previous if now.tick else now.gains
        logs = (1.0 - self.step * now.sanding) * weights + self.step * expected
        now.memory[0] = np.maximum(now.below_best(logs), -_FORGOTTEN)
        now.memory[1] = now.gains
        return now.segments.normalise(np.exp(now.memory[0]))


@dataclass(frozen=True)
class Anticipating(ThreatRule):
    """Multiplicative weights that expect the trend of gains to go on, with a little entropy.

    ``ℓ ← (1 − ηε/H) ℓ + η (z/H + z − z̄)``, ``ρ = softmax ℓ``, where z̄ is a running average of the
    gains over about H ticks; with H = 1 that is :class:`Optimistic`. Where coalitions weigh their
    members differently, conflicts are not zero-sum, and what circles may also spiral outwards. The
    trend of many ticks leans against slow circles too, which the last change hardly notices.

    Attributes
    ----------
    step : float
        η, per share of all that is at stake.
    horizon : float
        H, in ticks.
    """

    memories: ClassVar[int] = 2
    step: float
    horizon: float = 8.0

    @override
    def respond(self, now: Situation) -> Vector:
        weights, usual = now.memory
        trend = now.gains - usual
        logs = (1.0 - self.step / self.horizon * now.sanding) * weights
        logs += self.step * (now.gains / self.horizon + trend)
        now.memory[0] = np.maximum(now.below_best(logs), -_FORGOTTEN)
        now.memory[1] += trend / self.horizon
        return now.segments.normalise(np.exp(now.memory[0]))


@dataclass(frozen=True)
class RegretMatching(ThreatRule):
    """Play in proportion to positive regrets, the last one expected to repeat.

    Regret matching (Hart and Mas-Colell 2000) whose regrets never fall below zero, in its
    predictive form (Farina, Kroer and Sandholm 2021). Averages of its threats converge in zero-sum
    games, the threats themselves need not.
    """

    memories: ClassVar[int] = 1

    @override
    def respond(self, now: Situation) -> Vector:
        segments = now.segments
        latest = now.gains - segments.spread(segments.sums(now.threats * now.gains))
        now.memory[0] = np.maximum(now.memory[0] + latest, 0.0)
        expected = np.maximum(now.memory[0] + latest, 0.0)
        content = segments.spread(segments.maxima(expected)) <= 0.0
        return segments.normalise(np.where(content, now.threats, expected))


@dataclass(frozen=True)
class Extragradient(ThreatRule):
    """Regret matching that tries a step before it takes one, and forgets as it settles.

    In even ticks ``x' = Π(R + η r(x))`` is only tried, in odd ones ``R ← Π(R + η r(x'))`` is kept,
    where r is what each joint action would have gained and Π projects on what is non-negative and
    sums to at least 1; threats are in proportion. Whenever steps have become half as long since the
    last time, R starts again at the threats themselves. With such restarts the last threats of
    zero-sum games converge at a linear rate (Cai, Farina, Grand-Clément, Kroer, Lee, Luo & Zheng
    2023, algorithm RS-ExRM+). A step takes two ticks.

    Attributes
    ----------
    step : float
        η, per share of all that is at stake.
    """

    memories: ClassVar[int] = 2
    step: float

    @override
    def respond(self, now: Situation) -> Vector:
        segments, (regrets, longest) = now.segments, now.memory
        fresh = segments.sums(regrets)[segments.owner] <= 0.0
        regrets = np.where(fresh, now.threats, regrets)
        longest = np.where(fresh, 1.0, longest)
        latest = now.gains - segments.sums(now.threats * now.gains)[segments.owner]
        stepped = segments.project(regrets + self.step * latest)
        if now.tick % 2 == 0:
            length = segments.maxima(np.abs(stepped - regrets))[segments.owner]
            settling = length <= longest / 2.0
            now.memory[0] = np.where(settling, segments.normalise(regrets), regrets)
            now.memory[1] = np.where(settling, length, longest)
        else:
            now.memory[:] = stepped, longest
        return segments.normalise(stepped)


@dataclass(frozen=True)
class BestResponse(ThreatRule):
    """Play the best reply to the complement's standing threat; ties evenly. Often cycles."""

    @override
    def respond(self, now: Situation) -> Vector:
        best = now.below_best(now.gains) >= -_TIE
        return now.segments.normalise(best.astype(np.float64))


@dataclass(frozen=True)
class FictitiousPlay(BestResponse):
    """Announce the average of one's best replies so far (Brown 1951), recent ones counting more."""

    @override
    def respond(self, now: Situation) -> Vector:
        return now.threats + recency(now.tick) * (super().respond(now) - now.threats)


@dataclass(frozen=True)
class Logit(ThreatRule):
    """Announce the average of one's quantal responses, whose temperature is the sanding.

    Smooth fictitious play (Fudenberg and Levine 1998, section 4) on the logit response of McKelvey
    and Palfrey (1995).
    """

    @override
    def respond(self, now: Situation) -> Vector:
        response = now.segments.normalise(np.exp(now.below_best(now.gains) / now.sanding))
        return now.threats + recency(now.tick) * (response - now.threats)


THREATS: Mapping[str, Callable[[NegotiationSettings], ThreatRule]] = {
    "optimistic": lambda settings: Optimistic(settings.threat_step),
    "anticipating": lambda settings: Anticipating(settings.threat_step),
    "regret-matching": lambda _: RegretMatching(),
    "extragradient": lambda settings: Extragradient(settings.threat_step),
    "fictitious-play": lambda _: FictitiousPlay(),
    "best-response": lambda _: BestResponse(),
    "logit": lambda _: Logit(),
}
"""The rules by the names settings use."""
