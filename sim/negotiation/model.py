"""A negotiation: one tick is redeem → threaten → meet → split → trade.

Players announce payoffs, and the market and all threats go by announcements. Every few ticks those
players meet whose policies have anything to say: they claim a least payoff, and if all claims
cannot be met together the talk is stalled, until somebody yields, backs down or walks out. Claims
that can be met are made room for by the others (:func:`sim.negotiation.claims.make_room`). With
truthful players nobody claims anything, and there are no meetings.
"""

from collections.abc import Callable, Collection, Sequence
from functools import reduce
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.games.coalitions import Mask, members, membership, zeta
from sim.games.game import Game, normal_form
from sim.negotiation.agents import (
    ACTIVATIONS,
    Actor,
    Coalition,
    Mediator,
    Negotiator,
    actor,
    joint,
)
from sim.negotiation.books import Books
from sim.negotiation.claims import make_room, shortfall
from sim.negotiation.conflicts import Segments, Vector, conflicts_of
from sim.negotiation.credibility import retreats
from sim.negotiation.journal import ActEntry
from sim.negotiation.market import market_of, quote
from sim.negotiation.meeting import Act, Meeting
from sim.negotiation.policies.policy import Policy
from sim.negotiation.rules import Rules, acts, announced, answer
from sim.negotiation.settings import NegotiationSettings
from sim.negotiation.threats import Situation, recency

_CALM = 5.0  # regrets up to so many times the sanding are to be expected
_WAIT = 0.25  # pace of sanding while regrets are larger

_WORDS = {
    Act.YIELD: "yields",
    Act.BACK_DOWN: "backs down",
    Act.FIGHT: "walks out",
    Act.STRIKE: "strikes",
}

_NEWS = 0.01
"""By how much a claim must change to be noted, in shares of payoff range."""


