"""Conflicts of one shape, stacked so that numpy handles many at once.

Takes numbers of joint actions, says which conflicts go together; games make stacks of them, and
solvers, verifiers and agents ask what they come to at given prices.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import override

import numpy as np
from numpy.typing import NDArray

_CHUNK_CELLS = 12_500
"""Payoffs to one player in a stack of conflicts: 100 kB, what a processor core has at hand.

Stacks of large games hold more, for a quarter as many conflicts as there are players: less than the
game itself, and enough that weighing payoffs is no matter of memory alone.
"""


def smaller_sides(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one coalition of each pair {S, N∖S}, that with fewer joint actions.

    Parameters
    ----------
    counts : ndarray of int, shape (2**n,)
        How many joint actions each coalition has, by mask.
    """
    masks = np.arange(1, len(counts) - 1, 2)
    others = len(counts) - 1 - masks
    return np.where(counts[others] < counts[masks], others, masks)


def alike(counts: NDArray[np.int64], masks: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield coalitions by the shape of their conflicts, not too many at once.

    Parameters
    ----------
    counts : ndarray of int, shape (2**n,)
        How many joint actions each coalition has, by mask.
    masks : ndarray of int, shape (P,)
    """
    n = len(counts).bit_length() - 1
    rows, columns = counts[masks], counts[len(counts) - 1 - masks]
    order = np.lexsort((masks, columns, rows))
    shapes = np.stack([rows, columns])[:, order]
    changes = np.flatnonzero((np.diff(shapes) != 0).any(axis=0)) + 1
    for group in np.split(masks[order], changes) if len(masks) else []:
        cells = int(counts[group[0]] * counts[len(counts) - 1 - group[0]])
        step = max(1, n // 4, _CHUNK_CELLS // cells)
        for start in range(0, len(group), step):
            yield group[start : start + step]


@dataclass(frozen=True, eq=False)
class ConflictStack(ABC):
    """Conflicts of one shape, stacked so that numpy handles them at once.

    Attributes
    ----------
    coalitions : ndarray of int, shape (P,)
        The row side ``S`` of each conflict; the column side is ``N∖S``.
    sides : ndarray, shape (P, n)
        +1 for players of ``S``, −1 for the others.
    """

    coalitions: NDArray[np.int64]
    sides: NDArray[np.float64]

    @abstractmethod
    def matrices(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the conflict games ``Σ_{i∈S} a_i U_i − Σ_{j∉S} a_j U_j``, shape ``(P, R, C)``.

        Curnits, at ``prices`` of shape ``(n,)`` in curnits per utilon.
        """

    @abstractmethod
    def delivered(
        self, rows: NDArray[np.float64], columns: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what all players get, shape ``(P, n)``, utilons.

        At mixtures of both sides, shapes ``(P, R)`` and ``(P, C)``.
        """

    @abstractmethod
    def held(self) -> "HeldConflicts":
        """Return the stack with all payoffs at hand, for those who come back to it often."""


@dataclass(frozen=True, eq=False)
class HeldConflicts(ConflictStack):
    """Conflicts whose payoffs are in memory.

    Attributes
    ----------
    payoffs : ndarray, shape (P, n, R, C)
        Utilons, as in :meth:`curnits.sim.games.game.Game.conflict`.
    """

    payoffs: NDArray[np.float64]

    @override
    def matrices(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = (self.sides * prices)[:, None, :]
        count, n, rows, columns = self.payoffs.shape
        flat = weights @ self.payoffs.reshape(count, n, rows * columns)
        return flat.reshape(count, rows, columns)

    @override
    def delivered(
        self, rows: NDArray[np.float64], columns: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        answers = self.payoffs @ columns[:, None, :, None]
        return np.asarray((rows[:, None, None, :] @ answers)[:, :, 0, 0])

    @override
    def held(self) -> "HeldConflicts":
        return self
