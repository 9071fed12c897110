"""The agents: players who act by their policies, and coalitions that threaten.

Agents act on the rows of the books that are theirs. Those that act in the ways of their class do so
together, in a few array operations; one that overrides an acting method acts by itself. An agent
that is removed does nothing more: a player without one neither claims nor trades, a coalition
without one stands by its last threat. A new agent for the same seat takes the place of the old one.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, members
from curnits.sim.negotiation.conflicts import Seat, Segments, Vector
from curnits.sim.negotiation.framework import mesa
from curnits.sim.negotiation.meetings.meeting import Meeting
from curnits.sim.negotiation.policies.policy import Policy

if TYPE_CHECKING:
    from curnits.sim.negotiation.model import Negotiation


class Negotiator(mesa.Agent["Negotiation"]):
    """One player: what it wants, what it says, what it believes, what it holds, and how it acts.

    It knows its own payoffs, what the others announce and claim, the quoted prices, and what each
    coalition it belongs to gives it. Its acting methods go by its policy; a subclass may override
    them.

    Parameters
    ----------
    model : Negotiation
    player : int
    policy : Policy, optional
        By default the one that the model's rules have for the player.

    Attributes
    ----------
    player : int
    name : str
    policy : Policy
    """

    model: "Negotiation"

    def __init__(self, model: "Negotiation", player: int, policy: Policy | None = None) -> None:
        super().__init__(model)
        self.player = player
        self.name = model.game.players[player]
        self.policy = policy or model.rules.policies[player]
        model.seat(self)

    def step(self) -> None:
        """Say what it insists on now, and what it does if talks are stalled."""
        self.model.hear(self, np.array([self.player]))

    def remove(self) -> None:
        """Leave the table."""
        super().remove()
        self.model.vacate(self)

    def claim(self, now: Meeting) -> Vector:
        """Return what it insists on, as :meth:`Policy.claim`."""
        return np.asarray(self.policy.claim(now))

    def act(self, now: Meeting) -> NDArray[np.int64]:
        """Return what it does while talks are stalled, as :meth:`Policy.act`."""
        return np.asarray(self.policy.act(now))

    def heed(self, now: Meeting, proposal: Vector) -> Vector:
        """Tell whether it settles for what a mediator proposes, as :meth:`Policy.heed`."""
        return np.asarray(self.policy.heed(now, proposal))

    def accept(self, now: Meeting) -> Vector:
        """Return how likely it accepts the agreement that is ready, as :meth:`Policy.accept`."""
        return np.asarray(self.policy.accept(now))

    def resolve(self, now: Meeting) -> Vector:
        """Return how likely it carries out its threat, as :meth:`Policy.resolve`."""
        return np.asarray(self.policy.resolve(now))

    def learn(self, now: Meeting, payoffs: Vector) -> None:
        """Draw lessons from talks that have ended, as :meth:`Policy.learn`."""
        self.policy.learn(now, payoffs)

    @property
    def utility(self) -> Vector:
        """Its true payoffs over the outcomes that N can agree on, utilons, shape ``(X,)``."""
        return np.asarray(self.model.true.outcomes[:, self.player])

    @property
    def announcement(self) -> Vector:
        """What it says that they are, shape ``(X,)``."""
        return np.asarray(self.model.game.outcomes[:, self.player])

    @property
    def beliefs(self) -> Vector:
        """How likely it thinks each player is to carry out threats, shape ``(n,)``."""
        return self.model.credibility.beliefs(self.player)

    @property
    def scale(self) -> float:
        """Utilons that make up its announced payoff range (1 if its payoffs do not vary)."""
        return float(self.model.game.scales[self.player])

    @property
    def price(self) -> float:
        """Quoted price of its utility: curnits per payoff range."""
        return float(self.model.quote.prices[self.player])

    @property
    def payoff(self) -> float:
        """What it would truly get if talks ended now, in its own utilons."""
        return float(self.model.payoffs[self.player])

    @property
    def entitlement(self) -> float:
        """Curnits it takes from all its coalitions, after making room for claims."""
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


class Coalition(mesa.Agent["Negotiation"]):
    """One proper coalition: its threat, the split of what it adds, and who decides for it.

    Parameters
    ----------
    model : Negotiation
    coalition : int
        Mask.

    Attributes
    ----------
    coalition : int
        Mask.
    name : str
        Members joined by ``+``.
    members : tuple of int
    place : Seat
        Its place in its conflict.
    """

    model: "Negotiation"

    def __init__(self, model: "Negotiation", coalition: Mask) -> None:
        super().__init__(model)
        self.coalition = coalition
        self.members = members(coalition)
        self.name = "+".join(model.game.players[i] for i in self.members)
        self.sit(model.places[coalition])
        model.gather(self)

    def sit(self, place: Seat) -> None:
        """Take a place in a conflict, as the game has grown."""
        self.place = place
        self._alone = Segments(np.array([place.payoffs.shape[1]]))

    def step(self) -> None:
        """Adapt its threat."""
        self.threaten()

    def remove(self) -> None:
        """Fall apart; what it last threatened with stands."""
        super().remove()
        self.model.scatter(self)

    @property
    def threat(self) -> Vector:
        """Its standing threat: a distribution over its joint actions."""
        return self.model.threats[self.place.own]

    @property
    def delivered(self) -> Vector:
        """What the standing threats deliver to each player in its conflict; zero outside it."""
        return np.asarray(self.model.delivered[self.coalition])

    @property
    def split(self) -> Vector:
        """Curnits each player takes from what it adds, shape ``(n,)``."""
        return np.asarray(self.model.shares[self.coalition])

    @property
    def dividend(self) -> float:
        """Curnits it adds for each member."""
        return float(self.model.shares[self.coalition].sum() / len(self.members))

    @property
    def gains(self) -> Vector:
        """What its joint actions gain against the complement's standing threat, curnits."""
        model = self.model
        return self.place.gains(model.believed, model.counted[self.coalition])

    def choose(self) -> Vector:
        """Return its next threat, by the model's rule; subclasses may override this."""
        return self.model.adapt(self.place.own, self.gains, self._alone)

    def threaten(self) -> None:
        """Adapt the threat against the complement's standing one."""
        self.model.stand_by(self, self.choose())


