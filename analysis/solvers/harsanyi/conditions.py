"""The conditions of the ``harsanyi`` equilibrium as equations, complementarity rounded off by ε.

With claims that must be delivered, a fighting coalition S is worth no more than |S| times its least
gain. Its program has the optimality conditions (Karush–Kuhn–Tucker), for joint actions s and
members i, with ``g_i = a_i r_i − Σ_{R∋i, R⊊S} d_R``::

    ρ_s (λ − Σ_{i∈S} μ_i a_i U_i(s, ρ') + Σ_{j∉S} a_j U_j(s, ρ')) = ε,   Σ ρ = 1,
    μ_i (g_i − d) = ε,   Σ μ = |S|.

For N all weights are 1, and prices themselves are complementary to what is disposed of: no price is
below its floor δ, and ``(a_i − δ) (g_i − d_N) = ε``. With δ = 0 that is clearing with free goods.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.sim.games.coalitions import Mask, grand, members, membership, size, subsets
from curnits.sim.games.game import Game

type Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Books:
    """Where the unknowns of one coalition stand in the vector of all unknowns."""

    inside: NDArray[np.int64]
    play: slice
    level: int
    dividend: int
    weights: slice
    earlier: tuple[NDArray[np.int64], ...]


@dataclass(frozen=True, eq=False)
class Linearisation:
    """Equations at a point.

    Attributes
    ----------
    slacks : ndarray, shape (p,)
        Of the complementary unknowns, in the order of :attr:`HarsanyiConditions.paired`.
    slack_slopes : ndarray, shape (p, k)
    equations : ndarray, shape (k − p,)
        That must be 0.
    equation_slopes : ndarray, shape (k − p, k)
    """

    slacks: Vector
    slack_slopes: Matrix
    equations: Vector
    equation_slopes: Matrix


class HarsanyiConditions:
    """Unknowns and equations of a game whose payoffs are normalised; prices have mean 1.

    By Kakutani's theorem they have a solution at every positive floor: prices that favour who gains
    least in N, and threats that are optimal in concave programs, are best replies to each other.

    Parameters
    ----------
    game : Game
    floor : float
        Lowest price. The unknowns that stand for prices are what they are above it.

    Attributes
    ----------
    count : int
        Number of unknowns.
    paired : ndarray of int, shape (p,)
        Unknowns that are complementary to a slack: probabilities, weights and, last, the prices of
        those whose payoffs vary. The others, who cannot be paid, have price 1.
    uniform, alike : dict from mask to ndarray
        Uniform plays of every coalition, and weights of 1 of its members.
    """

    def __init__(self, game: Game, floor: float = 0.0) -> None:
        self.n = game.n
        self.floor = floor
        self.full = grand(game.n)
        varying = game.ranges > 0.0 if game.ranges.any() else np.full(game.n, True)
        self._varying, self._constant = np.flatnonzero(varying), np.flatnonzero(~varying)
        self.fights = {mask: game.conflict(mask) for mask in range(1, self.full + 1)}
        self.books: dict[Mask, Books] = {}
        dividends = game.n - 1 + np.arange(self.full + 1)
        place = game.n + self.full
        for mask, fight in self.fights.items():
            inside = np.array(members(mask))
            play = slice(place, place + fight.shape[1])
            weighed = len(inside) if 1 < len(inside) < game.n else 0
            weights = slice(play.stop + 1, play.stop + 1 + weighed)
            earlier = tuple(
                np.array([dividends[r] for r in subsets(mask) if r != mask and r >> i & 1], int)
                for i in inside
            )
            self.books[mask] = Books(
                inside, play, play.stop, int(dividends[mask]), weights, earlier
            )
            place = weights.stop
        self.count = place
        self.paired = np.concatenate(
            [
                *(np.r_[book.play, book.weights].astype(int) for book in self.books.values()),
                self._varying,
            ]
        )
        self.uniform = {
            mask: np.full(fight.shape[1], 1.0 / fight.shape[1])
            for mask, fight in self.fights.items()
        }
        self.alike = {mask: np.ones(size(mask)) for mask in self.fights}

    def interior(
        self,
        prices: Vector,
        plays: Mapping[Mask, Vector],
        weights: Mapping[Mask, Vector],
        margin: float,
    ) -> Vector:
        """Return unknowns at given prices, plays and weights of the members, shape ``(k,)``.

        Plays and weights are mixed with uniform ones, and dividends and levels chosen, such that
        everything complementary is positive: slacks are ``margin`` or more.
        """
        x = np.zeros(self.count)
        own = np.maximum(prices / prices.mean(), 2.0 * self.floor)
        own[self._constant] = 1.0
        x[: self.n] = own - self.floor
        for mask, book in self.books.items():
            x[book.play] = (1.0 - margin) * plays[mask] + margin / len(plays[mask])
            if book.weights.stop > book.weights.start:
                x[book.weights] = (1.0 - margin) * weights[mask] + margin
        for mask in sorted(self.books, key=int.bit_count):
            book = self.books[mask]
            rival = x[self.books[self.full ^ mask].play] if mask != self.full else np.ones(1)
            credit = own[:, None] * (self.fights[mask] @ rival)
            gains = credit[book.inside] @ x[book.play]
            gains = gains - [x[earlier].sum() for earlier in book.earlier]
            stakes = 2.0 * membership(self.n)[mask] - 1.0
            if book.weights.stop > book.weights.start:
                stakes[book.inside] = x[book.weights]
            x[book.dividend] = gains.min() - margin * (len(book.inside) > 1)
            x[book.level] = (stakes @ credit).max() + margin
        return x

    def prices(self, x: Vector) -> Vector:
        """Return the prices of all players, shape ``(n,)``."""
        prices: Vector = x[: self.n] + self.floor
        return prices

    def plays(self, x: Vector) -> dict[Mask, Vector]:
        """Return what every coalition plays."""
        return {mask: x[book.play] for mask, book in self.books.items()}

    def weights(self, x: Vector) -> dict[Mask, Vector]:
        """Return how every coalition weighs its members; where that is not free, by 1."""
        return {
            mask: x[book.weights] if book.weights.stop > book.weights.start else self.alike[mask]
            for mask, book in self.books.items()
        }

    def entitlements(self, x: Vector) -> Vector:
        """Return how many curnits each player is owed in N, shape ``(n,)``."""
        book = self.books[self.full]
        owed = np.array([x[earlier].sum() for earlier in book.earlier])
        return np.asarray(owed + x[book.dividend])

    def linearise(self, x: Vector) -> Linearisation:
        """Return the equations at a point and their derivatives."""
        n, count, pairs = self.n, self.count, len(self.paired)
        prices = self.prices(x)
        slacks, slack_slopes = np.zeros(pairs), np.zeros((pairs, count))
        equations, equation_slopes = np.zeros(count - pairs), np.zeros((count - pairs, count))
        equations[0], equation_slopes[0, :n] = prices.sum() - n, 1.0
        pegged = slice(1, 1 + len(self._constant))
        equations[pegged] = prices[self._constant] - 1.0
        equation_slopes[pegged, self._constant] = np.eye(len(self._constant))
        slack_row, equation_row = 0, pegged.stop
        for mask, book in self.books.items():
            fight, inside, own = self.fights[mask], book.inside, x[book.play]
            fighting = mask != self.full
            foe = self.books[self.full ^ mask].play if fighting else slice(0, 0)
            answers = fight @ (x[foe] if fighting else np.ones(1))
            weighed = book.weights.stop > book.weights.start
            stakes = 2.0 * membership(n)[mask] - 1.0
            if weighed:
                stakes[inside] = x[book.weights]
            charge = stakes * prices

            rows = slice(slack_row, slack_row + len(own))
            slack_row = rows.stop
            slacks[rows] = x[book.level] - charge @ answers
            slope = slack_slopes[rows]
            slope[:, book.level] = 1.0
            slope[:, :n] = -stakes * answers.T
            if fighting:
                slope[:, foe] = -(charge @ fight.reshape(n, -1)).reshape(len(own), -1)
            if weighed:
                slope[:, book.weights] = -prices[inside] * answers[inside].T
            equations[equation_row] = own.sum() - 1.0
            equation_slopes[equation_row, book.play] = 1.0
            equation_row += 1

            received = answers[inside] @ own
            gains = prices[inside] * received - x[book.dividend]
            steps = np.zeros((len(inside), count))
            steps[:, book.play] = prices[inside, None] * answers[inside]
            if fighting:
                steps[:, foe] = prices[inside, None] * (own @ fight[inside])
            steps[:, book.dividend] = -1.0
            for k, earlier in enumerate(book.earlier):
                gains[k] -= x[earlier].sum()
                steps[k, inside[k]] += received[k]
                steps[k, earlier] = -1.0
            if len(inside) == 1 and fighting:
                equations[equation_row], equation_slopes[equation_row] = gains[0], steps[0]
                equation_row += 1
                continue
            if weighed:
                equations[equation_row] = x[book.weights].sum() - len(inside)
                equation_slopes[equation_row, book.weights] = 1.0
                equation_row += 1
            else:
                gains, steps = gains[self._varying], steps[self._varying]
            rows = slice(slack_row, slack_row + len(gains))
            slack_row = rows.stop
            slacks[rows], slack_slopes[rows] = gains, steps
        return Linearisation(slacks, slack_slopes, equations, equation_slopes)
