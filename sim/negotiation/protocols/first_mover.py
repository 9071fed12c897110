"""Coalitions that move first: who threatens commits itself, and pays the others for their reply.

A row of :mod:`curnits.sim.negotiation.protocols.registry`; the concept that it aims at is
``first-mover``.
"""

from dataclasses import dataclass
from typing import override

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import membership
from curnits.sim.games.game import Game, GameError
from curnits.sim.negotiation.conflicts import Conflicts, Segments, Vector
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.rules.threats import Situation, recency
from curnits.sim.negotiation.settings import NegotiationSettings

_MOST_CELLS = 200_000
"""Probabilities in the plans of all coalitions: some milliseconds a tick."""


@dataclass(frozen=True, eq=False)
class Movers:
    """Coalitions of one size of conflict that move first, and where their plans lie.

    Attributes
    ----------
    coalitions : ndarray of int, shape (P,)
    inside : ndarray of bool, shape (P, n)
    payoffs : ndarray, shape (P, n, R, C)
        Rows are the coalition's joint actions.
    own : slice
        Where their threats lie in the flat vector of threats.
    plans, replies : slice
        Where what they would commit themselves to for each reply that they may pay for,
        ``(P, C, R)``, and what they then expect without pay, ``(P, C, C)``, lie among plans.
    """

    coalitions: NDArray[np.int64]
    inside: NDArray[np.bool_]
    payoffs: Vector
    own: slice
    plans: slice
    replies: slice

    def unpack(self, plans: Vector) -> tuple[Vector, Vector]:
        """Return plans and replies in their shapes."""
        count, _, height, width = self.payoffs.shape
        return (
            plans[self.plans].reshape(count, width, height),
            plans[self.replies].reshape(count, width, width),
        )

    def sides(self, prices: Vector) -> tuple[Vector, Vector]:
        """Return what both sides have together, and what the others have, ``(P, R, C)`` each."""
        together = np.einsum("i,pirc->prc", prices, self.payoffs)
        return together, np.einsum("pi,pirc->prc", prices * ~self.inside, self.payoffs)


