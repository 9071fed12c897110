"""To refuse what is unfair as often as takes the gain from it."""

from typing import override

import numpy as np
from pydantic import Field, field_validator

from curnits.sim.negotiation.meetings.meeting import Meeting
from curnits.sim.negotiation.policies.policy import Answer, Policy
from curnits.sim.negotiation.references import REFERENCES, reference

_FAIR = 2e-3
"""What another may get beyond a fair share without being refused, in shares of payoff range."""


class Proportionate(Policy):
    """Sign what is unfair only with the probability that leaves nobody a gain from asking for it.

    Who asks for ``u > f``, f being fair, gets it with probability ``(f − d)/(u − d)``, where d is
    what it expects if talks fail: on average just f (Yudkowsky 2013, for agents whose notions of
    fairness differ). What is fair is what a reference gives the others. It knows what all announce,
    the agreement and the standing threats.
    """

    fair: str = Field(default="peaceful", description="name of a reference")
    margin: float = Field(
        default=0.0, ge=0.0, le=1.0, description="what asking costs, a share of payoff range"
    )

    @field_validator("fair")
    @classmethod
    def _known(cls, stated: str) -> str:
        if stated not in REFERENCES:
            raise ValueError(f"expected one of {', '.join(REFERENCES)} (found {stated!r:.60})")
        return stated

    @override
    def accept(self, now: Meeting) -> Answer:
        fair, failing = reference(now.game, self.fair), now.fallbacks
        asked = now.offers - failing
        due = np.maximum(fair - self.margin - failing, 0.0)
        unfair = (now.offers > fair + _FAIR) & (asked > 0.0)
        chances = np.where(unfair, due / np.where(unfair, asked, 1.0), 1.0)
        others = np.arange(now.game.n) != now.players[:, None]
        return np.where(others, chances, 1.0).min(axis=1)
