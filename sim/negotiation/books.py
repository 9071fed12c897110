"""The books of a negotiation: arrays over all players or coalitions, and what is read off them.

Takes a game, settings and rules; gives the state that agents act on and recorders read. Utilities
are in shares of announced payoff range and prices have mean 1, so that no choice of units matters.
:class:`curnits.sim.negotiation.model.Negotiation` adds what happens in a tick.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import grand
from curnits.sim.games.damage import breakdown_weights
from curnits.sim.games.game import Game
from curnits.sim.negotiation.conflicts import Vector, conflicts_of, total
from curnits.sim.negotiation.credibility import credibility_of
from curnits.sim.negotiation.framework import mesa
from curnits.sim.negotiation.journal import Journal
from curnits.sim.negotiation.market import market_of
from curnits.sim.negotiation.rules.rulebook import Rules, announced
from curnits.sim.negotiation.settings import NegotiationSettings

_MET = 1e-3
"""By how much claims may exceed what there is and still count as met, in shares of range.

Threats keep about as much as that from settling on anything exactly."""


class Books(mesa.Model[mesa.Agent[Any], Any]):
    """What is written down of a negotiation.

    Parameters
    ----------
    game : Game
        With true payoffs.
    settings : NegotiationSettings
    seed : int
    rules : Rules, optional
        Objects for the rules; by default those that the settings name.

    Raises
    ------
    GameError
        If the game has too many conflicts to be negotiated, or cannot have one of the policies.

    Attributes
    ----------
    true, game : Game
        With true payoffs, and with those that are announced: what the market knows.
    policies : list of Policy
        That of each player.
    ticks : int
        Ticks so far.
    sanding : float
        Roughness of the frontier, in curnits.
    sanded : float
        Ticks of sanding so far; fewer than there were, as it slows down while threats circle.
    regret : float
        The most any coalition regretted its standing threat when the threats last met, in curnits.
    quote : Quote
        What N would agree on at the quoted prices.
    threats, reputations, gains : ndarray, shape (L,)
        Standing threats of all proper coalitions (``conflicts.segments``), their averages over
        recent ticks, and the curnits each joint action gained when the threats last met.
    memory : ndarray, shape (memories, L)
        What the rule for threats keeps in mind.
    delivered : ndarray, shape (2**n, n)
        ``r_i^S`` in shares of range when the threats last met; zero outside S. The last row is the
        agreement of N.
    shares : ndarray, shape (2**n, n)
        Curnits each member takes from each coalition.
    weights : ndarray, shape (2**n, n)
        How much each member counts when its coalition chooses a threat; one for players outside.
    entitlements : ndarray, shape (n,)
        Curnits each player takes from all its coalitions, after making room for claims.
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
    dues : ndarray, shape (n,)
        What the threats entitle players to, curnits, before anybody makes a claim.
    claims : ndarray, shape (n,)
        What players insist on, in shares of announced range; −inf for those who do not.
    yielded : ndarray of bool, shape (n,)
        Who has given up its claim in the present talk.
    gap : float
        By how much all claims would have to fall to be met together, in shares of range; 0
        if they can be.
    waited : int
        Meetings of the present talk at which the claims could not be met together.
    penalties : ndarray, shape (n,)
        Utilons lost in the present talk by backing down and by research.
    forbidden : ndarray of bool, shape (L,), or None
        Joint actions that no coalition may threaten with.
    leaving : int
        Mask of those who walk out of the talk.
    """

    STATE: ClassVar = (
        *("sanding", "sanded", "regret"),
        *("threats", "reputations", "gains", "memory", "delivered", "shares"),
        *("entitlements", "dues", "purses", "flows", "ledger"),
    )
    """Numbers and arrays that change from tick to tick where players and rules are the usual ones:
    with the quote, all that replicas of a negotiation differ in."""

    def __init__(
        self, game: Game, settings: NegotiationSettings, seed: int, rules: Rules | None = None
    ) -> None:
        super().__init__(rng=seed)
        self.settings = settings
        self.rules = rules or Rules.of(game, settings)
        self.policies = list(self.rules.policies)
        self.true, self.game = game, announced(game, self.policies)
        self.conflicts = conflicts_of(self.game.normalised)
        self.market = market_of(self.game, settings)

        n = game.n
        self.ticks = 0
        self.sanding = settings.sanding_start
        self.regret = 0.0
        self.sanded = 0.0
        self.quote = self.market.open(self.sanding)
        self.threats = self.conflicts.segments.uniform()
        self.reputations = self.threats.copy()
        self.gains = np.zeros_like(self.threats)
        self.memory = np.zeros((self.rules.threats.memories, len(self.threats)))
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

        self.dues = np.zeros(n)
        self.claims = np.full(n, -np.inf)
        self.yielded = np.zeros(n, dtype=bool)
        self.gap = 0.0
        self.waited = 0
        self.penalties = np.zeros(n)
        self.leaving = 0
        self._met = 0
        self._regards: Vector | None = None
        self.forbidden: NDArray[np.bool_] | None = None

    @property
    def stalled(self) -> bool:
        """Whether claims cannot be met together, so that nothing can be agreed on."""
        return self.gap > _MET

    @property
    def believed(self) -> Vector:
        """What is expected of coalitions, given their standing threats, shape ``(L,)``."""
        return self.credibility.believed(self.conflicts, self.threats, self.quote.prices)

    @property
    def counted(self) -> Vector:
        """Curnits per utilon of each player as each coalition counts them, shape ``(2**n, n)``."""
        counted = self.quote.prices[..., None, :] * self.weights
        return counted if self._regards is None else counted * self._regards

    @property
    def stake(self) -> Any:
        """Average price of the payoffs that vary, 1 at most.

        A player whose payoffs do not vary cannot be paid: next to its price all others may fall,
        and what is at stake with them.
        """
        if self.game.all_vary:
            return 1.0
        varying = self.game.ranges > 0.0
        if not varying.any():
            return 1.0
        prices = self.quote.prices.take(np.flatnonzero(varying), axis=-1)
        return np.minimum(1.0, total(prices) / prices.shape[-1])

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

    def clash(self) -> tuple[Vector, Vector]:
        """Return what joint actions gain in fights, and what is delivered, as things stand.

        See :meth:`curnits.sim.negotiation.conflicts.Conflicts.fight`.
        """
        return self.conflicts.fight(self.believed, self.counted)

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
        better = standing + standing[..., ::-1] <= reputed + reputed[..., ::-1]
        pieces = better.take(self.conflicts.coalitions, axis=-1)
        of_piece = self.conflicts.segments.spread(pieces)
        threats = np.where(of_piece, self.threats, self.reputations)
        regrets = np.where(better, standing, reputed)
        worths = (self.game.normalised.outcomes @ self.quote.prices[..., None])[..., 0]
        agreed = (worths[..., None, :] @ self.quote.agreement[..., None])[..., 0, 0]
        regrets[..., -1] = worths.max(axis=-1) - agreed
        return threats, regrets

    def _regrets(self, threats: Vector) -> Vector:
        believed = self.credibility.believed(self.conflicts, threats, self.quote.prices)
        gains, _ = self.conflicts.fight(believed, self.counted)
        regrets = np.zeros((*threats.shape[:-1], 1 << self.game.n))
        regrets[..., self.conflicts.coalitions] = self.conflicts.segments.regrets(
            threats, self.permitted(gains)
        )
        return regrets

    def permitted(self, gains: Vector) -> Vector:
        """Return gains, shape ``(L,)``, what nobody may use gaining as little as anything."""
        if self.forbidden is None:
            return gains
        segments = self.conflicts.segments
        least = -segments.spread(segments.maxima(-gains))
        return np.where(self.forbidden, least, gains)

    @property
    def fallbacks(self) -> Vector:
        """What each expects if talks fail and a side forms by chance, shares of range, ``(n,)``."""
        if self.game.n < 2:
            return self.quote.payoffs
        return np.asarray(breakdown_weights(self.game.n) @ (self.delivered + self.delivered[::-1]))

    @property
    def payoffs(self) -> Vector:
        """True payoffs if talks ended now, in the players' own utilons, shape ``(n,)``."""
        shares = self.market.payoffs(self.quote, self.purses)
        if self.true is self.game:
            payoffs = shares * self.game.scales + self.game.low
        else:
            paid = (shares - self.quote.payoffs) * self.game.scales
            payoffs = self.quote.agreement @ self.true.outcomes + paid
        if self.waited:
            failing = self.fallbacks * self.game.scales + self.game.low
            left = self.rules.discounts**self.waited
            payoffs = failing + left * (payoffs - failing)
        return payoffs - self.penalties if self.penalties.any() else payoffs

    def outcome_of_fight(self, played: Vector, side: int) -> Vector:
        """Return the true payoffs when a side fights its complement, utilons, shape ``(n,)``.

        Parameters
        ----------
        played : ndarray, shape (L,)
            What every coalition plays.
        side : int
            Mask.
        """
        pieces = self.conflicts.by_coalition(played)
        other = grand(self.game.n) ^ side
        return np.asarray(pieces[side] @ self.true.conflict(side) @ pieces[other]) - self.penalties

    @property
    def impasse(self) -> Vector | None:
        """Payoffs expected if talks fail, utilons, in protocols that start from them."""
        return None

    @property
    def prices(self) -> Vector:
        """Quoted prices for the players' own utilons, summing to 1, shape ``(n,)``."""
        prices = self.quote.prices / self.game.scales
        return np.asarray(prices / prices.sum(axis=-1, keepdims=True))
