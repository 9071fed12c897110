"""Optimal strategies of many small zero-sum games at once.

Takes stacks of payoff matrices, gives values and optimal mixtures of both sides. Called wherever
coalitions fight: conflict values, solvers, studies. Games with a pure saddle point are read off;
others go to the simplex method of :mod:`curnits.sim.games.feasible.pivoting`, which runs as plain
Python until a process has had so much to do that compiling it pays (with numba, where that is
installed); both give the same bits. What rounding is too much for is solved in whole numbers
(:mod:`curnits.sim.games.feasible.exactly`); what is too large for either goes to HiGHS.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.feasible.exactly import solve_exactly
from curnits.sim.games.feasible.linear import Vector, solve_game
from curnits.sim.games.feasible.pivoting import solve_games

type Solver = Callable[[Vector, Vector, Vector, NDArray[np.bool_]], None]

_MOST_CELLS = 60_000
"""Payoffs of the largest matrix for the simplex method; beyond, HiGHS is as fast."""

_MOST_CELLS_PLAIN = 256
"""The same where nothing can be compiled: beyond, HiGHS is faster than Python."""

_MOST_CELLS_EXACT = 600
"""The same in whole numbers, which take up to a second for so many."""

_PLENTY = 300_000
"""Payoffs times pivots that take plain Python about a second: then compiling begins to pay."""

_REGRET = 1e-13
"""Regret, in shares of a game's payoff range, above which a game is solved anew."""


def solve_stack(matrices: Vector) -> tuple[Vector, Vector, Vector]:
    """Solve zero-sum games of one shape; rows maximise.

    Parameters
    ----------
    matrices : ndarray, shape (P, R, C)

    Returns
    -------
    values : ndarray, shape (P,)
    rows : ndarray, shape (P, R)
    columns : ndarray, shape (P, C)
        Optimal mixed strategies of both sides.

    Raises
    ------
    curnits.sim.games.feasible.linear.LinearProgramError
        If a large game is too much for the simplex method and for HiGHS.
    """
    count, height, width = matrices.shape
    row_floor, column_ceiling = matrices.min(axis=2), matrices.max(axis=1)
    best_row, best_column = row_floor.argmax(axis=1), column_ceiling.argmin(axis=1)
    index = np.arange(count)
    values = row_floor[index, best_row]
    rows, columns = np.zeros((count, height)), np.zeros((count, width))
    rows[index, best_row] = columns[index, best_column] = 1.0
    mixed = values < column_ceiling[index, best_column]
    if mixed.all():
        return simplex.solve(matrices)
    if mixed.any():
        values[mixed], rows[mixed], columns[mixed] = simplex.solve(matrices[mixed])
    return values, rows, columns


@dataclass
class Simplex:
    """The simplex method as a process runs it: compiled once there is enough to do.

    Attributes
    ----------
    can_compile : bool
        Whether numba is there.
    work : int
        Payoffs times pivots so far, roughly.
    handed_over : int
        Games that were small enough, and solved anew all the same.
    """

    can_compile: bool = field(default_factory=lambda: find_spec("numba") is not None)
    work: int = 0
    handed_over: int = 0
    _run: Solver = solve_games
    _lock: Lock = field(default_factory=Lock)

    def solve(self, matrices: Vector) -> tuple[Vector, Vector, Vector]:
        """Solve games without pure saddle points; see :func:`solve_stack`."""
        lows, highs = matrices.min(axis=(1, 2)), matrices.max(axis=(1, 2))
        ranges = (highs - lows)[:, None, None]
        if matrices.shape[1] > matrices.shape[2]:
            # there is more to choose from, and so fewer pivots, the other way round
            other = np.subtract(highs[:, None, None], matrices.swapaxes(1, 2), order="C")
            shares, columns, rows = self._solve_scaled(np.divide(other, ranges, out=other))
            return highs - ranges[:, 0, 0] * shares, rows, columns
        scaled = matrices - lows[:, None, None]
        shares, rows, columns = self._solve_scaled(np.divide(scaled, ranges, out=scaled))
        return lows + ranges[:, 0, 0] * shares, rows, columns

    def _solve_scaled(self, scaled: Vector) -> tuple[Vector, Vector, Vector]:
        """Solve games whose payoffs reach from 0 to 1."""
        count, height, width = scaled.shape
        rows, columns = np.zeros((count, height)), np.zeros((count, width))
        solved = np.zeros(count, dtype=np.bool_)
        small = height * width <= (_MOST_CELLS if self.can_compile else _MOST_CELLS_PLAIN)
        if small:
            run = self._prepared(count * height * width * min(height, width))
            run(scaled, rows, columns, solved)
        floors, ceilings = _bounds(scaled, rows, columns)
        doubtful = np.flatnonzero(~solved | (ceilings - floors > _REGRET))
        for p in doubtful:
            self.handed_over += int(small)
            if height * width <= _MOST_CELLS_EXACT:
                rows[p], columns[p] = solve_exactly(scaled[p])
                continue
            other = solve_game(scaled[p])
            if not solved[p] or other.regret(scaled[p]) < ceilings[p] - floors[p]:
                rows[p], columns[p] = other.row, other.column
        if len(doubtful):
            floors, ceilings = _bounds(scaled, rows, columns)
        return (floors + ceilings) / 2.0, rows, columns

    def _prepared(self, work: int) -> Solver:
        with self._lock:
            self.work += work
            if self.can_compile and self.work > _PLENTY and self._run is solve_games:
                from curnits.sim.games.feasible.compiled import (  # noqa: PLC0415  # optional, slow
                    compiled,
                )

                self._run = compiled()
            return self._run


def _bounds(matrices: Vector, rows: Vector, columns: Vector) -> tuple[Vector, Vector]:
    """Return what rows secure, and what columns concede at most, shape ``(P,)`` each."""
    floors = (rows[:, None, :] @ matrices)[:, 0].min(axis=1)
    ceilings = (matrices @ columns[:, :, None])[:, :, 0].max(axis=1)
    return floors, ceilings


simplex = Simplex()
"""The simplex method of this process."""
