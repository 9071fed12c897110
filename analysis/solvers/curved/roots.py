"""The last steps to an equilibrium on a strictly curved frontier.

Takes a game and what coalitions do at given prices, gives a candidate; called by
:mod:`.refining`, for concepts that say what coalitions do.

There N's best point is a smooth function of the prices, and so are excess claims; a root of them is
found by Powell's hybrid method (1970) from prices that are nearly right.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root

from curnits.analysis.solution import Candidate, Vector
from curnits.analysis.solvers.coco.clearing import excess_claims
from curnits.analysis.solvers.conflict import solve_conflicts
from curnits.sim.games.coalitional import CoalitionalGame
from curnits.sim.games.coalitions import Mask, grand, members, membership, shapley_weights, subsets
from curnits.sim.games.feasible.linear import LinearProgramError, rise
from curnits.sim.games.feasible.menus import Menu
from curnits.sim.games.game import Game, GameError


@dataclass(frozen=True, eq=False)
class Stance:
    """What coalitions do at given prices, and what it entitles their members to.

    Attributes
    ----------
    game : Game
        With the points they choose among its last ones.
    threats : dict from mask to ndarray
        Of every proper coalition; empty where they do not matter.
    claims : ndarray, shape (n,)
        Curnits of each player, its share in what N adds left out.
    """

    game: Game
    threats: dict[Mask, Vector]
    claims: Vector


type Rule = Callable[[Game, Vector], Stance]


def coco_stance(game: Game, prices: Vector) -> Stance:
    """Return optimal threats, and claims as in :mod:`curnits.analysis.solvers.coco.coco`."""
    finer = with_best_points(game, prices)
    solved = solve_conflicts(finer, prices)
    worths = solved.values.copy()
    worths[-1] = 0.0
    return Stance(finer, solved.threats, membership(game.n).T @ (shapley_weights(game.n) * worths))


def harsanyi_stance(game: Game, prices: Vector) -> Stance:
    """Return the fairest that each coalition can deliver, ``max min_i a_i (x_i − t_i)``.

    In coalitional form it does not depend on what others do, so coalitions are taken by size.

    Raises
    ------
    GameError
        If the game is not in coalitional form.
    """
    asked = with_best_points(game, prices)
    if not isinstance(asked, CoalitionalGame):
        raise GameError(f"expected a game in coalitional form (found {game.kind})")
    menus, dividends = dict(asked.menus), np.zeros(grand(game.n) + 1)
    threats: dict[Mask, Vector] = {}
    for mask in sorted(range(1, grand(game.n)), key=int.bit_count):
        own = list(members(mask))
        owed = np.array([_owed(mask, i, dividends) for i in own])
        menus[mask], threats[mask], dividends[mask] = _fairest(
            menus[mask], prices[own], owed, game.scales[own]
        )
    finer = CoalitionalGame(game.players, menus, money=game.money, title=game.title)
    claims = np.array([_owed(grand(game.n), i, dividends) for i in range(game.n)])
    return Stance(finer, threats, claims)


def clearing_answer(game: Game, rule: Rule, near: Vector) -> tuple[Game, Candidate] | None:
    """Find prices at which N's best point gives everybody what it is entitled to.

    Parameters
    ----------
    game : Game
        With a curved frontier.
    rule : callable
        What coalitions do at given prices.
    near : ndarray, shape (n,)
        Prices to start from, curnits per utilon.

    Returns
    -------
    tuple of Game and Candidate, or None
        The game with the points that are agreed on or threatened with, and the answer, which no
        one has verified; None if a price is 0 or the search fails.
    """

    def excess(prices: Vector) -> Vector:
        stance = rule(game, prices)
        payoffs = stance.game.outcomes[-1]
        gain = (prices @ payoffs - stance.claims.sum()) / game.n
        return excess_claims(stance.claims + gain, prices, payoffs) / game.scales

    prices = clearing_prices(game, excess, near)
    if prices is None:
        return None
    stance = rule(game, prices)
    agreement = np.zeros(len(stance.game.outcomes))
    agreement[-1] = 1.0
    return stance.game, Candidate(prices, agreement, stance.threats, np.zeros(game.n))


def clearing_prices(game: Game, excess: Callable[[Vector], Vector], near: Vector) -> Vector | None:
    """Return prices at which something of shape ``(n,)`` vanishes, all of it if but one does."""
    shares = near * game.scales
    if shares.min() <= 0.0:
        return None

    def prices_at(logs: Vector) -> Vector:
        free = np.exp(np.append(logs, 0.0) - max(0.0, logs.max(initial=0.0))) / game.scales
        return np.asarray(free / free.sum())

    def gaps(logs: Vector) -> Vector:
        return excess(prices_at(logs))[:-1]

    found = root(gaps, np.log(shares[:-1] / shares[-1]), tol=1e-13)
    return prices_at(found.x) if np.isfinite(found.x).all() else None


def best_point(game: Game, prices: Vector) -> Vector:
    """Return N's best point on its curved frontier, shape ``(n,)``, utilons."""
    return np.asarray(with_best_points(game, prices).outcomes[-1])


def with_best_points(game: Game, prices: Vector) -> Game:
    """Return a game in which the last points on curved frontiers are the best at given prices."""
    return game.refined(np.tile(prices, (grand(game.n) + 1, 1)), -np.inf)


def _owed(mask: Mask, player: int, dividends: Vector) -> float:
    return float(
        sum(dividends[part] for part in subsets(mask) if part != mask and part >> player & 1)
    )


def _fairest(
    menu: Menu, prices: Vector, owed: Vector, scales: Vector
) -> tuple[Menu, Vector, float]:
    """Return a menu with all points needed, the fairest mixture of them, and its dividend.

    On a curved frontier few points are needed, so the search starts from few.
    """
    first = len(menu.points) if menu.body is None else len(prices)
    few = Menu(menu.points[:first], menu.body)
    unit = float(prices @ scales)
    while True:
        try:  # the largest d ≤ a_i x_i − owed_i
            mixture, dividend, weights = rise(few.points * prices / unit, 1.0, owed / unit)
        except LinearProgramError:
            return menu, np.eye(1, len(menu.points))[0], 0.0
        finer = few.refined(weights * prices, scales)
        if finer is few:
            break
        few = finer
    play = np.concatenate([mixture[:first], np.zeros(len(menu.points) - first), mixture[first:]])
    complete = Menu(np.vstack([menu.points, few.points[first:]]), menu.body)
    return complete, play, dividend * unit
