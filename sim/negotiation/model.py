"""A negotiation: one tick is redeem → threaten → split → trade."""

from typing import Any, ClassVar

import mesa
import numpy as np

from sim.games.coalitions import Mask, members, membership, zeta
from sim.games.game import Game, normal_form
from sim.negotiation.activation import ACTIVATIONS
from sim.negotiation.coalition import Coalition
from sim.negotiation.conflicts import Segments, Vector, conflicts_of
from sim.negotiation.credibility import credibility_of
from sim.negotiation.journal import Journal
from sim.negotiation.market import market_of, quote
from sim.negotiation.negotiator import Negotiator
from sim.negotiation.settings import NegotiationSettings
from sim.negotiation.splitting import SPLITS
from sim.negotiation.threats import THREATS, Situation, recency
from sim.negotiation.trading import TRADES

_CALM = 5.0  # regrets up to so many times the sanding are to be expected
_WAIT = 0.25  # pace of sanding while regrets are larger


class Negotiation(mesa.Model[mesa.Agent[Any], Any]):
    """The players of a game and all their coalitions at the table.

    Inside, utilities are in shares of payoff range and prices have mean 1, so that no choice of
    units matters. State lives in arrays over all players or coalitions; agents are views on it.

    Parameters
    ----------
    game : Game
    settings : NegotiationSettings
    seed : int

    Raises
    ------
    GameError
        If the game has too many conflicts to be negotiated.

    Attributes
    ----------
    ticks : int
        Ticks so far.
    sanding : float
        Roughness of the frontier, in curnits.
    regret : float
        The most any coalition regretted its standing threat when the threats last met, in curnits.
    quote : Quote
        What N would agree on at the quoted prices.
    threats, reputations, gains : ndarray, shape (L,)
        Standing threats of all proper coalitions (``conflicts.segments``), their averages over
        recent ticks, and the curnits each joint action gained when the threats last met.
    delivered : ndarray, shape (2**n, n)
        ``r_i^S`` in shares of range when the threats last met; zero outside S. The last row is the
        agreement of N.
    shares : ndarray, shape (2**n, n)
        Curnits each member takes from each coalition.
    weights : ndarray, shape (2**n, n)
        How much each member counts when its coalition chooses a threat; one for players outside.
    entitlements : ndarray, shape (n,)
        Curnits each player takes from all its coalitions.
    purses : ndarray, shape (n,)
        Curnits held and not yet redeemed.
    flows : ndarray, shape (n, n)
        Curnits paid in the last trade, payer by payee.
    ledger : ndarray, shape (n, n)
        Curnits paid so far, payer by payee.
    credibility : Credibility
        How far players are believed to carry out threats.
    journal : Journal
        Talks that have ended, and how.
    """

    settling_agrees: ClassVar[bool] = True
    """Whether talks end in agreement when nothing moves any more."""

    learns: ClassVar[bool] = True
    """Whether players learn what to expect by talking; otherwise they know it beforehand."""

    def __init__(self, game: Game, settings: NegotiationSettings, seed: int) -> None:
        super().__init__(rng=seed)
        self.game, self.settings = game, settings
        self.conflicts = conflicts_of(game.normalised)
        self.market = market_of(game, settings)
        self.threat_rule = THREATS[settings.threats](settings)
        self.split_rule = SPLITS[settings.splitting]()
        self.trade_rule = TRADES[settings.trading]()
        self._activate = ACTIVATIONS[settings.activation]

        n = game.n
        self.ticks = 0
        self.sanding = settings.sanding_start
        self.regret = 0.0
        self._sanded = 0.0
        self.quote = self.market.open(self.sanding)
        self.threats = self.conflicts.segments.uniform()
        self.reputations = self.threats.copy()
        self.gains = np.zeros_like(self.threats)
        self._memory = np.zeros((self.threat_rule.memories, len(self.threats)))
        self.delivered = np.zeros((1 << n, n))
        self.shares = np.zeros((1 << n, n))
        self.weights = np.ones((1 << n, n))
        self._usual_gains = np.zeros((1 << n, n))
        self.entitlements = np.zeros(n)
        self.purses = np.zeros(n)
        self.flows = np.zeros((n, n))
        self.ledger = np.zeros((n, n))
        self.credibility = credibility_of(game, settings.credibility)
        self.journal = Journal(game.players, self.credibility.levels)

        Negotiator.create_agents(self, n, list(range(n)))
        seats = sorted(self.conflicts.seats(), key=lambda seat: seat.coalition.bit_count())
        self._coalitions = [Coalition(self, seat) for seat in seats]
        self._trembling = self.rng.spawn(1)[0]  # of its own, so that no other chance event shifts
        self._tremble(settings.tremble)

    def grow(self, game: Game, player: int, base: int) -> None:
        """Go on with a game in which a player has one more action, the last of its list.

        Nobody plays it yet; what coalitions remember of it is what they remember of the action
        ``base``. Prices, and the worth of what is in the purses, stay as they are.

        Parameters
        ----------
        game : Game
        player : int
        base : int

        Raises
        ------
        GameError
            If the game has become too big to be negotiated.
        """
        before, layout = self.game, self.conflicts
        self.conflicts = conflicts_of(game.normalised)
        self.game = game
        self.market = market_of(game, self.settings)

        def carried(values: Vector, share: float) -> Vector:
            return self._with_action(before, layout.by_coalition(values), player, base, share)

        self.threats, self.reputations = carried(self.threats, 0.0), carried(self.reputations, 0.0)
        self.gains = carried(self.gains, 1.0)
        size = len(self.threats)
        self._memory = np.array([carried(row, 1.0) for row in self._memory]).reshape(-1, size)
        prices = self.quote.prices * game.scales / before.scales
        unit = float(prices.mean())
        self.purses /= unit
        self.ledger /= unit
        self.quote = quote(game.normalised.outcomes, prices / unit, self.sanding)
        seats = {seat.coalition: seat for seat in self.conflicts.seats()}
        for coalition in self._coalitions:
            coalition.sit(seats[coalition.coalition])

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
        """Redeem what the last trade left in the purses, then threaten, split and trade."""
        self.redeem()
        self.threaten()
        self.split()
        self.trade()
        self.ticks += 1

    def unsettle(self) -> None:
        """Sand the frontier anew, from its roughest: the game is no longer what it was."""
        self._sanded = 0.0

    def reopen(self) -> None:
        """Begin to talk anew: nobody owes anything, and a part of what was learned is forgotten."""
        kept = 1.0 - self.settings.forgetting
        even = self.conflicts.segments.uniform()
        self.threats = kept * self.threats + self.settings.forgetting * even
        self.reputations = kept * self.reputations + self.settings.forgetting * even
        self._memory *= kept
        self._sanded *= kept
        self.purses = np.zeros(self.game.n)
        self.quote = self.market.resume(self.quote, kept, self.sanding)
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
        self.gains, self.delivered = self.conflicts.fight(self.believed, self.counted)
        self.delivered[-1] = self.quote.payoffs
        regrets = self.conflicts.segments.regrets(self.threats, self.gains)
        self.regret = float(regrets.max(initial=0.0))
        self._activate(self)
        self.reputations += recency(self.ticks) * (self.threats - self.reputations)
        self.credibility.retreat(self.conflicts, self.threats, self.quote.prices)

    def adapt(self, where: slice, gains: Vector, segments: Segments) -> Vector:
        """Return the next threats of some coalitions, given what their joint actions gain."""
        at_stake = self.game.n * self.stake
        return self.threat_rule.respond(
            Situation(
                self.threats[where],
                self._memory[:, where],
                gains / at_stake,
                segments,
                self.sanding / at_stake,
                self.ticks,
            )
        )

    def split(self) -> None:
        """Let the members of every coalition, N included, divide what it adds."""
        credits_ = self.delivered * self.quote.prices
        self.shares = self.split_rule.divide(credits_)
        fallbacks = zeta(self.shares) * membership(self.game.n) - self.shares
        self.weights = self.split_rule.weigh(
            self.weights, credits_ - fallbacks, self._usual_gains, self.sanding
        )
        self.entitlements = self.shares.sum(axis=0)

    def trade(self) -> None:
        """Trade curnits for what players are entitled to beyond their payoffs and purses."""
        self.flows = self.trade_rule.settle(self.gaps - self.purses, self.rng)
        self.ledger += self.flows
        self.purses += self.flows.sum(axis=0) - self.flows.sum(axis=1)

    @property
    def believed(self) -> Vector:
        """What is expected of coalitions, given their standing threats, shape ``(L,)``."""
        return self.credibility.believed(self.conflicts, self.threats, self.quote.prices)

    @property
    def counted(self) -> Vector:
        """Curnits per utilon of each player as each coalition counts them, shape ``(2**n, n)``."""
        return self.quote.prices * self.weights

    @property
    def stake(self) -> float:
        """Average price of the payoffs that vary, 1 at most.

        A player whose payoffs do not vary cannot be paid: next to its price all others may fall,
        and what is at stake with them.
        """
        if self.game.all_vary:
            return 1.0
        varying = self.game.ranges > 0.0
        if not varying.any():
            return 1.0
        return min(1.0, float(self.quote.prices[varying].mean()))

    @property
    def gaps(self) -> Vector:
        """``E_i − a_i u_i``: curnits the agreement leaves each player short, shape ``(n,)``."""
        return self.entitlements - self.quote.prices * self.quote.payoffs

    @property
    def excess(self) -> Vector:
        """What keeps each player from settling, shape ``(n,)``, in shares of payoff range.

        ``E_i / a_i − u_i``; a player whose price is as good as zero may well get more than its due,
        and where money exists, purses count as payoffs.
        """
        return self.market.excess(self.quote, self.gaps, self.purses)

    def credible(self) -> tuple[Vector, Vector]:
        """Return what is believed of the announced threats, and each coalition's regret in them.

        See :meth:`announced`.
        """
        threats, regrets = self.announced()
        return self.credibility.believed(self.conflicts, threats, self.quote.prices), regrets

    def announced(self) -> tuple[Vector, Vector]:
        """Return the threats that coalitions stand by, and each coalition's regret in them.

        In each conflict both sides are taken at their standing threats or at their reputations,
        whichever leaves the two of them less to regret: the standing threats of some rules cycle
        while their averages settle, those of others settle long before their averages do.

        Returns
        -------
        threats : ndarray, shape (L,)
        regrets : ndarray, shape (2**n,)
            Curnits, by mask; for N what the best outcome is worth beyond the agreement.
        """
        standing, reputed = self._regrets(self.threats), self._regrets(self.reputations)
        better = standing + standing[::-1] <= reputed + reputed[::-1]
        of_piece = better[self.conflicts.coalitions][self.conflicts.segments.owner]
        threats = np.where(of_piece, self.threats, self.reputations)
        regrets = np.where(better, standing, reputed)
        worths = self.game.normalised.outcomes @ self.quote.prices
        regrets[-1] = worths.max() - worths @ self.quote.agreement
        return threats, regrets

    def _regrets(self, threats: Vector) -> Vector:
        believed = self.credibility.believed(self.conflicts, threats, self.quote.prices)
        gains, _ = self.conflicts.fight(believed, self.counted)
        regrets = np.zeros(1 << self.game.n)
        regrets[self.conflicts.coalitions] = self.conflicts.segments.regrets(threats, gains)
        return regrets

    @property
    def payoffs(self) -> Vector:
        """Payoffs if talks ended now, in the players' own utilons, shape ``(n,)``."""
        shares = self.market.payoffs(self.quote, self.purses)
        return shares * self.game.scales + self.game.low

    @property
    def impasse(self) -> Vector | None:
        """Payoffs expected if talks fail, utilons, in protocols that start from them."""
        return None

    @property
    def prices(self) -> Vector:
        """Quoted prices for the players' own utilons, summing to 1, shape ``(n,)``."""
        prices = self.quote.prices / self.game.scales
        return np.asarray(prices / prices.sum())