class Mediator(mesa.Agent["Negotiation"]):
    """Somebody without a stake who proposes what all might settle for.

    It knows all claims and what can be agreed on, and nobody's true payoffs. Its class may be
    replaced by one that proposes something else.
    """

    model: "Negotiation"

    def propose(self, claims: Vector, gap: float) -> Vector:
        """Return what everybody should settle for, shares of range: all claims fall alike.

        Parameters
        ----------
        claims : ndarray, shape (n,)
            The least that players insist on, or would rather fail than have less of.
        gap : float
            By how much all of them must fall to be met together.
        """
        return claims - gap

    def step(self) -> None:
        """Propose, and let everybody answer."""
        self.model.mediate(self)


def simultaneous(model: "Negotiation") -> None:
    """All at once, against what stood before."""
    apart = [(agent, agent.choose()) for agent in model.apart]
    everyone = slice(None)
    adapted = model.adapt(everyone, model.gains, model.conflicts.segments)
    if len(model.coalitions) == len(model.places):
        model.threats[:] = adapted
    else:
        for agent in model.coalitions:
            model.threats[agent.place.own] = adapted[agent.place.own]
    for agent, threat in apart:
        model.stand_by(agent, threat)


def random(model: "Negotiation") -> None:
    """One after the other in shuffled order, each against what stands by then."""
    model.agents.select(agent_type=Coalition).shuffle_do("step")


def staged(model: "Negotiation") -> None:
    """Lone players first, then pairs, and so on up to the largest."""
    model.agents.select(agent_type=Coalition).do("step")


def joint(agent: Coalition) -> bool:
    """Tell whether a coalition acts in the ways of its class, so that it can act with others."""
    kind = type(agent)
    return kind is Coalition or (
        kind.choose is Coalition.choose and kind.threaten is Coalition.threaten
    )


ACTIVATIONS: Mapping[str, Callable[["Negotiation"], None]] = {
    "simultaneous": simultaneous,
    "random": random,
    "staged": staged,
}
"""The orders in which coalitions adapt their threats, by the names settings use."""

type Actor = Policy | Negotiator
"""Whoever answers for players at a meeting: a policy for all that have it, or one player."""


def actor(agent: Negotiator) -> Any:
    """Return who answers for a player: its policy, or itself if its class overrides a method."""
    acting = ("claim", "act", "heed", "accept", "resolve", "learn")
    own = type(agent)
    plain = all(getattr(own, name) is getattr(Negotiator, name) for name in acting)
    return agent.policy if plain else agent
