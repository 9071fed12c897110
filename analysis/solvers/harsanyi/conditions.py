"""The conditions of the ``harsanyi`` equilibrium as equations, complementarity rounded off by ε.

With claims that must be delivered, a fighting coalition S is worth no more than |S| times its least
gain. Its program has the optimality conditions (Karush–Kuhn–Tucker), for joint actions s and
members i, with ``g_i = a_i r_i − Σ_{R∋i, R⊊S} d_R``::

    ρ_s (λ − Σ_{i∈S} μ_i a_i U_i(s, ρ') + Σ_{j∉S} a_j U_j(s, ρ')) = ε,   Σ ρ = 1,
    μ_i (g_i − d) = ε,   Σ μ = |S|.

For N all weights are 1, and prices themselves are complementary to what is disposed of: no price is
below its floor δ, and ``(a_i − δ) (g_i − d_N) = ε``. With δ = 0 that is clearing with free goods.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.harsanyi.bordered import Bordered, wider
from curnits.analysis.solvers.harsanyi.cubic import Cubic, Indices
from curnits.sim.games.coalitions import Mask, grand, members, membership, size, subsets
from curnits.sim.games.game import Game

_SMALL = 150
"""Unknowns up to which dense elimination is as fast."""

type Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Places:
    """Where the unknowns of one coalition stand in the vector of all unknowns."""

    inside: Indices
    play: Indices
    level: int
    dividend: int
    weights: Indices
    earlier: tuple[Indices, ...]


@dataclass(frozen=True, eq=False)
class Linearisation:
    """Equations at a point.

    Attributes
    ----------
    slacks : ndarray, shape (p,)
        Of the complementary unknowns, in the order of :attr:`HarsanyiConditions.paired`.
    equations : ndarray, shape (k − p,)
        That must be 0, in the order of :attr:`HarsanyiConditions.unpaired`.
    entries : ndarray, shape (e,)
        Of the matrix of derivatives: slacks and equations in the rows of their unknowns.
    """

    slacks: Vector
    equations: Vector
    entries: Vector


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
    pattern : Pattern
        Where derivatives differ from 0.
    unpaired : ndarray of int, shape (k − p,)
        All others. One equation is counted as that of each of these: what a play adds up to as that
        of its coalition's level; of dividends, a lone player's gain, or what weights add up to.
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
        self.books: dict[Mask, Places] = {}
        dividends = game.n - 1 + np.arange(self.full + 1)
        place = game.n + self.full
        for mask, fight in self.fights.items():
            inside = np.array(members(mask))
            play = np.arange(place, place + fight.shape[1])
            level = place + len(play)
            weighed = len(inside) if 1 < len(inside) < game.n else 0
            weights = level + 1 + np.arange(weighed)
            earlier = tuple(
                np.array([dividends[r] for r in subsets(mask) if r != mask and r >> i & 1], int)
                for i in inside
            )
            self.books[mask] = Places(inside, play, level, int(dividends[mask]), weights, earlier)
            place = level + 1 + weighed
        self.count = place
        paired = [np.append(book.play, book.weights) for book in self.books.values()]
        self.paired = np.concatenate([*paired, self._varying])
        self.unpaired = np.setdiff1d(np.arange(self.count), self.paired)
        self.uniform = {
            mask: np.full(fight.shape[1], 1.0 / fight.shape[1])
            for mask, fight in self.fights.items()
        }
        self.alike = {mask: np.ones(size(mask)) for mask in self.fights}
        self._polynomials = Cubic(self.count, tuple(self._terms()))
        self.pattern = self._polynomials.pattern
        large = self.count > _SMALL
        self._structure = Bordered(self.pattern, tuple(self._blocks())) if large else None

    def solve(self, entries: Vector, target: Vector) -> Vector:
        """Solve a system with these entries; see :meth:`Bordered.solve`."""
        if self._structure is None:
            return np.linalg.solve(self.pattern.dense(entries), target)
        return self._structure.solve(entries, target)

    def solve_wider(self, entries: Vector, column: Vector, row: Vector, target: Vector) -> Vector:
        """Solve a system with a row and column more; see :meth:`Bordered.solve_wider`."""
        if self._structure is None:
            return np.linalg.solve(wider(self.pattern.dense(entries), column, row), target)
        return self._structure.solve_wider(entries, column, row, target)

    def at(self, floor: float) -> "HarsanyiConditions":
        """Return the same conditions with another lowest price."""
        other = copy(self)
        other.floor = floor
        return other

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
            if len(book.weights):
                x[book.weights] = (1.0 - margin) * weights[mask] + margin
        for mask in sorted(self.books, key=int.bit_count):
            book = self.books[mask]
            rival = x[self.books[self.full ^ mask].play] if mask != self.full else np.ones(1)
            credit = own[:, None] * (self.fights[mask] @ rival)
            gains = credit[book.inside] @ x[book.play]
            gains = gains - [x[earlier].sum() for earlier in book.earlier]
            stakes = 2.0 * membership(self.n)[mask] - 1.0
            if len(book.weights):
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
            mask: x[book.weights] if len(book.weights) else self.alike[mask]
            for mask, book in self.books.items()
        }

    def entitlements(self, x: Vector) -> Vector:
        """Return how many curnits each player is owed in N, shape ``(n,)``."""
        book = self.books[self.full]
        owed = np.array([x[earlier].sum() for earlier in book.earlier])
        return np.asarray(owed + x[book.dividend])

    def linearise(self, x: Vector) -> Linearisation:
        """Return the equations at a point and their derivatives."""
        shifted = x.copy()
        shifted[: self.n] += self.floor
        values, entries = self._polynomials(shifted)
        return Linearisation(values[self.paired], values[self.unpaired], entries)

    def in_rows(self, slacks: Matrix, equations: Matrix) -> Matrix:
        """Return numbers, or rows of them, that belong to slacks and equations, in their rows."""
        rows = np.empty((self.count, *slacks.shape[1:]))
        rows[self.paired], rows[self.unpaired] = slacks, equations
        return rows

    def _blocks(self) -> Iterator[tuple[Indices, Indices, Indices]]:
        """Yield, for each conflict, its own unknowns, its dividends, and what else plays a part."""
        prices = np.arange(self.n)
        for mask in range(1, (self.full + 1) // 2):
            sides = [self.books[mask], self.books[self.full ^ mask]]
            own = [part for side in sides for part in (side.play, [side.level], side.weights)]
            earlier = np.unique(np.concatenate([part for side in sides for part in side.earlier]))
            yield (
                np.concatenate(own),
                np.array([side.dividend for side in sides]),
                np.append(prices, earlier),
            )

    def _terms(self) -> Iterator[tuple[ArrayLike, ...]]:
        """Yield the terms of slacks and equations, which have the numbers of their unknowns."""
        prices, total = np.arange(self.n)[:, None, None], self.books[self.full].dividend
        yield from ((total, 1.0, np.arange(self.n)), (total, -self.n))
        yield from ((self._constant, 1.0, self._constant), (self._constant, -1.0))
        for mask, book in self.books.items():
            fight, inside, play, weights = self.fights[mask], book.inside, book.play, book.weights
            outside = list(members(self.full ^ mask))
            weighed = (weights[:, None, None],) if len(weights) else ()
            foe = (self.books[self.full ^ mask].play,) if outside else ()

            yield play, 1.0, book.level
            yield play[:, None], -fight[inside], prices[inside], *foe, *weighed
            yield play[:, None], fight[outside], prices[outside], *foe
            yield from ((book.level, 1.0, play), (book.level, -1.0))
            if weighed:
                yield from ((book.dividend, 1.0, weights), (book.dividend, -len(inside)))

            gaining = np.arange(len(inside)) if outside else self._varying
            rows = weights if weighed else np.array([book.dividend]) if outside else self._varying
            own = inside[gaining]
            yield rows[:, None, None], fight[own], prices[own], play[:, None], *foe
            yield rows, -1.0, book.dividend
            for row, k in zip(rows, gaining, strict=True):
                yield row, -1.0, book.earlier[k]
