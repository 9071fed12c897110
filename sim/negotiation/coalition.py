"""Players who act together."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.games.coalitions import Mask, members
from sim.negotiation.conflicts import Seat, Segments, Vector

if TYPE_CHECKING:
    from sim.negotiation.model import Negotiation


class Coalition(mesa.Agent["Negotiation"]):
    """One proper coalition: its threat, and the split of what it adds.

    A view on the model's stacked arrays. When all coalitions adapt at once the model does it for
    them in a few array operations; when they take turns, each calls :meth:`threaten`.

    Attributes
    ----------
    coalition : int
        Mask.
    name : str
        Members joined by ``+``.
    members : tuple of int
    seat : Seat
        Its place in its conflict.
    """

    model: "Negotiation"

    def __init__(self, model: "Negotiation", seat: Seat) -> None:
        super().__init__(model)
        self.coalition: Mask = seat.coalition
        self.members = members(seat.coalition)
        self.name = "+".join(model.game.players[i] for i in self.members)
        self.sit(seat)

    def sit(self, seat: Seat) -> None:
        """Take a place in a conflict, as the game has grown."""
        self.seat = seat
        self._alone = Segments(np.array([seat.payoffs.shape[1]]))

    @property
    def threat(self) -> Vector:
        """Its standing threat: a distribution over its joint actions."""
        return self.model.threats[self.seat.own]

    @property
    def delivered(self) -> Vector:
        """What the standing threats deliver to each player in its conflict; zero outside it."""
        return np.asarray(self.model.delivered[self.coalition])

    @property
    def dividend(self) -> float:
        """Curnits it adds for each member."""
        return float(self.model.shares[self.coalition].sum() / len(self.members))

    def threaten(self) -> None:
        """Adapt the threat against the complement's standing one."""
        model, own = self.model, self.seat.own
        gains = self.seat.gains(model.believed, model.counted[self.coalition])
        model.threats[own] = model.adapt(own, gains, self._alone)
