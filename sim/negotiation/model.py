"""A negotiation: one tick is redeem → threaten → meet → split → trade.

Players announce payoffs, and the market and all threats go by announcements. At meetings
(:mod:`curnits.sim.negotiation.meetings.talks`) players may claim a least payoff; claims that can
be met together
are made room for by the others (:func:`curnits.sim.negotiation.meetings.claims.make_room`).
"""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from curnits.sim.games.coalitions import Mask, members, membership, zeta
from curnits.sim.games.game import Game
from curnits.sim.games.normal import normal_form
from curnits.sim.negotiation.agents import ACTIVATIONS, Coalition, Mediator, Negotiator
from curnits.sim.negotiation.conflicts import Segments, Vector, most
from curnits.sim.negotiation.market import quote
from curnits.sim.negotiation.meetings.claims import make_room
from curnits.sim.negotiation.meetings.talks import Meetings
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.rules.threats import Situation, recency
from curnits.sim.negotiation.settings import NegotiationSettings

_CALM = 5.0  # regrets up to so many times the sanding are to be expected
_WAIT = 0.25  # pace of sanding while regrets are larger


class Negotiation(Meetings):
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

    See :class:`Books` and :class:`Seating` for its attributes.
    """

    settling_agrees: ClassVar[bool] = True
    """Whether talks end in agreement when nothing moves any more."""

    learns: ClassVar[bool] = True
    """Whether players learn what to expect by talking; otherwise they know it beforehand."""

    harm_pays: ClassVar[float] = 1.0
    """What it gains a coalition in its fight to take a curnit from the others."""

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
        for player in range(game.n):
            Negotiator(self, player)
        for coalition in sorted(self.places, key=int.bit_count):
            Coalition(self, coalition)
        if settings.impasse.mediator is not None:
            Mediator(self)
        self._trembling = self.rng.spawn(1)[0]  # of its own, so that no other chance event shifts
        self._tremble(settings.tremble)
        self._forbid()

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
        self.memory = np.array([carried(row, 1.0) for row in self.memory]).reshape(-1, size)
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
        self.sanded = 0.0

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
        self.memory *= 1.0 - lost
        for player in self._notes:
            self._notes[player] *= 1.0 - forgetting[player]
        self.sanded *= kept
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
        slowed = 1.0 + self.sanded / settings.sanding_pace
        falling = settings.sanding_start / (slowed * slowed)  # ** 2 would differ in replicas
        self.sanding = np.maximum(settings.sanding_floor, falling) * self.stake
        calm = self.regret <= _CALM * self.sanding
        self.sanded = self.sanded + (_WAIT + (1.0 - _WAIT) * calm)

    def threaten(self) -> None:
        """Let the standing threats meet, then let every coalition adapt its own."""
        self._bind()
        self._decide()
        self.gains, self.delivered = self.clash()
        self.delivered[..., -1, :] = self.quote.payoffs
        self.gains = self.permitted(self.gains)
        if self.places:
            self.regret = most(self.conflicts.segments.regrets(self.threats, self.gains))
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
                self.threats[..., where],
                self.memory.swapaxes(0, -2)[..., where],
                gains / at_stake,
                segments,
                self.sanding / at_stake,
                self.ticks,
            )
        )

    def stand_by(self, agent: Coalition, threat: Vector) -> None:
        """Let a coalition threaten with something from now on."""
        self.threats[agent.place.own] = threat

    def split(self) -> None:
        """Let the members of every coalition, N included, divide what it adds."""
        credits_ = self.delivered * self.quote.prices[..., None, :]
        rule = self.rules.splitting
        self.shares = rule.divide(credits_)
        if rule.weighs:
            fallbacks = zeta(self.shares) * membership(self.game.n) - self.shares
            gains = credits_ - fallbacks
            self.weights = rule.weigh(self.weights, gains, self._usual_gains, self.sanding)
        self.dues = self.entitlements = self.shares.sum(axis=-2)
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
        self.purses += self.flows.sum(axis=-2) - self.flows.sum(axis=-1)
