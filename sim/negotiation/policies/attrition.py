"""To hold out against others who may never yield: wars of attrition with unknown types."""

from typing import override

import numpy as np
from pydantic import Field
from scipy.optimize import brentq

from curnits.sim.games.feasible.linear import Vector
from curnits.sim.negotiation.meetings.meeting import Act, Meeting, most
from curnits.sim.negotiation.policies.policy import Answer
from curnits.sim.negotiation.policies.unyielding import Reserved


class Bluffer(Reserved):
    """Claim what an obstinate player would, and yield at the rate that keeps the other indifferent.

    With probability ``firm`` it is obstinate and never yields; nobody can tell. Otherwise it holds
    out until a random time. If the other, j, has ``c`` to gain over a failure by yielding and ``α``
    if it is yielded to, loses a share ``r`` of what it has by waiting for a meeting, and ``a`` more
    to its audience for each meeting it has waited should it back down, then

        ``λ(t) = (r c + a) / (α − c + a t)``

    keeps it indifferent. With ``a = 0`` that is the constant rate of Abreu & Gul (2000,
    proposition 1): the one whose reputation would be complete later yields at once with the
    probability that makes both complete at the same time.

    With ``war`` what a fight costs it is its secret, drawn evenly from 0 to that. Then whoever
    would lose more by backing down than by a fight is as good as obstinate, and more are the longer
    the crisis lasts; those who are left at the end of it fight. With ``r = c = 0``, ``α = 1`` that
    is the crisis of Fearon (1994): who pays more to its own audience backs down less often.

    It knows the priors, all claims, and the others' discounts and audiences. With three or more
    players it takes the mean of the rates for each of the others, which is no equilibrium.
    """

    firm: float | dict[str, float] = Field(
        default=0.1, description="prior probability of being obstinate, for all or by player"
    )
    war: float | None = Field(
        default=None,
        gt=0.0,
        description="the most that a fight may cost a player, utilons; left out: no such secrets",
    )

    @property
    @override
    def memories(self) -> int:
        return 3  # the stalled meetings until it yields and until it fights, and the talk

    @override
    def claim(self, now: Meeting) -> Answer:
        return self.reserved(now)

    @override
    def act(self, now: Meeting) -> Answer:
        for k in np.flatnonzero(now.memory[:, 2] != now.talk):
            now.memory[k] = *self._holds_out(now, int(now.players[k])), now.talk
        backs_down = np.where(now.own(now.audience) > 0.0, Act.BACK_DOWN, Act.YIELD)
        waits = np.where(now.memory[:, 1] <= now.waited, Act.FIGHT, Act.WAIT)
        return np.where(now.memory[:, 0] <= now.waited, backs_down, waits)

    def _holds_out(self, now: Meeting, player: int) -> tuple[float, float]:
        """Draw after how many stalled meetings it yields, and after how many it fights."""
        rivals = [j for j in range(now.game.n) if j != player and np.isfinite(now.claims[j])]
        lot = 1.0 - float(now.rng.random())
        if not rivals:
            return (np.inf, np.inf) if lot <= self._obstinate(now, player, 0.0) else (0.0, np.inf)
        own = Attrition.against(now, rivals, player)
        end = min(
            self._complete(now, own, player),
            *(self._complete(now, Attrition.against(now, [player], j), j) for j in rivals),
        )
        fights = np.inf if self.war is None else end
        obstinate = self._obstinate(now, player, end)
        if lot <= obstinate:
            return np.inf, fights
        opening = min(1.0, obstinate / own.survival(end)) if obstinate else 1.0
        return (0.0 if lot >= opening else own.time(lot / opening)), fights

    def _complete(self, now: Meeting, way: "Attrition", player: int) -> float:
        """Return when all who might yield would have, had none of them done so at once."""
        if self.war is None:
            return way.time(self._obstinate(now, player, 0.0))

        def left(time: float) -> float:
            return way.survival(time) - self._obstinate(now, player, time)

        last = self.war / max(float(now.audience[player]), 1e-9)
        return float(brentq(left, 0.0, last)) if left(0.0) > 0.0 >= left(last) else 0.0

    def _obstinate(self, now: Meeting, player: int, time: float) -> float:
        """Return how likely a player is one who never yields from some time on."""
        prior = self.firm
        if isinstance(prior, dict):
            prior = prior.get(now.game.players[player], 0.0)
        if self.war is None:
            return prior
        return prior + (1.0 - prior) * min(1.0, float(now.audience[player]) * time / self.war)


