"""Alternating offers with a random proposer.

A row of :mod:`curnits.sim.negotiation.protocols.registry`: takes a game and settings, and goes on
tick by tick like any negotiation.
"""

from collections.abc import Mapping
from typing import override

import numpy as np

from curnits.sim.games.coalitions import members, membership
from curnits.sim.games.damage import breakdown_weights
from curnits.sim.games.feasible.linear import rise
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.rounding import SAME_PAYOFF
from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.journal import BreakdownEntry
from curnits.sim.negotiation.protocols.bargaining import Bargaining
from curnits.sim.negotiation.protocols.offers import Round
from curnits.sim.negotiation.references import secure
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.settings import NegotiationSettings


class AlternatingOffers(Bargaining):
    """A random player proposes; if anybody rejects, talks may end in disagreement.

    After Rubinstein (1982), in the form of Binmore, Rubinstein and Wolinsky (1986) with a risk of
    breakdown, proposers being drawn anew in every round (Hart and Mas-Colell 1996, where nobody
    drops out). As the risk vanishes, offers of two players approach the Nash bargaining solution;
    those of more players do, too, where the frontier is smooth. Prices are those at which all lose
    equally many curnits by a breakdown.

    If talks end, players get what is stated or what each can secure alone; or a side forms by
    chance, and it and its complement carry out their threats. Threats are then adapted to what
    they add to the members' own payoffs in these talks: of a side with s of n members, the members
    count with weight ``(n − s)`` and the others with ``−s``, which for two players is the conflict
    game of Nash (1953).

    Attributes
    ----------
    disagreement : ndarray, shape (n,)
        What is expected if talks end now, in shares of payoff range.

    Raises
    ------
    GameError
        If the stated disagreement payoffs are not those of the players, or no agreement gives
        everybody as much.
    """

    def __init__(
        self, game: Game, settings: NegotiationSettings, seed: int, rules: Rules | None = None
    ) -> None:
        super().__init__(game, settings, seed, rules)
        stated = settings.offers.disagreement
        self._fixed = _fixed(game, stated)
        self.disagreement = np.zeros(game.n) if self._fixed is None else self._fixed
        inside = membership(game.n)
        sizes = inside.sum(axis=1, keepdims=True)
        self._stakes = np.where(inside > 0, game.n - sizes, sizes) * (2.0 / game.n)

    @override
    def grow(self, game: Game, player: int, base: int) -> None:
        super().grow(game, player, base)
        self._fixed = _fixed(game, self.settings.offers.disagreement)

    @property
    @override
    def counted(self) -> Vector:
        everybody_alike = super().counted
        return everybody_alike if self._fixed is not None else everybody_alike * self._stakes

    @property
    def fought(self) -> Vector:
        """What everybody gets when S fights its complement, by mask, shape ``(2**n, n)``."""
        return self.delivered + self.delivered[::-1]

    @property
    @override
    def impasse(self) -> Vector:
        return self.utilons(self.disagreement)

    @override
    def this_round(self) -> Round:
        if self._fixed is not None:
            self.disagreement = self._fixed
        elif self.game.n > 1:
            self.disagreement = breakdown_weights(self.game.n) @ self.fought
        outcomes, last = self.game.normalised.outcomes, self.at_stake
        if last.outcomes is outcomes and np.array_equal(last.fallbacks[0][0], self.disagreement):
            return last
        offers = self.settings.offers
        staying = (1.0 - offers.breakdown) * offers.discount
        rows = (self.disagreement[None],) * self.game.n
        return Round(outcomes, self.money, rows, self.disagreement, staying)

    @override
    def appraise(self) -> Vector:
        if self.game.money:
            return self.market.open(self.sanding).prices
        gains = np.maximum(self.expected - self.disagreement, 0.0)
        floor = self.settings.price_floor * max(float(gains.max()), self.settings.price_floor)
        return self.positive(1.0 / np.maximum(gains, floor))

    @override
    def split(self) -> None:
        """Let everybody take its disagreement payoff alone, and the rest with all the others."""
        prices = self.quote.prices
        self.shares = np.zeros((1 << self.game.n, self.game.n))
        for i in range(self.game.n):
            self.shares[1 << i, i] = prices[i] * self.disagreement[i]
        self.shares[-1] += prices * (self.expected - self.disagreement)
        self.entitlements = self.shares.sum(axis=0)

    @override
    def play(self) -> None:
        offer = self.drawn(self.offers)
        made = self.proposal(self.at_stake, offer, self.hoped)
        everybody = np.arange(self.game.n)
        accepted, gap = self.answered(self.at_stake, offer, made, self.hoped, everybody)
        if accepted and made is not None:
            self.journal.close(self.ticks + 1, "agreed", self.utilons(made.payoffs))
        elif self.rng.random() < self.settings.offers.breakdown:
            self._break_down(offer.proposer, gap)

    def _break_down(self, proposer: int, gap: float) -> None:
        """End talks without agreement."""
        side, payoffs = 1 << proposer, self.disagreement
        fought = self._fixed is None and self.game.n > 1
        if fought:
            weights = breakdown_weights(self.game.n)
            side = int(self.rng.choice(len(weights), p=weights))
            payoffs = self.fought[side]
        self.journal.breakdowns.append(
            BreakdownEntry(
                self.ticks + 1,
                self.journal.talk,
                self.journal.name(members(side)),
                gap,
                self.settings.offers.breakdown,
                fought,
                fought,
            )
        )
        self.journal.close(self.ticks + 1, "broke down", self.utilons(payoffs))


def _fixed(game: Game, stated: str | Mapping[str, float]) -> Vector | None:
    """Return disagreement payoffs that owe nothing to threats, in shares of payoff range."""
    if stated == "threats":
        return None
    if isinstance(stated, str):
        return secure(game)
    if stated.keys() != set(game.players):
        raise GameError(
            f"negotiation.offers.disagreement: expected a payoff for each of "
            f"{', '.join(game.players)} (found {', '.join(stated) or 'none'})"
        )
    payoffs = (np.array([stated[player] for player in game.players]) - game.low) / game.scales
    if not _feasible(game, payoffs):
        raise GameError(
            "negotiation.offers.disagreement: expected payoffs that some agreement gives everybody "
            f"(found {dict(stated)})"
        )
    return payoffs


def _feasible(game: Game, payoffs: Vector) -> bool:
    if game.money:
        outcomes = game.normalised.outcomes @ game.scales
        return bool(payoffs @ game.scales <= outcomes.max() + SAME_PAYOFF * game.scales.max())
    return rise(game.normalised.outcomes, 1.0, payoffs).height >= -SAME_PAYOFF
