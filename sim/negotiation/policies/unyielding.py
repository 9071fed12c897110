"""To accept nothing below a reservation."""

from typing import override

from pydantic import Field, field_validator

from curnits.sim.games.feasible.linear import Vector
from curnits.sim.games.game import Game
from curnits.sim.negotiation.meetings.meeting import Act, Meeting
from curnits.sim.negotiation.policies.policy import Answer, Policy
from curnits.sim.negotiation.references import REFERENCES, reference


class Reserved(Policy):
    """A policy with a reservation: a payoff in utilons, or the name of a reference.

    References are ``equal``, ``secure`` and ``peaceful``
    (:mod:`curnits.sim.negotiation.references`). They
    are worked out from announced payoffs, and owe nothing to anybody's threats.
    """

    reservation: float | str = Field(
        default="peaceful",
        union_mode="left_to_right",
        description="utilons, or the name of a reference",
    )

    @field_validator("reservation")
    @classmethod
    def _known(cls, stated: float | str) -> float | str:
        if isinstance(stated, str) and stated not in REFERENCES:
            expected = ", ".join(REFERENCES)
            raise ValueError(f"expected a number or one of {expected} (found {stated!r:.60})")
        return stated

    def reserved(self, now: Meeting) -> Vector:
        """Return the reservations of those who are asked, shares of range, shape ``(k,)``."""
        if isinstance(self.reservation, str):
            return now.own(reference(now.game, self.reservation))
        return now.shares(self.reservation)


class Unyielding(Reserved):
    """Insist on a reservation, and walk out when others have not met it for some time.

    It knows its own payoffs, and for a reference what all announce.
    """

    patience: int = Field(default=20, ge=0, description="stalled meetings it sits through")

    @override
    def least(self, game: Game, player: int) -> float:
        if isinstance(self.reservation, str):
            return float(reference(game, self.reservation)[player])
        return float((self.reservation - game.low[player]) / game.scales[player])

    @override
    def claim(self, now: Meeting) -> Answer:
        return self.reserved(now)

    @override
    def act(self, now: Meeting) -> Answer:
        return Act.FIGHT if now.waited >= self.patience else Act.WAIT

    @override
    def heed(self, now: Meeting, proposal: Vector) -> Answer:
        return now.own(proposal) >= self.reserved(now) - _NEARLY

    @override
    def accept(self, now: Meeting) -> Answer:
        return now.own(now.offers) >= self.reserved(now) - _NEARLY


_NEARLY = 2e-3
"""What a reservation may be missed by, in shares of payoff range: talks are no more exact."""
