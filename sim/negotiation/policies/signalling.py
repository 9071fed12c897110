"""To be believed by carrying out a part of one's threat."""

from typing import override

import numpy as np
from pydantic import Field

from curnits.sim.negotiation.meetings.meeting import Act, Meeting
from curnits.sim.negotiation.policies.policy import Answer
from curnits.sim.negotiation.policies.unyielding import Reserved


class Signaller(Reserved):
    """Insist on a reservation, and strike while one is not believed.

    A strike carries out a part of the threat, and costs that part of what a fight would: what those
    who would not fight do not pay (signals are costly, Spence 1973; the threat that leaves
    something to chance, Schelling 1960, chapter 8). Once it is believed it waits, and yields when
    the others have not for some time. It knows how far it is believed.
    """

    enough: float = Field(
        default=0.9, ge=0.0, le=1.0, description="being believed so far it strikes no more"
    )
    patience: int = Field(default=20, ge=0, description="stalled meetings it sits through")

    @override
    def claim(self, now: Meeting) -> Answer:
        return self.reserved(now)

    @override
    def act(self, now: Meeting) -> Answer:
        if now.waited >= self.patience:
            return Act.YIELD
        return np.where(now.own(now.believed) < self.enough, Act.STRIKE, Act.WAIT)
