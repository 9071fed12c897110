"""Every conflict of a game at once: threats in one flat vector, payoffs in stacked arrays.

Arrays may have leading axes, for replicas of a negotiation
(:mod:`curnits.sim.negotiation.replicas`); a number of a negotiation is then a column.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, grand, membership
from curnits.sim.games.game import Game, check_conflicts

type Vector = NDArray[np.float64]

type Column = float | NDArray[np.float64]
"""A number, or one for each replica: an array of shape ``(..., 1)``."""


def most(values: Vector) -> Any:
    """Return the largest entry, or that of each replica as a :data:`Column`."""
    if values.ndim > 1:
        return np.maximum.reduce(values, axis=-1, keepdims=True)
    return np.maximum.reduce(values)


def total(values: Vector) -> Any:
    """Return the sum of the entries, or that of each replica as a :data:`Column`."""
    if values.ndim > 1:
        return np.add.reduce(values, axis=-1, keepdims=True)
    return np.add.reduce(values)


@dataclass(frozen=True, eq=False)
class Segments:
    """Cuts flat vectors, shape ``(..., L)``, into consecutive pieces, one for each coalition.

    Attributes
    ----------
    sizes : ndarray of int, shape (K,)
        Length of each piece; none is empty.
    """

    sizes: NDArray[np.int64]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each piece starts, shape ``(K,)``."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """The piece each entry belongs to, shape ``(L,)``."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def sums(self, values: Vector) -> Vector:
        """Return the sum of each piece, shape ``(..., K)``."""
        return np.add.reduceat(values, self.starts, axis=-1)

    def maxima(self, values: Vector) -> Vector:
        """Return the maximum of each piece, shape ``(..., K)``."""
        return np.maximum.reduceat(values, self.starts, axis=-1)

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the value of its piece for every entry, shape ``(..., L)``."""
        return np.asarray(values.take(self.owner, axis=-1))

    def uniform(self) -> Vector:
        """Return the uniform distribution on every piece, shape ``(L,)``."""
        return 1.0 / self.sizes[self.owner]

    def normalise(self, weights: Vector) -> Vector:
        """Return non-negative weights scaled to sum to 1 on every piece."""
        return np.asarray(weights / self.spread(self.sums(weights)))

    def project(self, values: Vector) -> Vector:
        """Return what is nearest on every piece among non-negative values that sum to 1 or more.

        Of one flat vector, shape ``(L,)``.
        """
        positive = np.maximum(values, 0.0)
        short = (self.sums(positive) < 1.0)[self.owner]
        if not short.any():
            return positive
        # onto the simplex: what exceeds a level that makes it sum to 1 (Held, Wolfe & Crowder 1974)
        order = np.lexsort((-values, self.owner))
        ranked, starts = values[order], self.starts[self.owner]
        total = np.cumsum(ranked)
        total -= (total - ranked)[starts]
        levels = (total - 1.0) / (np.arange(len(values)) - starts + 1.0)
        used = self.sums((ranked > levels).astype(np.float64)).astype(np.int64)
        level = levels[self.starts + used - 1][self.owner]
        return np.where(short, np.maximum(values - level, 0.0), positive)

    def regrets(self, strategies: Vector, gains: Vector) -> Vector:
        """Return what each piece could gain by its best pure reply, shape ``(..., K)``."""
        return self.maxima(gains) - self.sums(strategies * gains)


@dataclass(frozen=True, eq=False)
class Seat:
    """One coalition's place in its conflict.

    Attributes
    ----------
    coalition : int
        Mask.
    stakes : ndarray, shape (n,)
        +1 for members, −1 for the others.
    payoffs : ndarray, shape (n, own joint actions, joint actions of the complement)
    own, other : slice
        Where its threat and its complement's lie in the flat vector.
    """

    coalition: Mask
    stakes: Vector
    payoffs: Vector
    own: slice
    other: slice

    def gains(self, threats: Vector, prices: Vector) -> Vector:
        """Return what each joint action earns against the complement's standing threat, curnits."""
        return np.asarray((self.stakes * prices) @ (self.payoffs @ threats[self.other]))


@dataclass(frozen=True, eq=False)
class _Stack:
    coalitions: NDArray[np.int64]  # (P,) the row sides
    complements: NDArray[np.int64]  # (P,) the column sides
    stakes: Vector  # (P, n)
    payoffs: Vector  # (P, n, R, C)
    rows: slice
    columns: slice

    def fight(self, threats: Vector, prices: Vector) -> tuple[Vector, Vector, Vector]:
        """Return gains of all rows and of all columns, and what is delivered, ``(..., P, n)``."""
        count, _, height, width = self.payoffs.shape
        lead = threats.shape[:-1]
        rows = threats[..., self.rows].reshape(*lead, count, 1, 1, height)
        columns = threats[..., self.columns].reshape(*lead, count, 1, width, 1)
        stakes = (self.stakes * prices.take(self.coalitions, axis=-2))[..., None, :]
        counterstakes = (self.stakes * prices.take(self.complements, axis=-2))[..., None, :]
        against_columns = (self.payoffs @ columns)[..., 0]
        against_rows = (rows @ self.payoffs)[..., 0, :]
        delivered = against_columns @ rows.reshape(*lead, count, height, 1)
        return (
            (stakes @ against_columns).reshape(*lead, -1),
            -(counterstakes @ against_rows).reshape(*lead, -1),
            delivered[..., 0],
        )


