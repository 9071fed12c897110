"""Commitments of coalitions that move first, and what they entitle to, in fractions."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from curnits.analysis.certificates.certificate import Exact
from curnits.analysis.certificates.checking.fair import dense
from curnits.analysis.certificates.exact import ExactGame, Fractions, entitlements, vector
from curnits.sim.games.coalitions import Mask, grand, members, proper_coalitions


@dataclass(frozen=True, eq=False)
class Mover:
    """A coalition that moves first.

    Attributes
    ----------
    together, theirs : ndarray of Fraction, shape (R, C)
        What both sides have, and what the others have, curnits; rows are its joint actions.
    """

    together: Fractions
    theirs: Fractions

    @classmethod
    def of(cls, game: ExactGame, mask: Mask, prices: Fractions) -> "Mover":
        """Return a coalition at given prices, shape ``(n,)``."""
        payoffs = game.conflict(mask)
        outside = prices.copy()
        outside[list(members(mask))] = Fraction(0)
        return cls(np.tensordot(prices, payoffs, axes=1), np.tensordot(outside, payoffs, axes=1))

    def matrix(self, paid_for: int) -> Fractions:
        """Return the zero-sum game in which the others are paid for one reply."""
        return np.asarray(self.together[:, paid_for][:, None] - self.theirs)

    def secured(self, play: Fractions) -> Fraction:
        """Return what a commitment gets: the others are left what they get by their best reply."""
        return Fraction((play @ self.together).max() - (play @ self.theirs).max())


def paid_first(game: ExactGame, stated: Exact) -> Iterator[str]:
    """Say why an answer is not shown to be the value of first-mover surplus with money."""
    if len(set(stated.prices)) > 1:
        yield "with money all prices are equal"
    else:
        yield from _entitled(game, stated)


def cleared_first(game: ExactGame, stated: Exact) -> Iterator[str]:
    """Say why prices are not shown to clear under first-mover surplus."""
    if min(stated.prices) <= 0:
        yield "prices are not positive"
        return
    yield from _entitled(game, stated)
    played = dense(stated.agreement, len(game.outcomes)) @ game.outcomes
    if (played != vector(list(stated.payoffs))).any():
        yield "payoffs are not those of the agreement"


def _entitled(game: ExactGame, stated: Exact) -> Iterator[str]:
    """Say why commitments are not the best, or players do not get what they are entitled to.

    That nothing gets S more is shown by a mixture of the others' replies for each reply that S may
    pay for: no joint action gets more against it (weak duality).
    """
    prices, full = vector(list(stated.prices)), grand(game.n)
    secured = {}
    for mask in proper_coalitions(game.n):
        mover = Mover.of(game, mask, prices)
        height, width = mover.theirs.shape
        secured[mask] = mover.secured(dense(stated.threats[mask], height))
        for paid_for in range(width):
            reply = dense(stated.replies.get(mask, {}).get(paid_for, {}), width)
            if min(reply) < 0 or reply.sum() != 1:
                yield f"replies to coalition {mask} are no distributions"
            elif (mover.matrix(paid_for) @ reply).max() > secured[mask]:
                yield f"the commitment of coalition {mask} is not shown to be the best"
    worths = game.outcomes @ prices
    fights = {mask: secured[mask] - secured[full ^ mask] for mask in range(1, full, 2)}
    if (
        entitlements(game.n, fights | {full: worths.max()}) != vector(list(stated.payoffs)) * prices
    ).any():
        yield "payoffs are not what the players are entitled to"
    played = dense(stated.agreement, len(game.outcomes)) @ game.outcomes
    if played @ prices != worths.max():
        yield "some outcome is worth more than the agreement"
