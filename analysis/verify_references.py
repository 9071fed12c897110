"""Whether a disagreement point is what its name says: the best Nash or correlated equilibrium.

Takes the game and the point alone, and finds equilibria in its own way: pure ones by comparing all
replies, mixed ones of two players and correlated ones by (mixed-integer) linear programs. Called by
:mod:`analysis.concepts` and by the check of written answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from analysis.solution import Vector
from sim.games.game import NormalGame

_MISSED = 1e-7
"""By how much payoffs may miss those of an equilibrium, and welfare the best: shares of range."""

_LOOSE = 1e-5
"""How far a worst-off player's share may be below the best among the (nearly) best equilibria."""

_ROUNDING = 1e-9
"""Gains, in shares of payoff range, that count as none."""


@dataclass(frozen=True, eq=False)
class _Best:
    """The best that equilibria offer: how near they come to a point, and what they are worth."""

    distance: float
    welfare: float
    worst_off: float


def objections(game: NormalGame, concept: str, payoffs: Vector) -> tuple[str, ...]:
    """Say why payoffs are not those of the equilibrium that a concept starts from; empty if so.

    Parameters
    ----------
    game : NormalGame
    concept : str
        A key of :data:`analysis.references.REFERENCES`.
    payoffs : ndarray, shape (n,)
        Utilons.

    Notes
    -----
    Among equals the worst-off player must have the largest share, as far as the programs can tell;
    which of the points that tie in that as well was taken is not tested.
    """
    low, scales = _peaceful(game)
    shares, point = (game.outcomes - low) / scales, (payoffs - low) / scales
    weights = scales / scales.max() if game.money else np.ones(game.n)
    best = _BEST[concept](game, shares, weights, point)
    if best is None:
        return (f"{concept}: no such equilibrium was found",)
    found = []
    if not best.distance <= _MISSED * max(1.0, float(np.abs(point).max())):
        found.append(f"{concept}: the disagreement payoffs are those of no such equilibrium")
    if not point @ weights >= best.welfare - _MISSED * max(1.0, abs(best.welfare)):
        found.append(f"{concept}: another such equilibrium has larger welfare")
    elif not point.min() >= best.worst_off - _LOOSE * max(1.0, abs(best.worst_off)):
        found.append(f"{concept}: an equally good one leaves the worst-off player more")
    return tuple(found)


def _peaceful(game: NormalGame) -> tuple[Vector, Vector]:
    """Return lowest payoffs and ranges without actions that can only harm, utilons, ``(n,)``."""
    own = game.normalised.payoffs
    kept = []
    for i in range(game.n):
        rows = np.moveaxis(own, 1 + i, 0)
        others = [j for j in range(game.n) if j != i]
        kept.append(
            [
                k
                for k, mine in enumerate(rows)
                if not any(
                    (row - mine).min() >= -_ROUNDING and (row - mine)[others].max() > _ROUNDING
                    for row in rows
                    if others
                )
            ]
        )
    left = game.payoffs
    for i, actions in enumerate(kept):
        left = left.take(actions, axis=1 + i)
    left = left.reshape(game.n, -1)
    ranges = np.ptp(left, axis=1)
    return left.min(axis=1), np.where(ranges > _ROUNDING * game.scales, ranges, game.scales)


