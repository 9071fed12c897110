"""Encounters in a population: who meets whom, what comes of it, and what one is believed after.

Takes a game of two players, settings, and a policy for each person; gives a table with a row for
each person in each encounter. Partners are matched at random, or along the edges of a network that
says who can talk to whom. Reputations go from one encounter to the next, and policies spread by
imitation. A model as Mesa's users know it: ``step`` is a round, :class:`Person` its agent.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pandas as pd

from curnits.sim.games.game import Game, GameError
from curnits.sim.negotiation.framework import mesa
from curnits.sim.negotiation.policies import Policy, policy_name, read_policy
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Simulation, pursue


class Encounter(NamedTuple):
    """What one person got in one encounter, utilons, and how far it is believed afterwards.

    ``seat`` is the player of the game that it was, ``ending`` as in the table of talks; ``share``
    is the payoff as a share of that player's payoff range.
    """

    round: int
    person: int
    partner: int
    seat: str
    policy: str
    ending: str
    payoff: float
    share: float
    reputation: float


class Outcome(NamedTuple):
    """What an encounter comes to for one of the two, as in :class:`Encounter`."""

    ending: str
    payoff: float
    reputation: float


class Person(mesa.Agent["Population"]):
    """Somebody who negotiates with one partner after the other.

    Attributes
    ----------
    number : int
    policy : Policy
    name : str
        What its policy is called in tables.
    resolve : float
        Probability with which it carries out its threats.
    reputation : float
        Probability with which it is believed to.
    earned : float
        What it got in its last encounter, a share of payoff range; NaN before.
    """

    model: "Population"

    def __init__(
        self, model: "Population", number: int, policy: Policy, name: str, resolve: float
    ) -> None:
        super().__init__(model)
        self.number, self.resolve = number, resolve
        self.policy, self.name = policy, name
        self.reputation = model.negotiation.credibility.start
        self.earned = np.nan

    def step(self) -> None:
        """Now and then imitate a neighbour who did better, in proportion to by how much."""
        others = [other for other in self.model.neighbours(self) if other is not self]
        if not others or self.model.rng.random() >= self.model.imitation:
            return
        model = others[int(self.model.rng.integers(len(others)))]
        if self.model.rng.random() < model.earned - self.earned:
            self.policy, self.name = model.policy, model.name


type Talk = Callable[[Sequence[Person], int], Sequence[Outcome]]
"""What two persons in their seats come to, with a seed."""


class Population(mesa.Model[Person, Any]):
    """People who meet in pairs, round after round.

    Parameters
    ----------
    game : Game
        Of two players; who takes which seat is drawn anew for each encounter.
    policies : sequence
        One for each person: a policy, or one as scenario files state it.
    negotiation, run : optional
        How each encounter goes. Policies and resolve are those of the persons.
    names : sequence of str, optional
        What each person's policy is called in tables; by default as in scenario files.
    resolve : sequence of float, optional
        Of each person; by default all carry out their threats.
    network : networkx.Graph, optional
        Persons are nodes 0, 1, …; by default everybody can meet everybody.
    imitation : float
        Probability with which a person looks at a neighbour after a round. It takes over the
        policy with the probability by which that one earned more, as a share of payoff range
        (Schlag 1998: replicator dynamics in large populations).
    seed : int

    Raises
    ------
    GameError
        If the game has not two players, or persons, policies and network do not match.

    Attributes
    ----------
    encounters : list of Encounter
    rounds : int
        Rounds so far.
    talk : callable
        Gives what an encounter comes to for each of two persons, in their seats, with a seed;
        :meth:`negotiate`, unless it is known from elsewhere.
    """

    def __init__(
        self,
        game: Game,
        policies: Sequence[Policy | str | Mapping[str, Any]],
        negotiation: NegotiationSettings | None = None,
        run: RunSettings | None = None,
        *,
        names: Sequence[str] | None = None,
        resolve: Sequence[float] | None = None,
        network: nx.Graph | None = None,
        imitation: float = 0.0,
        seed: int = 1,
    ) -> None:
        super().__init__(rng=seed)
        if game.n != 2:
            raise GameError(f"encounters need a game of two players (found {game.n})")
        size = len(policies)
        self.network = nx.complete_graph(size) if network is None else network
        if set(self.network) != set(range(size)):
            raise GameError(f"expected a network of the nodes 0 to {size - 1}, one for each policy")
        for what, given in (("resolve", resolve), ("names", names)):
            if given is not None and len(given) != size:
                raise GameError(f"expected the {what} of {size} persons (found {len(given)})")
        read = [read_policy(policy) for policy in policies]
        called = [policy_name(policy) for policy in read] if names is None else names
        resolved = [1.0] * size if resolve is None else resolve
        self.game, self.imitation = game, imitation
        self.negotiation = negotiation or NegotiationSettings()
        self.run = run or RunSettings(tolerance=0.01, window=80)
        self.encounters: list[Encounter] = []
        self.rounds = 0
        self.talk: Talk = self.negotiate
        self.people = [Person(self, k, read[k], called[k], resolved[k]) for k in range(size)]

    def neighbours(self, person: Person) -> list[Person]:
        """Return the persons whom a person can talk to."""
        return [self.people[k] for k in sorted(self.network[person.number])]

    def step(self) -> None:
        """Let everybody who finds a partner negotiate, then let people imitate."""
        self.rounds += 1
        for pair in self._pairs():
            self._meet(*(self.people[k] for k in self.rng.permutation(pair)))
        if self.imitation:
            self.agents.shuffle_do("step")

    def table(self) -> pd.DataFrame:
        """Return the encounters so far, one row for each person in each; see :class:`Encounter`."""
        return pd.DataFrame(self.encounters, columns=list(Encounter._fields))

    def _pairs(self) -> list[tuple[int, int]]:
        """Match people along shuffled edges, none of them twice."""
        edges = sorted(tuple(sorted(edge)) for edge in self.network.edges if len(set(edge)) == 2)
        taken: set[int] = set()
        pairs = []
        for k in self.rng.permutation(len(edges)):
            one, other = edges[k]
            if not taken & {one, other}:
                taken |= {one, other}
                pairs.append((one, other))
        return pairs

    def negotiate(self, pair: Sequence[Person], seed: int) -> list[Outcome]:
        """Let two persons negotiate, and return what comes of it for each."""
        seats = self.game.players
        credibility = self.negotiation.credibility.model_dump() | {
            "resolve": {seat: person.resolve for seat, person in zip(seats, pair, strict=True)}
        }
        stated = self.negotiation.model_dump() | {
            "policies": {seat: person.policy for seat, person in zip(seats, pair, strict=True)},
            "credibility": credibility,
        }
        settings = NegotiationSettings.model_validate(stated)
        simulation = Simulation(self.game, settings, self.run.model_copy(update={"seed": seed}))
        beliefs = simulation.model.credibility
        beliefs.recall(np.array([person.reputation for person in pair]))
        ended = pursue(simulation).tables["talks"].tail(2)
        return [
            Outcome(str(ending), float(payoff), float(level))
            for ending, payoff, level in zip(
                ended["ending"], ended["payoff"], beliefs.levels, strict=True
            )
        ]

    def _meet(self, one: Person, other: Person) -> None:
        """Let two persons talk, and remember what came of it."""
        pair = (one, other)
        came = self.talk(pair, int(self.rng.integers(2**31)))
        for k, (person, partner) in enumerate((pair, pair[::-1])):
            ending, payoff, person.reputation = came[k]
            person.earned = float((payoff - self.game.low[k]) / self.game.scales[k])
            self.encounters.append(
                Encounter(
                    self.rounds,
                    person.number,
                    partner.number,
                    self.game.players[k],
                    person.name,
                    ending,
                    payoff,
                    person.earned,
                    person.reputation,
                )
            )
