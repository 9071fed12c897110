"""To open with more than is due, and to come down slowly or quickly."""

from typing import override

import numpy as np
from pydantic import Field

from curnits.sim.negotiation.meetings.meeting import Act, Meeting
from curnits.sim.negotiation.policies.policy import Answer, Policy, chosen

_ENOUGH = 0.01
"""The last part of the way that is not worth a quarrel."""


class Hesitant(Policy):
    """Claim the best there is at first, and give up a share of what exceeds one's due each time.

    Claims that fall in proportion are those of exponential concession (Rubinstein 1982 gives the
    reason, discounting; Faratin, Sierra & Jennings 1998 the tactic). In later talks it goes on
    where it was, but for what is forgotten in between. It knows its due at the quoted prices.
    """

    speed: float = Field(default=0.05, gt=0.0, le=1.0, description="share given up each time")
    risk: float = Field(
        default=0.0, ge=0.0, le=1.0, description="probability of walking out of a stalled meeting"
    )

    @property
    @override
    def memories(self) -> int:
        return 1

    @override
    def claim(self, now: Meeting) -> Answer:
        given_up = now.memory[:, 0]
        due = now.own(now.dues)
        claims = due + np.maximum(1.0 - due, 0.0) * (1.0 - given_up)
        given_up += self.speed * (1.0 - given_up)
        return np.where(given_up >= 1.0 - _ENOUGH, -np.inf, claims)

    @override
    def act(self, now: Meeting) -> Answer:
        leaves = chosen(np.full(len(now.players), self.risk), now.rng)
        return np.where(leaves, Act.FIGHT, Act.WAIT)


class Eager(Hesitant):
    """Open high, and come down fast: :class:`Hesitant` with another speed."""

    speed: float = Field(default=0.5, gt=0.0, le=1.0, description="share given up each time")
