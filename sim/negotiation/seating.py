"""Who sits at the table: agents in their seats, and what their policies have them say and do.

The books of a negotiation, with agents that can be removed or replaced while talks go on. Policies
decide what is announced, whose payoffs count for threats, and what no coalition may threaten with.
"""

from collections.abc import Collection, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, members
from curnits.sim.games.game import Game
from curnits.sim.games.normal import normal_form
from curnits.sim.negotiation.agents import Actor, Coalition, Negotiator, actor, joint
from curnits.sim.negotiation.books import Books
from curnits.sim.negotiation.conflicts import Vector, conflicts_of
from curnits.sim.negotiation.market import market_of
from curnits.sim.negotiation.policies.policy import Policy
from curnits.sim.negotiation.rules.rulebook import Rules, announced
from curnits.sim.negotiation.settings import NegotiationSettings


class Seating(Books):
    """Books with agents.

    Parameters and errors as for :class:`Books`.

    Attributes
    ----------
    places : dict from int to Seat
        The place of every proper coalition in its conflict, by mask.
    apart : list of Coalition
        Coalitions that choose their threats in ways of their own.
    """

    def __init__(
        self, game: Game, settings: NegotiationSettings, seed: int, rules: Rules | None = None
    ) -> None:
        super().__init__(game, settings, seed, rules)
        self._negotiators: dict[int, Negotiator] = {}
        self._coalitions: dict[Mask, Coalition] = {}
        self.apart: list[Coalition] = []
        self._actors: list[tuple[Actor, NDArray[np.int64]]] = []
        self._notes: dict[int, Vector] = {}
        self._binds: dict[int, int] = {}
        self._bound: dict[int, int] = {}
        self.places = {seat.coalition: seat for seat in self.conflicts.seats()}

    def seat(self, agent: Negotiator) -> None:
        """Let an agent act for its player, in the place of whoever did."""
        before = self._negotiators.get(agent.player)
        if before is not None:
            before.remove()
        self._negotiators[agent.player] = agent
        self._notes[agent.player] = np.zeros(agent.policy.memories)
        self._group()
        self._adopt(agent.player, agent.policy)

    def vacate(self, agent: Negotiator) -> None:
        """Let nobody act for the player of an agent."""
        if self._negotiators.get(agent.player) is agent:
            del self._negotiators[agent.player]
            self.claims[agent.player] = -np.inf
            self._group()

    def gather(self, agent: Coalition) -> None:
        """Let an agent act for its coalition, in the place of whoever did."""
        before = self._coalitions.get(agent.coalition)
        if before is not None:
            before.remove()
        self._coalitions[agent.coalition] = agent
        if not joint(agent):
            self.apart.append(agent)

    def scatter(self, agent: Coalition) -> None:
        """Let nobody act for the coalition of an agent."""
        if self._coalitions.get(agent.coalition) is agent:
            del self._coalitions[agent.coalition]
        if agent in self.apart:
            self.apart.remove(agent)

    @property
    def negotiators(self) -> Sequence[Negotiator]:
        """The agents of players, in the order of players."""
        return [self._negotiators[i] for i in sorted(self._negotiators)]

    @property
    def coalitions(self) -> Collection[Coalition]:
        """The agents of coalitions."""
        return self._coalitions.values()

    def _adopt(self, player: int, policy: Policy) -> None:
        """Let a player go by a policy from now on."""
        before, self.policies[player] = self.policies[player], policy
        minded = np.array([policy.regards() for policy in self.policies])
        self._minded = None if (minded == 1.0).all() else minded
        self._regards = None
        tick = policy.binds(self.rng)
        if tick is not None:
            self._binds[player] = self.ticks + tick
        doubts = policy.doubts()
        if doubts is not None:
            self.credibility.doubt(player, *doubts)
        if policy != before:
            self._say_anew(self.true)
            self._forbid()

    def _say_anew(self, game: Game) -> None:
        """Let everybody announce its payoffs in a game, and lay out all conflicts."""
        self.true, self.game = game, announced(game, self.policies)
        self.conflicts = conflicts_of(self.game.normalised)
        self.market = market_of(self.game, self.settings)
        self.places = {seat.coalition: seat for seat in self.conflicts.seats()}
        for coalition in self.coalitions:
            coalition.sit(self.places[coalition.coalition])

    def _group(self) -> None:
        """Find out who answers for whom at meetings; players of like policies answer together."""
        groups: list[tuple[Actor, list[int]]] = []
        for agent in self.negotiators:
            speaker = actor(agent)
            alike = [players for other, players in groups if other == speaker]
            if alike:
                alike[0].append(agent.player)
            else:
                groups.append((speaker, [agent.player]))
        self._actors = [(speaker, np.array(players)) for speaker, players in groups]
        self._quiet = all(
            isinstance(speaker, Policy) and speaker.silent for speaker, _ in self._actors
        )

    def _forbid(self) -> None:
        """Find out which joint actions no coalition may threaten with, and keep clear of them.

        What a player has bound itself to counts more than what others would not have it do.
        """
        policies = self.policies
        self.forbidden = self.credibility.forbidden = None
        if all(type(policy).permits is Policy.permits for policy in policies):
            return
        game = normal_form(self.game, "a policy that rules out actions")
        forbidden = np.zeros(len(self.threats), dtype=bool)
        for mask, place in self.places.items():
            inside, permitted = members(mask), []
            for member in inside:
                says = [
                    np.broadcast_to(
                        policies[i].permits(game, i, member, self._bound.get(i, -1)),
                        game.shape[member],
                    )
                    for i in inside
                ]
                everybody = np.logical_and.reduce(says)
                permitted.append(everybody if everybody.any() else says[inside.index(member)])
            forbidden[place.own] = ~reduce(np.logical_and.outer, permitted).ravel()
        self.forbidden = self.credibility.forbidden = forbidden
        for values in (self.threats, self.reputations):
            values[:] = self._cleared(values)

    def _cleared(self, threats: Vector) -> Vector:
        """Return threats without what is forbidden; even ones where nothing is left."""
        if self.forbidden is None:
            return threats
        segments = self.conflicts.segments
        allowed = np.where(self.forbidden, 0.0, threats)
        nothing = (segments.sums(allowed) <= 0.0)[segments.owner]
        return segments.normalise(np.where(nothing, 1.0 - self.forbidden, allowed))