class Negotiation(Books):
    """The players of a game and all their coalitions at the table.

    Parameters
    ----------
    game : Game
    settings : NegotiationSettings
    seed : int
    rules : Rules, optional
        Objects for the rules and policies; by default those that the settings name.
    over : callable, optional
        Tells of the model whether talks are over; then ``running`` turns False, and Mesa stops.
        Without it they go on.

    Raises
    ------
    GameError
        If the game has too many conflicts to be negotiated, or cannot have one of the policies.

    Attributes
    ----------
    places : dict from int to Seat
        The place of every proper coalition in its conflict, by mask.
    apart : list of Coalition
        Coalitions that choose their threats in ways of their own.
    """

    settling_agrees: ClassVar[bool] = True
    """Whether talks end in agreement when nothing moves any more."""

    learns: ClassVar[bool] = True
    """Whether players learn what to expect by talking; otherwise they know it beforehand."""

    def __init__(
        self,
        game: Game,
        settings: NegotiationSettings,
        seed: int,
        rules: Rules | None = None,
        over: Callable[[Any], bool] | None = None,
    ) -> None:
        super().__init__(game, settings, seed, rules)
        self._activate = ACTIVATIONS[settings.activation]
        self._over = over
        self._negotiators: dict[int, Negotiator] = {}
        self._coalitions: dict[Mask, Coalition] = {}
        self.apart: list[Coalition] = []
        self._actors: list[tuple[Actor, NDArray[np.int64]]] = []
        self._notes: dict[int, Vector] = {}
        self._binds: dict[int, int] = {}
        self._bound: dict[int, int] = {}
        seats = self.conflicts.seats()
        self.places = {seat.coalition: seat for seat in seats}
        for player in range(game.n):
            Negotiator(self, player)
        for seat in sorted(seats, key=lambda seat: seat.coalition.bit_count()):
            Coalition(self, seat.coalition)
        if settings.impasse.mediator is not None:
            Mediator(self)
        self._trembling = self.rng.spawn(1)[0]  # of its own, so that no other chance event shifts
        self._tremble(settings.tremble)
        self._forbid()

    def seat(self, agent: Negotiator) -> None:
        """Let an agent act for its player, in the place of whoever did."""
        before = self._negotiators.get(agent.player)
        if before is not None:
            before.remove()
        self._negotiators[agent.player] = agent
        self._notes[agent.player] = np.zeros(agent.policy.memories)
        self._group()
        self._adopt(agent.player, agent.policy)

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

    def grow(self, game: Game, player: int, base: int) -> None:
        """Go on with a game in which a player has one more action, the last of its list.

        Nobody plays it yet; what coalitions remember of it is what they remember of the action
        ``base``. Prices, and the worth of what is in the purses, stay as they are.

        Parameters
        ----------
        game : Game
            With true payoffs.
        player : int
        base : int

        Raises
        ------
        GameError
            If the game has become too big to be negotiated.
        """
        before, layout = self.game, self.conflicts
        self._say_anew(game)

        def carried(values: Vector, share: float) -> Vector:
            return self._with_action(before, layout.by_coalition(values), player, base, share)

        self.threats, self.reputations = carried(self.threats, 0.0), carried(self.reputations, 0.0)
        self.gains = carried(self.gains, 1.0)
        size = len(self.threats)
        self._memory = np.array([carried(row, 1.0) for row in self._memory]).reshape(-1, size)
        prices = self.quote.prices * self.game.scales / before.scales
        unit = float(prices.mean())
        self.purses /= unit
        self.ledger /= unit
        self.quote = quote(self.game.normalised.outcomes, prices / unit, self.sanding)
        self._forbid()

    def _with_action(
        self, before: Game, pieces: dict[Mask, Vector], player: int, base: int, share: float
    ) -> Vector:
        """Lay out values anew, those of the new action being a share of those of the base."""
        actions, laid = normal_form(before, "one more action").shape, []
        for mask in map(int, self.conflicts.coalitions):
            inside = members(mask)
            piece = pieces[mask]
            if player in inside:
                axis = inside.index(player)
                joint = piece.reshape([actions[i] for i in inside])
                piece = np.concatenate([joint, share * joint.take([base], axis)], axis).ravel()
            laid.append(piece)
        return np.concatenate(laid)

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

    def step(self) -> None:
        """Redeem what the last trade left in the purses, then threaten, meet, split and trade."""
        self.redeem()
        self.threaten()
        self.meet()
        self.split()
        self.trade()
        self.ticks += 1
        if self._over is not None:
            self.running = not self._over(self)

    def unsettle(self) -> None:
        """Sand the frontier anew, from its roughest: the game is no longer what it was."""
        self._sanded = 0.0

    def close(self, ending: str, payoffs: Vector) -> None:
        """Let the present talk end with these payoffs, utilons, and players learn from it."""
        self.journal.close(self.ticks, ending, payoffs)
        if not self._quiet:
            shares = (payoffs - self.true.low) / self.true.scales
            for speaker, players in self._actors:
                speaker.learn(self._meeting(speaker, players), shares)

    def reopen(self) -> None:
        """Begin to talk anew: nobody owes anything, and a part of what was learned is forgotten."""
        usual = self.settings.forgetting
        kept, even = 1.0 - usual, self.conflicts.segments.uniform()
        forgetting = np.array([policy.forgets(usual) for policy in self.policies])
        inside = membership(self.game.n) > 0.0
        by_coalition = np.where(inside, forgetting, usual).max(axis=1)
        lost = by_coalition[self.conflicts.coalitions][self.conflicts.segments.owner]
        self.threats = (1.0 - lost) * self.threats + lost * even
        self.reputations = (1.0 - lost) * self.reputations + lost * even
        self._memory *= 1.0 - lost
        for player in self._notes:
            self._notes[player] *= 1.0 - forgetting[player]
        self._sanded *= kept
        self.purses = np.zeros(self.game.n)
        self.quote = self.market.resume(self.quote, kept, self.sanding)
        self.claims[:] = -np.inf
        self.yielded[:] = False
        self.gap, self.waited, self.leaving, self._met = 0.0, 0, 0, 0
        self.penalties[:] = 0.0
        self.threats, self.reputations = map(self._cleared, (self.threats, self.reputations))
        self._tremble(self.settings.tremble * self.settings.forgetting)

    def _tremble(self, most: float) -> None:
        """Shake standing threats and prices, so that the seed decides between equals."""
        shaken = self.threats * np.exp(self._trembling.uniform(-most, most, len(self.threats)))
        self.threats = self.conflicts.segments.normalise(shaken)
        nudges = self._trembling.uniform(-most, most, self.game.n)
        self.quote = self.market.shake(self.quote, nudges, self.sanding)

    def redeem(self) -> None:
        """Sand the frontier a little less and move along it."""
        self.sand()
        self.quote, redeemed = self.market.redeem(self.quote, self.purses, self.sanding)
        self.purses -= redeemed

    def sand(self) -> None:
        """Sand the frontier a little less.

        Roughness is what calms threats that circle, so it falls more slowly while they still do.
        """
        settings = self.settings
        falling = settings.sanding_start / (1.0 + self._sanded / settings.sanding_pace) ** 2
        self.sanding = max(settings.sanding_floor, falling) * self.stake
        self._sanded += 1.0 if self.regret <= _CALM * self.sanding else _WAIT

    def threaten(self) -> None:
        """Let the standing threats meet, then let every coalition adapt its own."""
        self._bind()
        self._decide()
        self.gains, self.delivered = self.conflicts.fight(self.believed, self.counted)
        self.delivered[-1] = self.quote.payoffs
        self.gains = self.permitted(self.gains)
        regrets = self.conflicts.segments.regrets(self.threats, self.gains)
        self.regret = float(regrets.max(initial=0.0))
        self._activate(self)
        self.threats = self._cleared(self.threats)
        self.reputations += recency(self.ticks) * (self.threats - self.reputations)
        self.credibility.retreat(self.conflicts, self.threats, self.quote.prices)

    def _bind(self) -> None:
        """Let players whose time it is bind themselves to an action."""
        for player, tick in self._binds.items():
            if tick == self.ticks and self.game.n > 1:
                game, place = normal_form(self.game, "a commitment"), self.places[1 << player]
                threat, policy = self.threats[place.own], self.policies[player]
                action = policy.binding(game, player, threat, self._bound)
                if action is not None:
                    self._bound[player] = action
                    self.credibility.trust(player)
                    self._note(player, "binds itself")
                    self._forbid()

    def _decide(self) -> None:
        """Let whoever decides for coalitions say whose payoffs count for their threats."""
        if self._minded is None or (self._regards is not None and self.rules.deciding.lasting):
            return
        myself, fellows, opponents = self._minded.T
        prices, inside = self.quote.prices, membership(self.game.n)
        at_stake = prices * (self.quote.payoffs - self.delivered) * inside
        say = self.rules.deciding.say(self.ticks, at_stake)
        own = (say @ fellows)[:, None] + say * (myself - fellows)
        self._regards = np.where(inside > 0.0, own, (say @ opponents)[:, None])

    def adapt(self, where: slice, gains: Vector, segments: Segments) -> Vector:
        """Return the next threats of some coalitions, given what their joint actions gain."""
        at_stake = self.game.n * self.stake
        return self.rules.threats.respond(
            Situation(
                self.threats[where],
                self._memory[:, where],
                gains / at_stake,
                segments,
                self.sanding / at_stake,
                self.ticks,
            )
        )

    def stand_by(self, agent: Coalition, threat: Vector) -> None:
        """Let a coalition threaten with something from now on."""
        self.threats[agent.place.own] = threat

    def meet(self) -> None:
        """Every few ticks, let players say what they insist on, and act if talks are stalled."""
        if self._quiet or self.ticks % self.settings.impasse.every:
            return
        if self.settings.activation == "simultaneous":
            heard = [(self._meeting(who, players), who) for who, players in self._actors]
            self._hear(heard)
        else:
            self._activate_negotiators()
        self._met += 1
        mediator = self.settings.impasse.mediator
        if self.stalled and mediator is not None and self.waited >= mediator:
            self.agents.select(agent_type=Mediator).do("step")
        if self.stalled:
            self.waited += 1
            if self.waited >= self.settings.impasse.patience:
                self.leaving = (1 << self.game.n) - 1
                for player in range(self.game.n):
                    self._note(player, "gives up waiting")

    def hear(self, agent: Negotiator, players: NDArray[np.int64]) -> None:
        """Let one player say what it insists on, and act if talks are stalled."""
        speaker = actor(agent)
        self._hear([(self._meeting(speaker, players), speaker)])

    def _activate_negotiators(self) -> None:
        order = self.agents.select(agent_type=Negotiator)
        if self.settings.activation == "random":
            order.shuffle_do("step")
        else:
            order.do("step")

    def _hear(self, heard: Sequence[tuple[Meeting, Actor]]) -> None:
        for now, speaker in heard:
            claims = answer(speaker.claim(now), len(now.players), speaker)
            for player, claim in zip(map(int, now.players), claims, strict=True):
                if not self.yielded[player]:
                    before, self.claims[player] = self.claims[player], claim
                    if claim > -np.inf and not abs(claim - before) <= _NEWS:
                        self._note(player, "claims")
        self.gap = self._apart()
        if not self.stalled:
            return
        for now, speaker in [(self._meeting(who, now.players), who) for now, who in heard]:
            done = acts(speaker.act(now), len(now.players), speaker)
            for player, act in zip(map(int, now.players), done, strict=True):
                self._do(player, act)
        if self.yielded.any():
            self.gap = self._apart()

    def _do(self, player: int, act: Act) -> None:
        if act == Act.WAIT or self.yielded[player]:
            return
        self._note(player, _WORDS[act])
        if act == Act.FIGHT:
            self.leaving |= 1 << player
            return
        if act == Act.STRIKE:
            self._strike(player)
            return
        self.yielded[player] = True
        self.claims[player] = -np.inf
        if act == Act.BACK_DOWN:
            self.penalties[player] += self.rules.audience[player] * self.waited
            self.credibility.back_down(player)

    def mediate(self, mediator: Mediator) -> None:
        """Let everybody answer what a mediator proposes; if all settle for it, they claim that."""
        proposal = mediator.propose(self._least, self.gap)
        for speaker, players in self._actors:
            now = self._meeting(speaker, players)
            heeding = answer(speaker.heed(now, proposal), len(players), speaker)
            if not heeding.all():
                return
        self.claims, self.yielded[:] = proposal, True
        self.gap = self._apart()
        for player in range(self.game.n):
            self._note(player, "settles")

    @property
    def _least(self) -> Vector:
        """What players insist on, or else would rather fail than have less of, ``(n,)``."""
        return np.where(np.isfinite(self.claims), self.claims, self.fallbacks)

    def _strike(self, player: int) -> None:
        """Let a player carry out a part of its threat; the others do what is best for them."""
        if self.game.n < 2:
            return
        threats, prices = self.threats.copy(), self.quote.prices
        own = self.places[1 << player].own
        replies = retreats(self.conflicts, threats, prices, self.forbidden)
        replies[own] = threats[own]
        fought = self.outcome_of_fight(replies, 1 << player) + self.penalties
        spared = self.quote.agreement @ self.true.outcomes
        self.penalties += self.settings.impasse.strike * (spared - fought)
        self.credibility.show(player)

    def _apart(self) -> float:
        """Return by how much claims exceed what there is, nobody yielding more than a failure."""
        if not np.isfinite(self.claims).any():
            return 0.0
        least = self._least
        offered = self.market.payoffs(self.quote, self.purses)
        return 0.0 if (offered >= least).all() else max(0.0, shortfall(self.game, least))

    def _meeting(self, speaker: Actor, players: NDArray[np.int64]) -> Meeting:
        notes = [self._notes[i] for i in map(int, players)]
        memory = np.array(notes)
        for k, i in enumerate(map(int, players)):
            self._notes[i] = memory[k]  # so that what policies write down is kept
        prices, purses = self.quote.prices, self.purses
        return Meeting(
            players,
            self.game,
            self.ticks,
            self._met,
            self.journal.talk,
            self.market.payoffs(self.quote, purses),
            self.dues / prices,
            self.fallbacks,
            self.claims.copy(),
            self.gap,
            self.waited,
            self.rules.discounts,
            self.rules.audience,
            np.array([self.credibility.beliefs(i) for i in map(int, players)]),
            self.credibility.least,
            self.credibility.resolve[players],
            memory,
            self.rng,
        )

    def refusing(self) -> Mask:
        """Ask everybody to sign what is agreed on; return the mask of those who do not."""
        if self._quiet:
            return 0
        refusing = 0
        for speaker, players in self._actors:
            now = self._meeting(speaker, players)
            chances = answer(speaker.accept(now), len(players), speaker)
            for player, chance in zip(map(int, players), chances, strict=True):
                if chance < 1.0 and self.rng.random() >= chance:
                    refusing |= 1 << player
                    self._note(player, "refuses")
        return refusing

    def resolve(self) -> Vector:
        """Return how likely each player carries out its threat now, shape ``(n,)``."""
        chances = self.credibility.resolve.copy()
        for speaker, players in () if self._quiet else self._actors:
            said = answer(speaker.resolve(self._meeting(speaker, players)), len(players), speaker)
            chances[players] = said
        return chances

    def _note(self, player: int, act: str) -> None:
        claim, game = self.claims[player], self.game
        utilons = game.low[player] + game.scales[player] * claim if claim > -np.inf else np.nan
        entry = (self.ticks, self.journal.talk, game.players[player], act, float(utilons))
        self.journal.acts.append(ActEntry(*entry))

    def split(self) -> None:
        """Let the members of every coalition, N included, divide what it adds."""
        credits_ = self.delivered * self.quote.prices
        self.shares = self.rules.splitting.divide(credits_)
        fallbacks = zeta(self.shares) * membership(self.game.n) - self.shares
        self.weights = self.rules.splitting.weigh(
            self.weights, credits_ - fallbacks, self._usual_gains, self.sanding
        )
        self.dues = self.entitlements = self.shares.sum(axis=0)
        if not self.stalled and np.isfinite(self.claims).any():
            prices = self.quote.prices
            claims = np.minimum(self.dues, prices * self.fallbacks)
            insisting = np.isfinite(self.claims)
            floors = np.where(insisting, prices * np.where(insisting, self.claims, 0.0), claims)
            self.entitlements = make_room(self.dues, floors)

    def trade(self) -> None:
        """Trade curnits for what players are entitled to beyond their payoffs and purses."""
        owed = self.gaps - self.purses
        if len(self._negotiators) < self.game.n:
            here = np.isin(np.arange(self.game.n), list(self._negotiators))
            owed = np.where(here, owed - owed.sum(where=here) / max(int(here.sum()), 1), 0.0)
        self.flows = self.rules.trading.settle(owed, self.rng)
        self.ledger += self.flows
        self.purses += self.flows.sum(axis=0) - self.flows.sum(axis=1)
