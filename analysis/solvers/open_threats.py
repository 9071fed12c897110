"""What fights deliver, where an equilibrium does not say with which of several threats.

Takes a game and an answer whose threats are optimal in zero-sum conflict games at its prices; gives
the least and the most that any optimal threats would deliver. Called when solutions of such
concepts are handed out, and again when their files are checked.
"""

from dataclasses import replace

import numpy as np

from curnits.analysis.solution import Candidate, Equilibrium, OpenThreat, Vector
from curnits.sim.games.coalitions import Mask, grand, members
from curnits.sim.games.feasible.frontier import support
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.feasible.vertices import bases_of, vertices
from curnits.sim.games.game import Game

_TIED = 1e-7
"""Payoffs, in shares of a conflict's spread, that count as equal; likewise probabilities of 0."""

_NOTHING = 1e-10
"""Spread of a conflict, as a share of all that is at stake, that is rounding."""

_SAME = 1e-5
"""Ranges of what is delivered, in shares of payoff range, that count as one number."""

_MOST_BASES = 20_000
"""Sets of tight conditions that are tried for one side of a conflict: about a tenth of a second."""

_MOST_CELLS = 100_000
"""Payoffs in all conflicts of a game up to which they are looked at: about a second."""


def with_open_threats(game: Game, found: Equilibrium) -> Equilibrium:
    """Return an answer with what its prices leave open in the books of proper coalitions.

    The optimal strategies of both sides of a conflict game are polytopes (Shapley & Snow 1950). A
    payoff is linear in each side's strategy, so it is least and most at pairs of vertices. At
    prices that vanish the strategies are those that are also optimal to first order (Mills 1956).
    Conflicts that are too large are left as they are.
    """
    if game.conflict_cells > _MOST_CELLS:
        return found
    full = grand(game.n)
    best = support(game.outcomes, found.candidate.prices)
    accounts = list(found.coalitions)
    for mask in range(1, full, 2):
        payoffs = game.conflict(mask)
        sides = _optimal_sides(payoffs, mask, found.candidate)
        if sides is not None:
            delivered = np.einsum("vr,irc,wc->vwi", sides[0], payoffs, sides[1]).reshape(-1, game.n)
            for own in mask, full ^ mask:
                opened = _open(game, own, delivered, best - delivered @ found.candidate.prices)
                accounts[own - 1] = replace(accounts[own - 1], open=opened)
    return replace(found, coalitions=tuple(accounts))


def _open(game: Game, mask: Mask, delivered: Vector, destruction: Vector) -> OpenThreat:
    inside = list(members(mask))
    least, most = (np.full(game.n, np.nan) for _ in range(2))
    least[inside], most[inside] = delivered[:, inside].min(axis=0), delivered[:, inside].max(axis=0)
    unique = bool((np.ptp(delivered, axis=0) <= _SAME * game.scales).all())
    return OpenThreat(unique, least, most, float(destruction.min()), float(destruction.max()))


def _optimal_sides(
    payoffs: Vector, mask: Mask, candidate: Candidate
) -> tuple[Vector, Vector] | None:
    """Return the extreme optimal strategies of both sides, shapes ``(V, R)`` and ``(W, C)``."""
    signs = np.array([1.0 if mask >> i & 1 else -1.0 for i in range(len(payoffs))])
    rows, columns = (np.eye(k) for k in payoffs.shape[1:])
    for weights in candidate.prices, candidate.vanishing:
        if weights.any():
            matrix = np.einsum("i,irc->rc", signs * weights, payoffs)
            game = rows @ matrix @ columns.T
            rounding = np.ptp(game) <= _NOTHING * float(np.abs(weights) @ np.ptp(payoffs, (1, 2)))
            sides = extreme_strategies(np.zeros_like(game) if rounding else game)
            if sides is None:
                return None
            rows, columns = _distinct(sides[0] @ rows), _distinct(sides[1] @ columns)
    return rows, columns


def extreme_strategies(matrix: Vector) -> tuple[Vector, Vector] | None:
    """Return the vertices of the optimal strategies of both sides of a zero-sum game.

    Parameters
    ----------
    matrix : ndarray, shape (R, C)
        Payoffs to the row side.

    Returns
    -------
    (rows, columns) or None
        Strategies, shapes ``(V, R)`` and ``(W, C)``; None if there is too much to try.

    Examples
    --------
    >>> rows, columns = extreme_strategies(np.array([[0.0, 1.0], [0.0, 2.0]]))
    >>> rows.tolist(), columns.tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0]])
    """
    spread = float(np.ptp(matrix))
    scaled = (matrix - matrix.min()) / (spread or 1.0)
    (value,), (row,), (column,) = solve_stack(scaled[None])
    rows = _extreme(scaled - value, row, column)
    columns = _extreme((value - scaled).T, column, row)
    return None if rows is None or columns is None else (rows, columns)


def _extreme(matrix: Vector, own: Vector, other: Vector) -> Vector | None:
    """Return the vertices of the row side's optimal strategies in a game of value 0.

    They are those with which only best replies to ``other`` are played, that keep ``other`` at the
    value where it plays with positive probability, and it from more elsewhere.
    """
    best = np.flatnonzero(matrix @ other >= -_TIED)
    if len(best) == 1:
        return own[None]
    from scipy.linalg import null_space

    held = other > _TIED
    kept = matrix[best]
    free = null_space(np.vstack([np.ones((1, len(best))), kept[:, held].T]), rcond=_TIED)
    size = free.shape[1]
    if size == 0:
        return own[None]
    conditions = -np.vstack([free, kept[:, ~held].T @ free])
    bounds = np.concatenate([own[best], own @ matrix[:, ~held]])
    steep = np.linalg.norm(conditions, axis=1)
    real = steep > _TIED
    conditions, bounds = conditions[real] / steep[real, None], bounds[real] / steep[real]
    if bases_of(conditions) > _MOST_BASES:
        return None
    steps, _ = vertices(conditions, bounds, _TIED, _TIED)
    found = np.zeros((len(steps), len(own)))
    found[:, best] = np.clip(own[best] + steps @ free.T, 0.0, None) + 0.0
    return _distinct(found / found.sum(axis=1, keepdims=True))


def _distinct(points: Vector) -> Vector:
    """Return points without those that differ from another one by rounding."""
    _, first = np.unique(points.round(7), axis=0, return_index=True)
    return np.asarray(points[first])
