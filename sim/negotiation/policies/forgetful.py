"""To begin each talk with little of what the last one taught."""

from typing import override

from pydantic import Field

from curnits.sim.negotiation.policies.policy import Policy


class Forgetful(Policy):
    """Forget threats, beliefs and notes between talks, more than others do.

    Its coalitions forget with it. It knows what truthful players know, for a shorter time.
    """

    share: float = Field(default=0.5, ge=0.0, le=1.0, description="what is forgotten in between")

    @override
    def forgets(self, usual: float) -> float:
        return max(usual, self.share)
