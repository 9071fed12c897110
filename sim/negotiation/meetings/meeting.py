"""What players see when they meet, and what they can do about it.

Made by :mod:`curnits.sim.negotiation.meetings.talks` and handed to the methods of policies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.feasible.linear import Vector, best_mixture, rise
from curnits.sim.games.game import Game
from curnits.sim.games.rounding import SAME_PAYOFF


class Act(IntEnum):
    """What a player does while claims cannot be met together."""

    WAIT = 0
    """Stand by its claim; whatever agreement comes is worth less by its discount."""
    YIELD = 1
    """Give up its claim, and take what is left as long as it is worth a failure of talks."""
    BACK_DOWN = 2
    """Yield, and take its threat back in public, at an audience cost and a loss of credibility."""
    FIGHT = 3
    """Walk out: talks fail, and it is for its side to carry out a threat."""
    STRIKE = 4
    """Carry out a part of its threat at its cost, so as to be believed, and stand by its claim."""


@dataclass(frozen=True, eq=False)
class Meeting:
    """What players with one policy see when they meet; all but their own notes is public.

    Payoffs are in shares of announced payoff range, arrays of shape ``(n,)`` run over all players.

    Attributes
    ----------
    players : ndarray of int, shape (k,)
        Those who are asked. An answer is an array over them, or one value for all.
    game : Game
        As announced.
    tick : int
        Ticks so far.
    number : int
        Meetings of the present talk before this one.
    talk : int
        Number of the talk, from 1.
    offers : ndarray, shape (n,)
        What the agreement that is being worked out gives each.
    dues : ndarray, shape (n,)
        What threats entitle each to at the quoted prices.
    fallbacks : ndarray, shape (n,)
        What each is expected to get if talks fail.
    claims : ndarray, shape (n,)
        What each insisted on last; −inf for those who do not.
    gap : float
        By how much all claims would have to fall to be met together; positive in a stall.
    waited : int
        Meetings of the present talk that were stalled.
    discounts : ndarray, shape (n,)
        Share of what agreement adds to a failure that is left to each after one such meeting.
    audience : ndarray, shape (n,)
        What backing down costs each, for each such meeting, utilons.
    beliefs : ndarray, shape (k, n)
        How likely each of those asked thinks each player is to carry out threats.
    believed : ndarray, shape (n,)
        How likely each is thought to do so by whoever doubts it most.
    resolve : ndarray, shape (k,)
        How likely those asked do so, unless their policy says otherwise.
    memory : ndarray, shape (k, memories)
        Their own notes, zero at first; to be updated in place.
    rng : numpy.random.Generator
    """

    players: NDArray[np.int64]
    game: Game
    tick: int
    number: int
    talk: int
    offers: Vector
    dues: Vector
    fallbacks: Vector
    claims: Vector
    gap: float
    waited: int
    discounts: Vector
    audience: Vector
    beliefs: Vector
    believed: Vector
    resolve: Vector
    memory: Vector
    rng: np.random.Generator

    def own(self, values: Vector) -> Vector:
        """Return the entries of those who are asked, shape ``(k,)``."""
        return np.asarray(values[self.players])

    def shares(self, utilons: float | Vector) -> Vector:
        """Return own utilons of those who are asked in shares of their range, shape ``(k,)``."""
        return np.asarray((utilons - self.own(self.game.low)) / self.own(self.game.scales))


class Idea(NamedTuple):
    """A harsher threat that a player might invent, in its own utilons.

    Attributes
    ----------
    gain : float
        By how much it thinks its final payoff would rise.
    cost : float
        What that has to exceed: its research, and a little.
    answer : callable
        Tells what it would lose if the others answered with the next rungs of theirs.
    own, others : int
        Rungs that it has invented so far, and the most that anybody else has.
    """

    gain: float
    cost: float
    answer: Callable[[], float]
    own: int
    others: int


def most(game: Game, player: int, floors: Vector) -> float:
    """Return the most a player can get when the others get at least so much, shares of range.

    −inf if that is not possible; with money, what is left of the largest joint payoff.
    """
    others = np.arange(game.n) != player
    if game.money:
        joint = float((game.normalised.outcomes @ game.scales).max())
        paid = float((floors * game.scales)[others].sum())
        return float((joint - paid) / game.scales[player])
    outcomes, own = game.normalised.outcomes, game.normalised.outcomes[:, player]
    if not others.any():
        return float(own.max())
    room = rise(outcomes[:, others], 1.0, floors[others]).height
    if room < -SAME_PAYOFF:
        return -np.inf
    bounds = np.where(others, floors - SAME_PAYOFF, -np.inf), np.inf
    return float(best_mixture(own, outcomes, bounds).point @ own)