class Attrition:
    """How a player yields over time so that its rivals stay indifferent.

    Parameters
    ----------
    loss, growth, prize : float
        ``r c + a``, ``a`` and ``α − c`` of the rivals, on average.
    """

    def __init__(self, loss: float, growth: float, prize: float) -> None:
        self.loss, self.growth, self.prize = loss, growth, max(prize, 1e-9)

    @classmethod
    def against(cls, now: Meeting, rivals: list[int], player: int) -> "Attrition":
        """Return how a player has to yield against some rivals."""
        found = []
        for j in rivals:
            floors = np.where(np.isfinite(now.claims), now.claims, now.fallbacks)
            failing = float(now.fallbacks[j])
            yielding = max(0.0, most(now.game, j, floors) - failing)
            growth = float(now.audience[j] / now.game.scales[j])
            loss = -np.log(now.discounts[j]) * yielding + growth
            found.append((loss, growth, float(now.claims[j]) - failing - yielding))
        loss, growth, prize = np.mean(found, axis=0)
        return cls(float(loss), float(growth), float(prize))

    def survival(self, time: float) -> float:
        """Return the probability of not having yielded by a time, in meetings."""
        if self.growth == 0.0:
            return float(np.exp(-self.loss * time / self.prize))
        base = 1.0 + self.growth * time / self.prize
        return float(base ** (-self.loss / self.growth))

    def time(self, survival: float) -> float:
        """Return when that probability has fallen to a level; infinite for a level of 0."""
        if survival <= 0.0 or self.loss == 0.0:
            return np.inf
        if self.growth == 0.0:
            return float(-np.log(survival) * self.prize / self.loss)
        base = survival ** (-self.growth / self.loss)
        return float((base - 1.0) * self.prize / self.growth)


class Uninformed(Reserved):
    """Hold out while it is likely enough that others yield, and learn from their not doing so.

    It has a prior of how likely the others are obstinate, and of how likely they carry out
    threats, and sees what they do in a fight through noise (Bayes; Harsanyi 1967). Others who are
    not obstinate it expects to yield at a pace. So with every meeting at which nobody does, it
    thinks obstinacy likelier, until waiting costs more than it promises. It does not know the
    others' resolve; announcements and claims it does.
    """

    obstinate: float = Field(
        default=0.2, ge=0.0, le=1.0, description="prior probability that others never yield"
    )
    pace: float = Field(
        default=0.1,
        gt=0.0,
        le=1.0,
        description="probability with which others yield in a meeting, if they ever do",
    )
    prior: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="prior probability that another carries out its threats",
    )
    noise: float = Field(
        default=0.0, ge=0.0, lt=0.5, description="probability of mistaking what it does"
    )

    @override
    def doubts(self) -> tuple[float, float]:
        return self.prior, self.noise

    @override
    def claim(self, now: Meeting) -> Answer:
        return self.reserved(now)

    @override
    def act(self, now: Meeting) -> Answer:
        held_out = (1.0 - self.pace) ** now.waited
        obstinate = self.obstinate / (self.obstinate + (1.0 - self.obstinate) * held_out)
        hope = (1.0 - obstinate) * self.pace
        kept: Vector = np.array([_yielding(now, int(i)) for i in now.players])
        lost = (1.0 - now.own(now.discounts)) * kept
        gained = now.own(now.claims - now.fallbacks) - kept
        return np.where(hope * gained > lost, Act.WAIT, Act.YIELD)


def _yielding(now: Meeting, player: int) -> float:
    """Return what yielding is worth to a player beyond a failure of talks, shares of range."""
    floors = np.where(np.isfinite(now.claims), now.claims, now.fallbacks)
    return max(0.0, most(now.game, player, floors) - float(now.fallbacks[player]))
