"""A policy and two rules of one's own, found by name once this package is installed."""

import numpy as np
from pydantic import Field

from curnits.sim.games.coalitions import membership
from curnits.sim.negotiation.meetings.meeting import Act
from curnits.sim.negotiation.policies import Policy
from curnits.sim.negotiation.rules.deciding import DecisionRule
from curnits.sim.negotiation.rules.threats import ThreatRule


class Halves(Policy):
    """Ask for a share of the range, and halve what exceeds one's due at every stalled meeting."""

    ask: float = Field(default=0.9, ge=0.0, le=1.0, description="share asked for at first")

    def claim(self, now):
        due = now.own(now.dues)
        return due + max(0.0, self.ask - 0.1 * now.waited) * (1.0 - due)

    def act(self, now):
        return Act.YIELD if now.waited > 9 else Act.WAIT


class Stubborn(ThreatRule):
    """Threaten with whatever gains most now, half of the time."""

    def respond(self, now):
        best = (now.below_best(now.gains) >= 0.0).astype(float)
        return (now.threats + now.segments.normalise(best)) / 2.0


class Last(DecisionRule):
    """The last member decides."""

    def say(self, tick, at_stake):
        n = at_stake.shape[1]
        inside = membership(n)[:, ::-1]
        return np.eye(n)[n - 1 - inside.argmax(axis=1)]
