"""Proposer commitment: whoever is rejected may drop out, committed to its threat.

A row of :mod:`curnits.sim.negotiation.protocols.registry`; its analytic limit is
:mod:`curnits.analysis.solvers.commitment_value`, which shares no code with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import override

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, members
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import NormalGame, normal_form
from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.journal import BreakdownEntry
from curnits.sim.negotiation.protocols.bargaining import Bargaining
from curnits.sim.negotiation.protocols.offers import Offer, Round, average, stationary
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.settings import NegotiationSettings

_MOST_TABLES = 3_000
"""Most situations that players think through before they begin."""


@dataclass(frozen=True, eq=False)
class Subgame:
    """Talks among those who have not dropped out.

    Attributes
    ----------
    inside : ndarray of int, shape (s,)
        Who is at the table.
    committed : dict from int to int
        Actions of those who are not.
    outcomes : ndarray, shape (X, n)
        What everybody would get; in shares of payoff range, as everything here.
    round : Round
    expected : ndarray, shape (n,)
        What everybody gets, those who have dropped out included, on average over proposers.
    offers : tuple of Offer
        What those who can gain by it propose.
    threats : dict from int to tuple of int
        What each of those at the table would be committed to: one of these, drawn evenly.
    """

    inside: NDArray[np.int64]
    committed: Mapping[int, int]
    outcomes: Vector
    round: Round
    expected: Vector
    offers: tuple[Offer, ...]
    threats: Mapping[int, tuple[int, ...]]


class ProposerCommitment(Bargaining):
    """A random player proposes and names a threat; if anybody rejects, it may have to leave.

    The procedure of Hart and Mas-Colell (2010): all others have to accept. After a rejection talks
    go on as before, or else the proposer drops out, committed to the action it threatened with,
    and the rest go on without it, knowing what it plays. As those who are left reply to that
    action, mixed threats are no better than pure ones. What players expect of talks among fewer is
    worked out beforehand, from the last player upwards.

    With money, what is expected of a table S after commitments c solves
    ``s·a_i(S, c) = W(S, c) − W(S∖i, c, t_i) + Σ_{j≠i} a_i(S∖j, c, t_j)``, whatever the risk, where
    W is the most that a table can have and ``t_j`` the action of j that leaves the others least:
    averages over orders of dropping out, as in the value of Shapley (1953).

    Prices are the average rates at which proposers could gain from others' lower demands.

    Raises
    ------
    GameError
        If the game is not in normal form, or has too many situations to be thought through.
    """

    learns = False

    def __init__(
        self, game: Game, settings: NegotiationSettings, seed: int, rules: Rules | None = None
    ) -> None:
        super().__init__(game, settings, seed, rules)
        self._think()

    @override
    def grow(self, game: Game, player: int, base: int) -> None:
        super().grow(game, player, base)
        self._think()

    def _think(self) -> None:
        """Work out what would happen at every table."""
        game = normal_form(self.game, "proposer-commitment").normalised
        count = prod(1 + m for m in game.shape)
        if count > _MOST_TABLES:
            raise GameError(
                f"the game is too large for proposer-commitment: players would have to think "
                f"through {count:,} situations (expected at most {_MOST_TABLES:,})"
            )
        self._situations: dict[tuple[tuple[int, int], ...], Subgame] = {}
        self._here = self._root = self._situation(game, {})
        self.expected = self._root.expected
        pieces = [self._commitments(int(mask)) for mask in self.conflicts.coalitions]
        self.threats = self.reputations = np.concatenate([np.zeros(0), *pieces])

    def _situation(self, game: NormalGame, committed: Mapping[int, int]) -> Subgame:
        key = tuple(sorted(committed.items()))
        if key not in self._situations:
            self._situations[key] = self._thought_through(game, dict(key))
        return self._situations[key]

    def _thought_through(self, game: NormalGame, committed: dict[int, int]) -> Subgame:
        inside = np.array([i for i in range(game.n) if i not in committed])
        chosen = tuple(committed.get(i, slice(None)) for i in range(game.n))
        outcomes = game.payoffs[(slice(None), *chosen)].reshape(game.n, -1).T
        fallbacks = tuple(
            np.array(
                [
                    self._situation(game, {**committed, k: action}).expected[inside]
                    for action in range(game.shape[k])
                ]
            )
            for k in map(int, inside)
            if len(inside) > 1
        )
        money = None if self.money is None else self.money[inside]
        staying = 1.0 - self.settings.offers.breakdown
        alone = (np.zeros((1, 1)),)
        own = outcomes[:, inside]
        now = Round(own, money, fallbacks or alone, own.min(axis=0), staying)
        at_table = stationary(now)
        offers = now.offers(at_table)
        expected = average(offers, "mixture") @ outcomes
        expected[inside] = at_table
        threats = {
            int(i): tuple(offer.threat for offer in now.best(k, at_table))
            for k, i in enumerate(inside)
        }
        return Subgame(inside, committed, outcomes, now, expected, offers, threats)

    @override
    def this_round(self) -> Round:
        return self._root.round

    @override
    def appraise(self) -> Vector:
        if self.game.money:
            return self.market.open(self.sanding).prices
        rates = np.array([offer.multipliers for offer in self.offers])
        chances = np.array([offer.chance for offer in self.offers])
        return self.positive(chances @ (rates / rates.sum(axis=1, keepdims=True)))

    @override
    def sand(self) -> None:
        """Leave the frontier as it is: threats are pure, and do not circle."""
        self.sanding = self.settings.sanding_floor

    @override
    def threaten(self) -> None:
        """Let threats meet: what members are committed to once they have left in random order."""
        self.gains, self.delivered = self.conflicts.fight(self.threats, self.counted)
        self.delivered[-1] = self.quote.payoffs

    def _commitments(self, coalition: Mask) -> Vector:
        own = members(coalition)
        game = normal_form(self.game, "proposer-commitment")
        weights = np.zeros([game.shape[i] for i in own])

        def leave(committed: dict[int, int], chance: float) -> None:
            rest = [i for i in own if i not in committed]
            if not rest:
                weights[tuple(committed[i] for i in own)] += chance
            threats = self._situations[tuple(sorted(committed.items()))].threats
            for i in rest:
                for action in threats[i]:
                    leave({**committed, i: action}, chance / len(rest) / len(threats[i]))

        leave({}, 1.0)
        return weights.ravel()

    @override
    def split(self) -> None:
        """Let everybody take what it expects."""
        self.shares = np.zeros((1 << self.game.n, self.game.n))
        self.shares[-1] = self.quote.prices * self.expected
        self.entitlements = self.shares[-1]

    @override
    def credible(self) -> tuple[Vector, Vector]:
        return self.threats, np.zeros(1 << self.game.n)

    @override
    def play(self) -> None:
        here = self._here
        offer = self.drawn(here.offers)
        expected = here.expected[here.inside]
        made = self.proposal(here.round, offer, expected)
        accepted, gap = self.answered(here.round, offer, made, expected, here.inside)
        if accepted and made is not None:
            payoffs = made.mixture @ here.outcomes
            payoffs[here.inside] = made.payoffs
            ending = "broke down" if here.committed else "agreed"
            self.journal.close(self.ticks + 1, ending, self.utilons(payoffs))
            self._here = self._root
        elif self.rng.random() < self.settings.offers.breakdown:
            self._drop_out(int(here.inside[offer.proposer]), offer.threat, gap)

    def _drop_out(self, player: int, action: int, gap: float) -> None:
        """Go on without a player who is committed to an action."""
        committed = {**self._here.committed, player: action}
        self._here = self._situations[tuple(sorted(committed.items()))]
        self.journal.breakdowns.append(
            BreakdownEntry(
                self.ticks + 1,
                self.journal.talk,
                self.journal.name([player]),
                gap,
                self.settings.offers.breakdown,
                True,
                False,
            )
        )
