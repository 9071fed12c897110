"""Values and optimal strategies of conflict games: every coalition against its complement.

Takes a game and prices, gives ``v_a(S)`` of every coalition with optimal threats. Conflict rules,
values and relaxations of the literal conditions ask it.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.sim.games.coalitions import Mask, grand
from curnits.sim.games.conflict_stacks import ConflictStack
from curnits.sim.games.feasible.linear import SPREAD, minimise
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import Game

_INDIFFERENT = 1e-10
"""Range of a game, relative to its perturbation's, at which all its strategies are optimal."""

MANY_CELLS = 20_000_000
"""Payoffs in all conflicts together from which on threads share the work (a tenth of a second)."""


@dataclass(frozen=True, eq=False)
class SolvedConflicts:
    """Solved conflict games of all coalitions at given prices.

    Attributes
    ----------
    values : ndarray, shape (2**n,)
        ``v_a(S)`` in curnits by mask; ``values[0] = 0`` and ``values[N] = max_x a·U(x)``.
    threats : dict from mask to ndarray
        An optimal strategy of every proper coalition, over its joint actions.
    """

    values: Vector
    threats: dict[Mask, Vector]


def values(game: Game, prices: Vector) -> Vector:
    """Return ``v_a(S)`` of every coalition in curnits, shape ``(2**n,)``."""
    result = _values(game, prices)
    for stack, solved, _, _ in _solved(game.conflicts(), prices, game.conflict_cells):
        _enter(result, stack, solved)
    return result


def values_of(game: Game, coalitions: NDArray[np.int64]) -> Vector:
    """Return ``v(S)`` of different coalitions at equal prices of 1, shape ``(P,)``."""
    found: dict[Mask, float] = {}
    cells = len(coalitions) * game.n * len(game.outcomes)
    for stack, solved, _, _ in _solved(game.conflicts(coalitions), np.ones(game.n), cells):
        found.update(zip(stack.coalitions.tolist(), solved.tolist(), strict=True))
    return np.array([found[mask] for mask in coalitions.tolist()])


def solve_conflicts(game: Game, prices: Vector) -> SolvedConflicts:
    """Solve the conflict game of every pair {S, N∖S} once (von Neumann 1928).

    Parameters
    ----------
    game : Game
    prices : ndarray, shape (n,)
        Curnits per utilon of each player.
    """
    full = grand(game.n)
    result = _values(game, prices)
    threats: dict[Mask, Vector] = {}
    for stack, solved, rows, columns in _solved(game.conflicts(), prices, game.conflict_cells):
        _enter(result, stack, solved)
        for mask, row, column in zip(stack.coalitions, rows, columns, strict=True):
            threats[int(mask)] = row
            threats[full ^ int(mask)] = column
    return SolvedConflicts(result, threats)


def _solved(
    stacks: Iterable[ConflictStack], prices: Vector, cells: int
) -> Iterator[tuple[ConflictStack, Vector, Vector, Vector]]:
    """Yield stacks of conflicts with their values and both sides' strategies, in order."""

    def solve(stack: ConflictStack) -> tuple[ConflictStack, Vector, Vector, Vector]:
        return stack, *solve_stack(stack.matrices(prices))

    if cells < MANY_CELLS:
        yield from map(solve, stacks)
        return
    workers = cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        for some in batched(stacks, workers):  # no more at once: memory is bounded
            yield from pool.map(solve, some)


def _values(game: Game, prices: Vector) -> Vector:
    """Return the value of N, and zeros for all other coalitions."""
    result = np.zeros(1 << game.n)
    result[-1] = (game.outcomes @ prices).max()
    return result


def _enter(result: Vector, stack: ConflictStack, solved: Vector) -> None:
    result[stack.coalitions] = solved
    result[len(result) - 1 - stack.coalitions] = -solved


def value_gradients(stack: ConflictStack, rows: Vector, columns: Vector) -> Vector:
    """Return ``∂v_a(S)/∂a_i``, shape ``(P, n)``: signed payoffs at optimal strategies.

    By the envelope theorem the strategies need not be differentiated. Where they are not unique,
    the value has a kink and this is one of its generalised gradients.
    """
    return np.asarray(stack.sides * stack.delivered(rows, columns))


def solve_lexicographic(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[Vector, Vector]:
    """Solve ``second`` among the strategies that are optimal in ``first``.

    The limit, as δ → 0, of optimal strategies of the zero-sum game ``first + δ · second``
    (Mills 1956).

    Parameters
    ----------
    first, second : ndarray, shape (R, C)
        Payoffs to the row side.

    Returns
    -------
    row : ndarray, shape (R,)
    column : ndarray, shape (C,)

    Raises
    ------
    curnits.sim.games.feasible.linear.LinearProgramError
        If rounding leaves no strategy optimal in ``first``.
    """
    if np.ptp(first) <= _INDIFFERENT * np.ptp(second):
        return tuple(side[0] for side in solve_stack(second[None])[1:])
    second = second * (SPREAD / (np.ptp(second) or 1.0))
    if first.shape[0] < first.shape[1]:
        column, row = solve_lexicographic(-first.T, -second.T)
        return row, column
    value = solve_stack(first[None])[0][0]
    height, width = first.shape
    # Row's p keeps p'first ≥ value; the column side answers from first q ≤ value, whose duals are
    # y: maximise t − value Σ y subject to t − first' y − second' p ≤ 0. Duals of that are q.
    safe = (first - value) * (SPREAD / np.ptp(first))
    program = np.zeros((2 * width + 1, 2 * height + 1))
    program[:width, :height], program[:width, height:-1] = -second.T, -safe.T
    program[:width, -1] = 1.0
    program[width:-1, :height] = safe.T
    program[-1, :height] = 1.0
    free = np.full(width, np.inf)
    solution, duals = minimise(
        np.append(np.zeros(2 * height), -1.0),
        program,
        (
            np.concatenate([-free, np.full(width, -_INDIFFERENT), [1.0]]),
            np.concatenate([np.zeros(width), free, [1.0]]),
        ),
        (np.append(np.zeros(2 * height), -np.inf), np.full(2 * height + 1, np.inf)),
    )
    return _distribution(solution[:height]), _distribution(-duals[:width])


def _distribution(weights: Vector) -> Vector:
    positive = np.clip(weights, 0.0, None)
    return positive / positive.sum()