def _correlated(game: NormalGame, shares: Vector, weights: Vector, point: Vector) -> _Best | None:
    """Look among all distributions over outcomes from which nobody gains by disobeying."""
    count, n = shares.shape
    rows = []
    for i in range(n):
        own = game.normalised.payoffs[i]
        for told, instead in product(range(game.shape[i]), repeat=2):
            gain = np.zeros(own.shape)
            here = tuple(told if j == i else slice(None) for j in range(n))
            gain[here] = own.take(instead, axis=i) - own.take(told, axis=i)
            rows.append(gain.ravel())
    obey = np.array(rows)

    def solve(cost: Vector, extra: Vector, limits: Vector) -> float:
        """Minimise over a distribution and one free number, disobedience gaining nothing."""
        program = linprog(
            cost,
            np.vstack([np.hstack([obey, np.zeros((len(obey), 1))]), extra]),
            np.append(np.zeros(len(obey)), limits),
            np.append(np.ones(count), 0.0)[None],
            np.ones(1),
            bounds=[(0.0, None)] * count + [(None, None)],
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        return np.nan if program.fun is None else float(program.fun)

    ones, worth = np.ones((n, 1)), shares @ weights
    only, none = np.append(np.zeros(count), 1.0), np.zeros((0, count + 1))
    near = np.vstack([np.hstack([shares.T, -ones]), np.hstack([-shares.T, -ones])])
    distance = solve(only, near, np.append(point, -point))
    welfare = -solve(np.append(-worth, 0.0), none, np.zeros(0))
    as_good = np.append(-worth, 0.0)[None]
    fair = np.vstack([as_good, np.hstack([-shares.T, ones])])
    worst_off = -solve(-only, fair, np.append(_ROUNDING - welfare, np.zeros(n)))
    return _Best(distance, welfare, worst_off)


def _nash(game: NormalGame, shares: Vector, weights: Vector, point: Vector) -> _Best | None:
    """Look among pure equilibria, or among all of two players."""
    if game.n == 2:
        return _mixed(game, shares, weights, point)
    pure = [
        shares[np.ravel_multi_index(profile, game.shape)]
        for profile in product(*map(range, game.shape))
        if all(
            game.normalised.payoffs[i][profile]
            >= game.normalised.payoffs[i][(*profile[:i], slice(None), *profile[i + 1 :])].max()
            - _ROUNDING
            for i in range(game.n)
        )
    ]
    if not pure:
        return None
    known = np.array(pure)
    welfare = float((known @ weights).max())
    as_good = known[known @ weights >= welfare - _ROUNDING]
    distance = float(np.abs(known - point).max(axis=1).min())
    return _Best(distance, welfare, float(as_good.min(axis=1).max()))


def _mixed(game: NormalGame, shares: Vector, weights: Vector, point: Vector) -> _Best | None:
    """Look among all equilibria of two players, by which actions they use.

    An action is unused or a best reply (Sandholm, Gilpin & Conitzer 2005); with that choice made,
    payoffs are found exactly by a linear program.
    """
    first, second = game.normalised.payoffs
    m, k = game.shape
    # a payoff's share counts from where and in what unit the best are compared
    slope = np.where(game.ranges > 0, game.ranges, 0.0) / _peaceful(game)[1]
    start = shares.min(axis=0)
    # unknowns: both strategies, both payoffs, one free number; then which actions are not used
    width = m + k + 3
    replies = np.zeros((m + k, width))
    replies[:m, m : m + k], replies[:m, -3] = -first, 1.0
    replies[m:, :m], replies[m:, -2] = -second.T, 1.0
    sums = np.zeros((2, width))
    sums[0, :m], sums[1, m : m + k] = 1.0, 1.0
    played = np.eye(m + k, width)
    binary, none = np.eye(m + k), np.zeros((m + k, m + k))

    def solve(cost: Vector, extra: Vector, limits: Vector) -> float:
        """Minimise over payoffs and the free number, with ``extra`` of them at least ``limits``."""
        rows = np.zeros((len(extra), width))
        rows[:, -3:] = extra
        whole = np.append(np.zeros(m + k), cost)
        found = milp(
            np.append(whole, np.zeros(m + k)),
            integrality=np.repeat([0, 1], [width, m + k]),
            bounds=Bounds(
                np.concatenate([np.zeros(m + k), [-1.0, -1.0, -np.inf], np.zeros(m + k)]),
                np.concatenate([np.ones(m + k), [2.0, 2.0, np.inf], np.ones(m + k)]),
            ),
            constraints=[
                LinearConstraint(np.hstack([replies, none]), 0.0, np.inf),
                LinearConstraint(np.hstack([replies, -binary]), -np.inf, 0.0),
                LinearConstraint(np.hstack([played, binary]), -np.inf, 1.0),
                LinearConstraint(np.hstack([sums, np.zeros((2, m + k))]), 1.0, 1.0),
                LinearConstraint(np.hstack([rows, np.zeros((len(rows), m + k))]), limits, np.inf),
            ],
        )
        if found.x is None:
            return np.nan
        used = found.x[width:] < 0.5
        program = linprog(
            whole,
            np.vstack([-replies, -rows]),
            np.append(np.zeros(m + k), -limits),
            np.vstack([sums, replies[used], played[~used]]),
            np.append(np.ones(2), np.zeros(m + k)),
            bounds=[(0.0, None)] * (m + k) + [(None, None)] * 3,
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        return np.nan if program.fun is None else float(program.fun)

    worth, each = weights * slope, np.diag(slope)
    towards = np.vstack([np.column_stack([each, np.ones(2)]), np.column_stack([-each, np.ones(2)])])
    target = point - start
    distance = solve(np.array([0.0, 0.0, 1.0]), towards, np.append(target, -target))
    most = -solve(np.append(-worth, 0.0), np.zeros((0, 3)), np.zeros(0))
    fair = np.vstack([np.append(worth, 0.0), np.column_stack([each, -np.ones(2)])])
    least = np.append(most - _MISSED, -start)
    worst_off = -solve(np.array([0.0, 0.0, -1.0]), fair, least)
    return _Best(distance, most + float(start @ weights), worst_off)


_BEST: Mapping[str, Callable[[NormalGame, Vector, Vector, Vector], _Best | None]] = {
    "best-nash": _nash,
    "best-correlated": _correlated,
}
