"""A player at the table."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.negotiation.conflicts import Vector

if TYPE_CHECKING:
    from sim.negotiation.model import Negotiation


class Negotiator(mesa.Agent["Negotiation"]):
    """One player: a view on its own row of the model's books.

    It knows its own payoffs, the quoted prices, and what each coalition it belongs to gives it.

    Attributes
    ----------
    player : int
    name : str
    """

    model: "Negotiation"

    def __init__(self, model: "Negotiation", player: int) -> None:
        super().__init__(model)
        self.player = player
        self.name = model.game.players[player]

    @property
    def scale(self) -> float:
        """Utilons that make up its payoff range (1 if its payoffs do not vary)."""
        return float(self.model.game.scales[self.player])

    @property
    def price(self) -> float:
        """Quoted price of its utility: curnits per payoff range."""
        return float(self.model.quote.prices[self.player])

    @property
    def payoff(self) -> float:
        """What it would get if talks ended now, in its own utilons."""
        return float(self.model.payoffs[self.player])

    @property
    def entitlement(self) -> float:
        """Curnits it is entitled to: the sum of what it takes from each of its coalitions."""
        return float(self.model.entitlements[self.player])

    @property
    def purse(self) -> float:
        """Curnits it holds and has not redeemed; negative if it owes them."""
        return float(self.model.purses[self.player])

    @property
    def ledger(self) -> Vector:
        """Curnits it has received from each player so far, less those it paid, shape ``(n,)``."""
        paid = self.model.ledger
        return np.asarray(paid[:, self.player] - paid[self.player])

    @property
    def takes(self) -> Vector:
        """Curnits it takes from each coalition, by mask, shape ``(2**n,)``."""
        return np.asarray(self.model.shares[:, self.player])