class FirstMovers(Negotiation):
    """Whoever threatens moves first, and pays for the reply it wants.

    As in talks by ticks, but a fight of S with the others comes to what S gets if it commits itself
    to x and pays them to reply by b: what both sides then have together, less what the others would
    have by their best reply. For each b that is a zero-sum game in which S chooses x, and pretends
    to choose the others' reply without pay; coalitions adapt both by the rule for threats, and
    threaten with the x of the b that is best for them by now. That is how far a coalition gets, so
    members divide it: prices and payoffs tend to those of first-mover surplus, the reconstruction
    of Diffractor's (2022) ROSE value.

    Since nobody waits for the others' threats, the order of activation does not matter.

    Raises
    ------
    GameError
        If the game has curved frontiers, too many conflicts or plans, or if members plead.

    Attributes
    ----------
    plans : ndarray, shape (M,)
        All plans and replies, one distribution after the other; see :class:`Movers`.
    """

    harm_pays = 0.0

    def __init__(
        self, game: Game, settings: NegotiationSettings, seed: int, rules: Rules | None = None
    ) -> None:
        if game.curved:
            raise GameError(
                "negotiation.protocol: first-mover is not worked out on curved frontiers "
                "(expected ticks)"
            )
        if settings.splitting == "delivered":
            raise GameError(
                "negotiation.splitting: with the protocol first-mover a coalition pays others, so "
                "what it gets is not delivered (expected direct or concession)"
            )
        super().__init__(game, settings, seed, rules)
        self._prepare()

    def _prepare(self) -> None:
        """Begin with even plans."""
        self._movers, self._segments = movers_of(self.conflicts)
        tremble = self.settings.tremble
        shaken = np.exp(self._trembling.uniform(-tremble, tremble, len(self._segments.owner)))
        self.plans = self._segments.normalise(shaken)
        self._averages = self.plans.copy()
        self._notes_on_plans = np.zeros((self.rules.threats.memories, len(self.plans)))
        self._announcement = self._best(self.plans)

    @override
    def grow(self, game: Game, player: int, base: int) -> None:
        super().grow(game, player, base)
        self._prepare()

    @override
    def threaten(self) -> None:
        at_stake = self.game.n * self.stake
        gains = self._plan_gains(self.plans)
        self.gains, self.delivered = self.clash()
        self.delivered[-1] = self.quote.payoffs
        self.regret = float(self._segments.regrets(self.plans, gains).max(initial=0.0))
        self.plans = self.rules.threats.respond(
            Situation(
                self.plans,
                self._notes_on_plans,
                gains / at_stake,
                self._segments,
                self.sanding / at_stake,
                self.ticks,
            )
        )
        self._averages += recency(self.ticks) * (self.plans - self._averages)
        standing, average = self._best(self.plans), self._best(self._averages)
        better = standing[1] <= average[1]
        of_piece = better[self.conflicts.coalitions][self.conflicts.segments.owner]
        self._announcement = (
            np.where(of_piece, standing[0], average[0]),
            np.where(better, standing[1], average[1]),
        )
        self.threats = self._announcement[0]

    @override
    def announced(self) -> tuple[Vector, Vector]:
        threats, regrets = self._announcement
        worths = self.game.normalised.outcomes @ self.quote.prices
        regrets[-1] = worths.max() - worths @ self.quote.agreement
        return threats, regrets

    @override
    def clash(self) -> tuple[Vector, Vector]:
        """Return what the others' best reply leaves of each joint action, and what S has.

        Payments are shared among members in proportion to nothing but their number, in utilons.
        """
        prices, n = self.quote.prices, self.game.n
        gains, delivered = np.zeros(len(self.threats)), np.zeros((1 << n, n))
        for movers in self._movers:
            together, theirs = movers.sides(prices)
            play = self.threats[movers.own].reshape(len(movers.coalitions), -1)
            paid_for = np.einsum("pr,prc->pc", play, together).argmax(axis=1)
            left = np.einsum("pr,prc->pc", play, theirs)
            reply = left.argmax(axis=1)
            count = np.arange(len(play))
            gains[movers.own] = (together[count, :, paid_for] - theirs[count, :, reply]).ravel()
            reached = np.einsum("pr,pir->pi", play, movers.payoffs[count, :, :, paid_for])
            pay = left[count, reply] - left[count, paid_for]
            members_price = (movers.inside * prices).sum(axis=1)
            delivered[movers.coalitions] = reached - (pay / members_price)[:, None]
        return gains, delivered * membership(n)

    def _plan_gains(self, plans: Vector) -> Vector:
        gains = np.empty(len(plans))
        for movers in self._movers:
            together, theirs = movers.sides(self.quote.prices)
            play, reply = movers.unpack(plans)
            worth = together.swapaxes(1, 2) - np.einsum("prc,pbc->pbr", theirs, reply)
            gains[movers.plans] = worth.ravel()
            gains[movers.replies] = np.einsum("pbr,prc->pbc", play, theirs).ravel()
        return gains

    def _best(self, plans: Vector) -> tuple[Vector, Vector]:
        """Return the commitment that gets each coalition most, and what any other could add.

        Threats of shape ``(L,)``, and regrets by mask, curnits: no commitment gets more than the
        best joint action would against the expected reply, whatever is paid for.
        """
        threats, regrets = self.threats.copy(), np.zeros(1 << self.game.n)
        for movers in self._movers:
            together, theirs = movers.sides(self.quote.prices)
            play, reply = movers.unpack(plans)
            paid_for = np.einsum("pbr,prb->pb", play, together)
            secured = paid_for - np.einsum("pbr,prc->pbc", play, theirs).max(axis=2)
            worth = together.swapaxes(1, 2) - np.einsum("prc,pbc->pbr", theirs, reply)
            best, count = secured.argmax(axis=1), np.arange(len(secured))
            threats[movers.own] = play[count, best].ravel()
            regrets[movers.coalitions] = worth.max(axis=(1, 2)) - secured[count, best]
        return threats, regrets


def movers_of(conflicts: Conflicts) -> tuple[tuple[Movers, ...], Segments]:
    """Lay out the plans of all coalitions.

    Raises
    ------
    GameError
        If there are too many.
    """
    found, sizes, end = list[Movers](), list[int](), 0
    for coalitions, payoffs, own in conflicts.sides():
        count, n, height, width = payoffs.shape
        middle, start = end + count * width * height, end
        end = middle + count * width * width
        if end > _MOST_CELLS:
            raise GameError(
                f"the game is too large for the protocol first-mover: its coalitions would have "
                f"plans of more than {_MOST_CELLS:,} probabilities"
            )
        sizes += [height] * (count * width) + [width] * (count * width)
        inside = membership(n)[coalitions] > 0.0
        found.append(
            Movers(coalitions, inside, payoffs, own, slice(start, middle), slice(middle, end))
        )
    return tuple(found), Segments(np.array(sizes, dtype=np.int64))