@dataclass(frozen=True, eq=False)
class Conflicts:
    """Every pair {S, N∖S} of a game, ready to be fought at given threats and prices.

    The threats of all proper coalitions lie in one flat vector, coalitions whose conflicts have one
    shape side by side, so that a rule handles them all in a few array operations.

    Attributes
    ----------
    n : int
        Number of players.
    coalitions : ndarray of int, shape (2**n − 2,)
        The coalition each piece of the flat vector belongs to.
    segments : Segments
        The pieces.
    """

    n: int
    coalitions: NDArray[np.int64]
    segments: Segments
    _stacks: tuple[_Stack, ...]

    def fight(self, threats: Vector, prices: Vector) -> tuple[Vector, Vector]:
        """Let every coalition carry out its threat against its complement's.

        Parameters
        ----------
        threats : ndarray, shape (..., L)
            A distribution for each coalition.
        prices : ndarray, shape (n,) or (..., 2**n, n)
            Curnits per utilon; in the second form as each coalition counts them.

        Returns
        -------
        gains : ndarray, shape (..., L)
            ``Σ_{i∈S} a_i U_i − Σ_{j∉S} a_j U_j`` of every joint action of every S, in curnits.
        delivered : ndarray, shape (..., 2**n, n)
            ``r_i^S`` in utilons for ``i ∈ S``; zero elsewhere, and for N.
        """
        inside = membership(self.n)
        gains = np.empty(threats.shape)
        delivered = np.zeros((*threats.shape[:-1], *inside.shape))
        counted = prices if prices.ndim > 1 else np.broadcast_to(prices, inside.shape)
        for stack in self._stacks:
            gains[..., stack.rows], gains[..., stack.columns], payoffs = stack.fight(
                threats, counted
            )
            delivered[..., stack.coalitions, :] = payoffs
            delivered[..., stack.complements, :] = payoffs
        delivered *= inside
        return gains, delivered

    def sides(self) -> Iterator[tuple[NDArray[np.int64], Vector, slice]]:
        """Yield coalitions with conflicts of one shape, both sides of them in turn.

        Their masks ``(P,)``; payoffs ``(P, n, R, C)`` with their own joint actions as rows; and
        where their threats lie in the flat vector.
        """
        for stack in self._stacks:
            yield stack.coalitions, stack.payoffs, stack.rows
            yield stack.complements, stack.payoffs.swapaxes(2, 3), stack.columns

    @cached_property
    def listed(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Places in the flat vector by coalition and joint action, and both of these, ``(L,)``."""
        owner = self.segments.owner
        masks, actions = self.coalitions[owner], np.arange(len(owner)) - self.segments.starts[owner]
        order = np.lexsort((actions, masks))
        return order, masks[order], actions[order]

    def seats(self) -> list[Seat]:
        """Return the place of every proper coalition, in the order of :attr:`coalitions`."""
        found = []
        for stack in self._stacks:
            count, _, height, width = stack.payoffs.shape
            own = [
                slice(stack.rows.start + p * height, stack.rows.start + (p + 1) * height)
                for p in range(count)
            ]
            other = [
                slice(stack.columns.start + p * width, stack.columns.start + (p + 1) * width)
                for p in range(count)
            ]
            for p, mask in enumerate(stack.coalitions):
                found.append(Seat(int(mask), stack.stakes[p], stack.payoffs[p], own[p], other[p]))
            for p, mask in enumerate(stack.complements):
                transposed = stack.payoffs[p].transpose(0, 2, 1)
                found.append(Seat(int(mask), -stack.stakes[p], transposed, other[p], own[p]))
        return found

    def by_coalition(self, threats: Vector) -> dict[Mask, Vector]:
        """Return the flat vector cut into one distribution for each proper coalition."""
        starts, ends = self.segments.starts, self.segments.starts + self.segments.sizes
        return {
            int(self.coalitions[k]): threats[starts[k] : ends[k]]
            for k in np.argsort(self.coalitions)
        }


def conflicts_of(game: Game) -> Conflicts:
    """Lay out every conflict of a game; the side with fewer joint actions is the row side.

    Raises
    ------
    GameError
        If all conflicts together would hold more than ``MAX_CONFLICT_CELLS`` payoffs.
    """
    check_conflicts(game, "to be negotiated")
    full = grand(game.n)
    shapes: dict[tuple[int, int], list[Mask]] = defaultdict(list)
    for mask in range(1, full, 2):
        row = min(mask, full ^ mask, key=game.joint_actions)
        shapes[game.joint_actions(row), game.joint_actions(full ^ row)].append(row)
    stacks: list[_Stack] = []
    coalitions: list[NDArray[np.int64]] = []
    sizes: list[int] = []
    end = 0
    for (height, width), masks in shapes.items():
        rows = np.array(masks)
        middle, start, end = end + height * len(masks), end, end + (height + width) * len(masks)
        stacks.append(
            _Stack(
                rows,
                full ^ rows,
                2.0 * membership(game.n)[rows] - 1.0,
                np.stack([game.conflict(mask) for mask in masks]),
                slice(start, middle),
                slice(middle, end),
            )
        )
        coalitions += [rows, full ^ rows]
        sizes += [height] * len(masks) + [width] * len(masks)
    return Conflicts(
        game.n,
        np.concatenate([np.zeros(0, dtype=np.int64), *coalitions]),
        Segments(np.array(sizes, dtype=np.int64)),
        tuple(stacks),
    )
