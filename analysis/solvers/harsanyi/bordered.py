"""Linear systems that fall apart into blocks, but for some unknowns that blocks have in common.

Takes which unknowns belong together, solves systems of that structure, in a small part of the time
that dense elimination takes. Called by :mod:`.interior_point`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curnits.analysis.solvers.harsanyi.cubic import Indices, Pattern, Vector

_MISS = 1e-9
"""Largest residual, relative to the right side, of a solution without pivots between blocks."""


@dataclass(frozen=True, eq=False)
class _Stack:
    """Blocks of one shape: their unknowns, numbers of their entries, and places in the border."""

    own: Indices
    rows: Indices
    square: Indices
    wide: Indices
    tied: Indices
    other: Indices


class Bordered:
    """A structure of systems whose rows are numbered as their unknowns.

    Parameters
    ----------
    pattern : Pattern
    blocks : sequence of tuples of ndarray of int
        Unknowns of each block: those that occur in its own rows alone; those that do elsewhere,
        too; and the unknowns of none or another block that occur in its rows. Rows that belong to
        no block have none of the first.
    """

    def __init__(
        self, pattern: Pattern, blocks: Sequence[tuple[Indices, Indices, Indices]]
    ) -> None:
        self._pattern, count = pattern, pattern.count
        alone = np.concatenate([own for own, _, _ in blocks])
        inside = np.concatenate([np.append(own, tied) for own, tied, _ in blocks])
        self._common = np.setdiff1d(np.arange(count), alone)
        self._rest = np.setdiff1d(np.arange(count), inside)
        self._left = pattern.numbers(self._rest[:, None], self._common)
        place = np.full(count, -1)
        place[self._common] = np.arange(len(self._common))
        alike: dict[tuple[int, ...], list[tuple[Indices, ...]]] = {}
        for block in blocks:
            alike.setdefault(tuple(map(len, block)), []).append(block)
        self._stacks = []
        for some in alike.values():
            own, tied, other = (np.stack(part) for part in zip(*some, strict=True))
            rows = np.hstack([own, tied])
            square, wide = (pattern.numbers(rows[..., None], to[:, None]) for to in (rows, other))
            self._stacks.append(_Stack(own, rows, square, wide, place[tied], place[other]))

    def solve(self, entries: Vector, target: Vector) -> Vector:
        """Return the solution of a system, shape ``(count,)``.

        Where a block is too near to singular, all rows are eliminated together.

        Raises
        ------
        numpy.linalg.LinAlgError
            If the system is singular.
        """
        try:
            found = self._eliminated(np.append(entries, 0.0), target[:, None])[:, 0]
        except np.linalg.LinAlgError:
            found = np.zeros_like(target)
        miss = np.abs(self._pattern.product(entries, found) - target).max()
        if miss <= _MISS * np.abs(target).max():
            return found
        return np.linalg.solve(self._pattern.dense(entries), target)

    def solve_wider(self, entries: Vector, column: Vector, row: Vector, target: Vector) -> Vector:
        """Return the solution of a system with a full row and column more, ``(count + 1,)``.

        Parameters
        ----------
        entries : ndarray, shape (e,)
        column : ndarray, shape (count,)
        row, target : ndarray, shape (count + 1,)

        Raises
        ------
        numpy.linalg.LinAlgError
            If the system is singular; without the last row and column it may be.
        """
        sides = np.column_stack([target[:-1], column])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            try:
                one, other = self._eliminated(np.append(entries, 0.0), sides).T
            except np.linalg.LinAlgError:
                one = other = np.zeros_like(column)
            last = (target[-1] - row[:-1] @ one) / (row[-1] - row[:-1] @ other)
            found = np.append(one - last * other, last)
            product = self._pattern.product(entries, found[:-1]) + last * column
            miss = np.abs(np.append(product, row @ found) - target).max()
        if miss <= _MISS * np.abs(target).max():
            return found
        return np.linalg.solve(wider(self._pattern.dense(entries), column, row), target)

    def _eliminated(self, entries: Vector, targets: Vector) -> Vector:
        """Solve each block for its own unknowns, then what is left for the common ones."""
        width, sides = len(self._common), targets.shape[1]
        border, right = np.zeros((width, width)), np.empty((width, sides))
        rest = slice(width - len(self._rest), None)
        border[rest], right[rest] = entries[self._left], targets[self._rest]
        halves, row = [], 0
        for stack in self._stacks:
            wide = np.concatenate([entries.take(stack.wide), targets[stack.rows]], axis=2)
            half = np.linalg.solve(entries.take(stack.square), wide)
            halves.append(half[:, : stack.own.shape[1]])
            tied = half[:, stack.own.shape[1] :]
            rows = row + np.arange(stack.tied.size).reshape(stack.tied.shape)
            border[rows, stack.tied] = 1.0
            border[rows[..., None], stack.other[:, None]] = tied[..., :-sides]
            right[rows] = tied[..., -sides:]
            row += stack.tied.size
        common = np.linalg.solve(border, right)
        solution = np.empty_like(targets)
        solution[self._common] = common
        for stack, half in zip(self._stacks, halves, strict=True):
            known = half[..., :-sides] @ common[stack.other]
            solution[stack.own] = half[..., -sides:] - known
        return solution


def wider(matrix: Vector, column: Vector, row: Vector) -> Vector:
    """Return a matrix with a column and a row more."""
    return np.vstack([np.column_stack([matrix, column]), row])
