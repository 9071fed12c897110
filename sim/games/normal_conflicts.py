"""Conflicts of games in normal form, read off the payoffs of outcomes without copies of them.

Takes payoff tensors, gives stacks of conflicts; :class:`curnits.sim.games.normal.NormalGame` asks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import override

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, grand, membership
from curnits.sim.games.conflict_stacks import ConflictStack, HeldConflicts, alike, smaller_sides

_FEW_OUTCOMES = 1024
"""Games up to this size share what only depends on their numbers of actions: under 2 MB a shape."""


def stacks(
    tensor: NDArray[np.float64], coalitions: NDArray[np.int64] | None
) -> Iterator[ConflictStack]:
    """Yield conflicts of coalitions, as :meth:`curnits.sim.games.game.Game.conflicts` does.

    Parameters
    ----------
    tensor : ndarray, shape (n, m_1, …, m_n)
        Payoffs, utilons.
    coalitions : ndarray of int, shape (P,), or None
        Row sides; by default one of each pair.
    """
    shape, payoffs = tensor.shape[1:], tensor.reshape(len(tensor), -1)
    if coalitions is None and payoffs.shape[1] <= _FEW_OUTCOMES:
        layouts: Iterable[_Layout] = _kept_layouts(shape)
    else:
        layouts = _layouts(shape, coalitions)
    for layout in layouts:
        yield _Conflicts(layout.coalitions, layout.sides, payoffs, layout)


@dataclass(frozen=True, eq=False)
class _Layout:
    """Which outcomes make up the conflicts of a stack, in any game with so many actions.

    Attributes
    ----------
    coalitions : ndarray of int, shape (P,)
    sides : ndarray, shape (P, n)
        As in :class:`ConflictStack`.
    rows, columns : ndarrays of int, shapes (P, R) and (P, C)
        Joint actions of both sides; they add up to the numbers of outcomes.
    """

    coalitions: NDArray[np.int64]
    sides: NDArray[np.float64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


def _layouts(shape: tuple[int, ...], coalitions: NDArray[np.int64] | None) -> Iterator[_Layout]:
    n = len(shape)
    numbers = np.arange(prod(shape)).reshape(shape)

    def joint_actions(coalition: Mask) -> NDArray[np.int64]:
        """Return the outcomes in which all others play their first action."""
        return numbers[tuple(slice(None) if coalition >> i & 1 else 0 for i in range(n))].ravel()

    counts = np.ones(1, dtype=np.int64)
    for actions in shape:
        counts = np.concatenate([counts, actions * counts])
    for masks in alike(counts, smaller_sides(counts) if coalitions is None else coalitions):
        yield _Layout(
            masks,
            2.0 * membership(n)[masks] - 1.0,
            np.stack([joint_actions(mask) for mask in masks.tolist()]),
            np.stack([joint_actions(grand(n) ^ mask) for mask in masks.tolist()]),
        )


@lru_cache(maxsize=16)
def _kept_layouts(shape: tuple[int, ...]) -> tuple[_Layout, ...]:
    return tuple(_layouts(shape, None))


@dataclass(frozen=True, eq=False)
class _Conflicts(ConflictStack):
    """Conflicts of a game in normal form, read off its payoffs when asked for.

    Attributes
    ----------
    payoffs : ndarray, shape (n, X)
        Of all outcomes.
    layout : _Layout
    """

    payoffs: NDArray[np.float64]
    layout: _Layout

    @override
    def matrices(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        worths = (self.sides * prices) @ self.payoffs
        starts = np.arange(0, worths.size, worths.shape[1])[:, None]
        return worths.take((starts + self.layout.rows)[:, :, None] + self.layout.columns[:, None])

    @override
    def delivered(
        self, rows: NDArray[np.float64], columns: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        found = np.empty_like(self.sides)
        for p, (row, column) in enumerate(zip(rows, columns, strict=True)):
            down, across = np.flatnonzero(row), np.flatnonzero(column)
            cells = self.layout.rows[p, down][:, None] + self.layout.columns[p, across]
            found[p] = (self.payoffs[:, cells] @ column[across]) @ row[down]
        return found

    @override
    def held(self) -> HeldConflicts:
        cells = self.layout.rows[:, :, None] + self.layout.columns[:, None]
        payoffs = np.ascontiguousarray(self.payoffs[:, cells].swapaxes(0, 1))
        return HeldConflicts(self.coalitions, self.sides, payoffs)
