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
from curnits.sim.games.feasible.pivoting import scale_games, solve_games

type Solver = Callable[[Vector, Vector, Vector, Vector, Vector, NDArray[np.int64]], None]

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
    return simplex.solve(matrices)


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
        """Solve games; see :func:`solve_stack`."""
        count, height, width = matrices.shape
        few, many = min(height, width), max(height, width)
        scaled, ends = np.empty((count, few, many)), np.empty((count, 2))
        rows, columns = np.zeros((count, height)), np.zeros((count, width))
        found = np.empty(count, dtype=np.int64)
        small = height * width <= (_MOST_CELLS if self.can_compile else _MOST_CELLS_PLAIN)
        if small:
            run = self._prepared(count * height * width * few)
            run(matrices, scaled, ends, rows, columns, found)
        else:
            scale_games(matrices, scaled, ends, rows, columns, found)
        own, other = (rows, columns) if height <= width else (columns, rows)
        floors, ceilings = _bounds(scaled, own, other)
        doubtful = np.flatnonzero((found == 0) | (ceilings - floors > _REGRET))
        for p in doubtful:
            self.handed_over += int(small)
            if height * width <= _MOST_CELLS_EXACT:
                own[p], other[p] = solve_exactly(scaled[p])
                continue
            better = solve_game(scaled[p])
            if found[p] == 0 or better.regret(scaled[p]) < ceilings[p] - floors[p]:
                own[p], other[p] = better.row, better.column
        if len(doubtful):
            floors, ceilings = _bounds(scaled, own, other)
        shares, ranges = (floors + ceilings) / 2.0, ends[:, 1] - ends[:, 0]
        values = ends[:, 0] + ranges * shares if own is rows else ends[:, 1] - ranges * shares
        return values, rows, columns

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
