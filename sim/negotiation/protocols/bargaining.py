"""Talks by offers: a random player proposes, and all others have to accept.

The base of :mod:`.alternating` and :mod:`.commitment`, which say who can be left with what.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import override

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.game import Game
from curnits.sim.games.rounding import SAME_PAYOFF
from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.journal import OfferEntry
from curnits.sim.negotiation.market import Quote
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.protocols.offers import Offer, Round, average
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.settings import NegotiationSettings


class Bargaining(Negotiation):
    """Players who make each other offers.

    Everybody plays a stationary strategy: propose what is best for oneself among all that the
    others accept, accept what is worth at least as much as a rejection. What a rejection is worth
    rests on what one expects of the talks; in each tick players learn what a round would give them
    on average over proposers if all went by present expectations (value iteration), and one round
    is played. Payoffs and the agreement are those averages.

    Attributes
    ----------
    expected : ndarray, shape (n,)
        What each player expects of talks that begin, in shares of payoff range.
    offers : tuple of Offer
        What players who can gain by it would propose now.
    at_stake : Round
        What they can agree on, and what follows a rejection of those offers.
    hoped : ndarray, shape (n,)
        What everybody expected of the next round when those offers were thought of.
    """

    settling_agrees = False

    def __init__(
        self, game: Game, settings: NegotiationSettings, seed: int, rules: Rules | None = None
    ) -> None:
        super().__init__(game, settings, seed, rules)
        self.expected = self.quote.payoffs
        self.offers: tuple[Offer, ...] = ()
        self.at_stake = Round(np.zeros((1, game.n)), None, (), np.zeros(game.n), 0.0)
        self.hoped = self.expected
        self._moved = np.full(game.n, np.inf)

    @abstractmethod
    def this_round(self) -> Round:
        """Return what all players together can agree on, and what follows a rejection."""

    @abstractmethod
    def appraise(self) -> Vector:
        """Return prices, curnits per payoff range, at which the present round is fair."""

    @abstractmethod
    def play(self) -> None:
        """Play one round with a random proposer."""

    @override
    def grow(self, game: Game, player: int, base: int) -> None:
        before = self.game
        super().grow(game, player, base)
        expected = before.low + self.expected * before.scales
        self.expected = (expected - game.low) / game.scales

    @override
    def step(self) -> None:
        """Adapt threats, learn what to expect of a round, and play one."""
        self.sand()
        self.threaten()
        self.learn()
        self.split()
        self.play()
        self.ticks += 1

    def learn(self) -> None:
        """Work out what everybody would offer now, and expect what comes of it."""
        now = self.at_stake = self.this_round()
        self.hoped = self.expected
        self.offers = now.offers(self.expected)
        payoffs, agreement = average(self.offers, "payoffs"), average(self.offers, "mixture")
        self._moved = (payoffs - self.expected) / (1.0 - now.staying)
        self.expected = payoffs
        prices = self.appraise()
        played = agreement @ now.outcomes
        self.quote = Quote(prices, agreement, played)
        self.purses = prices * (payoffs - played)

    def utilons(self, shares: Vector) -> Vector:
        """Return payoffs of all players in their own utilons."""
        return np.asarray(self.game.low + self.game.scales * shares)

    @property
    def money(self) -> Vector | None:
        """Payoff shares for a unit of money, shape ``(n,)``; None where there is none."""
        return self.game.scales.mean() / self.game.scales if self.game.money else None

    def positive(self, prices: Vector) -> Vector:
        """Return prices with mean 1 that do not fall below their floor."""
        bounded = np.maximum(prices, self.settings.price_floor * prices.max())
        return np.asarray(bounded * (len(bounded) / bounded.sum()))

    def drawn(self, offers: Sequence[Offer]) -> Offer:
        """Return one of the offers of a round."""
        chances = [offer.chance for offer in offers]
        return offers[int(self.rng.choice(len(offers), p=chances))]

    def proposal(self, now: Round, offer: Offer, expected: Vector) -> Offer | None:
        """Return what the proposer of an offer really proposes, who may misjudge the others.

        None if it believes that nothing can meet their demands.
        """
        error = self.settings.offers.misjudgement
        if not error:
            return offer
        k, threat = offer.proposer, offer.threat
        noise = error * self.rng.standard_normal(now.size)
        return now.propose(k, threat, now.demands(k, threat, expected) + noise)

    def answered(
        self,
        now: Round,
        offer: Offer,
        made: Offer | None,
        expected: Vector,
        inside: NDArray[np.int64],
    ) -> tuple[bool, float]:
        """Let all others answer a proposal, and note it.

        Returns
        -------
        accepted : bool
            Whether all of them accept.
        gap : float
            Curnits that their demands exceed it, as a share of what is at stake.
        """
        k = offer.proposer
        demands = now.demands(k, offer.threat, expected)
        demands[k] = expected[k]
        got = expected if made is None else made.payoffs
        accepts = (got >= demands - SAME_PAYOFF) & (made is not None)
        accepts[k] = made is not None
        low, scales, players = self.game.low, self.game.scales, self.game.players
        for place, i in enumerate(map(int, inside)):
            self.journal.offers.append(
                OfferEntry(
                    self.ticks + 1,
                    self.journal.talk,
                    players[int(inside[k])],
                    players[i],
                    float(low[i] + scales[i] * got[place]) if made is not None else np.nan,
                    float(low[i] + scales[i] * demands[place]),
                    bool(accepts[place]),
                )
            )
        short = np.where(accepts, 0.0, np.maximum(demands - got, 0.0))
        return bool(accepts.all()), float(self.quote.prices[inside] @ short) / self.game.n

    @property
    @override
    def excess(self) -> Vector:
        """How far expectations are from repeating, shape ``(n,)``, in shares of payoff range.

        That is by how much the last tick changed them, divided by what a rejection loses: to first
        order, the change that is still to come.
        """
        return self._moved

    @override
    def credible(self) -> tuple[Vector, Vector]:
        threats, regrets = super().credible()
        regrets[-1] = 0.0  # everybody has offered what is best for itself
        return threats, regrets
