"""The ``harsanyi`` equilibrium: fair splits of what coalitions can really deliver to their members.

Universal weights are given up instead: a fighting coalition weighs its members as its own program
asks (Harsanyi 1963, in his manner; on coalitional games it is his NTU value).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from analysis.equilibrium.disposal import Linearisation, System
from analysis.solution import Candidate, Equilibrium, Solution, Vector
from analysis.verify_harsanyi import verify_harsanyi
from sim.games.coalitions import grand, members, proper_coalitions
from sim.games.game import Game

METHOD = "homotopy from a made-up equilibrium to the conditions, with Newton steps; restarts"

_ATTEMPTS, _WIDE = 60, 20
_MARGIN = 0.5
_MARGINS = (1e-3, 1e-2, 1e-1)
_SAME = 1e-5
_MOST_UNKNOWNS = 2000

_DONE = 1e-14
_MOST_STEPS = 200
_STEPS_EACH = 6
_NEAR = 0.3
_LOST = 0.99
_TO_BOUNDARY = 0.95
_SINGULAR = 1e-13


def solve(game: Game, near: Candidate | None = None) -> Solution:
    """Find one ``harsanyi`` equilibrium of a finite game.

    Parameters
    ----------
    game : Game
        Played without transfers, whatever ``game.money`` says.
    near : Candidate, optional
        Where to look first, at positive prices.

    Returns
    -------
    Solution
        One equilibrium with positive prices that
        :func:`analysis.verify_harsanyi.verify_harsanyi` accepts, or none with ``exists`` None.
    """
    return _solution(game, tuple(islice(_search(game, _ATTEMPTS, near), 1)))


def solve_widely(game: Game, near: Candidate | None = None) -> Solution:
    """Find several ``harsanyi`` equilibria with different payoffs; games often have more than one.

    Like :func:`solve`, but does not stop at the first. The list need not be complete.
    """
    different: list[Equilibrium] = []
    for found in _search(game, _WIDE, near):
        gaps = [np.abs((found.payoffs - e.payoffs) / game.scales).max() for e in different]
        if min(gaps, default=np.inf) > _SAME:
            different.append(found)
    return _solution(game, tuple(different))


def _solution(game: Game, equilibria: tuple[Equilibrium, ...]) -> Solution:
    if equilibria:
        return Solution("harsanyi", True, equilibria, False, METHOD, _notes(game))
    note = "no equilibrium with positive prices was found"
    count = System(game.normalised).count
    if count > _MOST_UNKNOWNS:
        note = f"too large: {count:,} unknowns, at most {_MOST_UNKNOWNS:,} are tried"
    return Solution("harsanyi", None, (), False, METHOD, (note,))


def _search(game: Game, attempts: int, near: Candidate | None) -> Iterator[Equilibrium]:
    """Yield accepted equilibria, the same ones more than once."""
    system = System(game.normalised)
    if system.count > _MOST_UNKNOWNS:
        return
    for begin in _starts(game, system, attempts, near):
        reached = follow(system, begin)
        if reached is None:
            continue
        found = verify_harsanyi(game, _candidate(game, system, reached))
        if found.accepted:
            yield found


def _starts(game: Game, system: System, attempts: int, near: Candidate | None) -> Iterator["Start"]:
    if near is not None:
        yield from (start_near(game, system, near, margin) for margin in _MARGINS)
    for attempt in range(attempts):
        yield start(system, np.random.default_rng(attempt), 0.3 * attempt**0.5)


@dataclass(frozen=True, eq=False)
class _Point:
    """Unknowns (k,), their slacks (p,), all positive, and the conditions linearised there."""

    unknowns: Vector
    slacks: Vector
    at: Linearisation


@dataclass(frozen=True, eq=False)
class Start:
    """Where a path begins, and by how much each condition is off there.

    Attributes
    ----------
    point : _Point
    products : ndarray, shape (p,)
        Of slacks and the unknowns they are complementary to.
    slack_gaps : ndarray, shape (p,)
    equation_gaps : ndarray, shape (k − p,)
    """

    point: _Point
    products: Vector
    slack_gaps: Vector
    equation_gaps: Vector


def start(system: System, rng: np.random.Generator, disorder: float) -> Start:
    """Return uniform threats at equal prices, with slacks of about 1; none of it solves anything.

    Parameters
    ----------
    system : System
    rng : Generator
    disorder : float
        Standard deviation of the logarithms of slacks and, up to a half, of prices; different paths
        lead around different obstacles.
    """
    prices = np.exp(min(disorder, 0.5) * rng.normal(size=system.n))
    x = system.interior(prices, system.uniform, system.alike, _MARGIN)
    slacks = np.exp(disorder * rng.normal(size=len(system.paired)))
    at = system.linearise(x)
    return Start(_Point(x, slacks, at), x[system.paired] * slacks, at.slacks - slacks, at.equations)


def start_near(game: Game, system: System, near: Candidate, margin: float) -> Start:
    """Return a given answer, right or wrong, moved into the interior by a margin."""
    accounts = verify_harsanyi(game, near).coalitions
    plays = {account.coalition: account.threat for account in accounts}
    weights = {
        account.coalition: np.nan_to_num(account.weights[list(members(account.coalition))], nan=1.0)
        for account in accounts
    }
    x = system.interior(near.prices * game.scales, plays, weights, margin)
    at = system.linearise(x)
    return Start(
        _Point(x, at.slacks, at),
        x[system.paired] * at.slacks,
        np.zeros_like(at.slacks),
        at.equations,
    )


def follow(system: System, begin: Start) -> Vector | None:
    """Follow a path from a start, at t = 1, to the conditions themselves, at t → 0.

    On the path every gap, and every product of complementary numbers, is t times what it was at the
    start: an infeasible interior point method (Kojima, Megiddo & Noma 1991) for a problem that is
    not monotone, so that the path may turn back before it gets there.

    Returns
    -------
    ndarray, shape (k,) or None
        Unknowns that meet the conditions, or None if the path was lost.
    """
    point, reached, factor = begin.point, 1.0, 0.5
    taken = 0
    while reached > _DONE:
        near, steps = _correct(system, begin, point, reached * factor)
        taken += steps
        if near is None:
            factor = factor**0.35
        else:
            point, reached = near, reached * factor
            if steps <= _STEPS_EACH // 2:
                factor = max(0.05, factor**1.7)
        if factor > _LOST or taken > _MOST_STEPS:
            return None
    return point.unknowns


def _correct(system: System, begin: Start, point: _Point, t: float) -> tuple[_Point | None, int]:
    """Go to the path at t in a few Newton steps; None if they do not lead there. Count them."""
    for steps in range(1, _STEPS_EACH + 1):
        moved = _step(system, begin, point, t)
        if moved is None:
            return None, steps
        point = moved
        if _distance(system, begin, point, t) < _NEAR * t:
            return point, steps
    return None, _STEPS_EACH


def _step(system: System, begin: Start, point: _Point, t: float) -> _Point | None:
    """Take a Newton step towards the path at t, short of where something positive would be 0."""
    x, slacks, at, paired = point.unknowns, point.slacks, point.at, system.paired
    gaps = t * begin.slack_gaps - at.slacks
    matrix = np.vstack([x[paired][:, None] * at.slack_slopes, at.equation_slopes])
    matrix[np.arange(len(paired)), paired] += slacks
    target = np.append(
        t * begin.products + x[paired] * gaps, t * begin.equation_gaps - at.equations
    )
    try:
        move = np.linalg.solve(matrix, target)
    except np.linalg.LinAlgError:
        move = np.linalg.lstsq(matrix, target, rcond=_SINGULAR)[0]
    if not np.isfinite(move).all():
        return None
    change = at.slack_slopes @ move - gaps - slacks
    length = 1.0
    positive = np.concatenate([x[: system.n], x[paired], slacks])
    changes = np.concatenate([move[: system.n], move[paired], change])
    falling = changes < 0.0
    if falling.any():
        length = min(1.0, _TO_BOUNDARY * float((-positive[falling] / changes[falling]).min()))
    ahead = x + length * move
    return _Point(ahead, slacks + length * change, system.linearise(ahead))


def _distance(system: System, begin: Start, point: _Point, t: float) -> float:
    products = point.unknowns[system.paired] * point.slacks
    misses = (
        point.at.equations - t * begin.equation_gaps,
        point.at.slacks - point.slacks - t * begin.slack_gaps,
        products / begin.products - t,
    )
    return max(float(np.abs(miss).max()) for miss in misses)


def _notes(game: Game) -> tuple[str, ...]:
    constant = [game.players[i] for i in np.flatnonzero(game.ranges == 0.0)]
    return (f"the price of {', '.join(constant)} is immaterial",) if constant else ()


def _candidate(game: Game, system: System, x: Vector) -> Candidate:
    plays = {}
    for mask, play in system.plays(x).items():
        positive = np.clip(play, 0.0, None)
        plays[mask] = positive / positive.sum()
    usual = float(game.ranges.mean()) or 1.0
    prices = x[: game.n] / np.where(game.ranges > 0.0, game.ranges, usual)
    return Candidate(
        prices / prices.sum(),
        plays[grand(game.n)],
        {mask: plays[mask] for mask in proper_coalitions(game.n)},
        np.zeros(game.n),
    )
