"""The ``coco`` equilibrium: prices at which the fair money solution says "stay where you are".

Shapley's λ-transfer value with optimal threats (Shapley 1969; Harsanyi 1963): at prices ``a`` every
player's Harsanyi–Shapley value of the game in curnits is exactly what the agreement is worth to it.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from analysis.equilibrium.free_goods import Limit, limit_clearing, limit_threats, settle
from analysis.equilibrium.market import Market
from analysis.equilibrium.newton import Clearing, clear, entitlements
from analysis.equilibrium.pathfollowing import Cell, PathError, refine
from analysis.solution import Candidate, Equilibrium, Solution, Vector
from analysis.verify import verify
from sim.games.game import Game

METHOD = "piecewise linear path following, then Newton steps on the active face"

_STAGES = ((1e-3, 10), (1e-6, 27))
"""Lowest price allowed while searching, and passes of path following with it."""

_FIRST_MESH, _SHRINK, _PIVOTS = 0.2, 0.3, 3000
_NEGLIGIBLE, _HOPEFUL = 1e-11, 1e-8


def solve(game: Game, *, start: Vector | None = None) -> Solution:
    """Find one ``coco`` equilibrium of a finite game.

    Parameters
    ----------
    game : Game
        Played without transfers, whatever ``game.money`` says.
    start : ndarray, shape (n,), optional
        Prices (curnits per utilon) near which to look first; equal normalised prices by default.

    Returns
    -------
    Solution
        One equilibrium that :func:`analysis.verify.verify` accepts, or none with ``exists`` None:
        an equilibrium always exists as a limit of positive prices (Kakutani 1941), but the search
        may fail to find it.
    """
    market = Market(game)
    for candidate in candidates(game, market, start):
        equilibrium = verify(game, candidate)
        if equilibrium.accepted:
            return Solution("coco", True, (equilibrium,), False, METHOD, notes(game, equilibrium))
    return Solution("coco", None, (), False, METHOD, ("no equilibrium was found",))


def notes(game: Game, equilibrium: Equilibrium) -> tuple[str, ...]:
    """Say in words which prices are zero, and why."""
    free = [game.players[i] for i in np.flatnonzero(equilibrium.candidate.prices == 0.0)]
    if not free:
        return ()
    return (
        f"the price of {', '.join(free)} is exactly 0: already served with at least what could be "
        "claimed, at no cost to those whose price is positive",
    )


def candidates(game: Game, market: Market, start: Vector | None) -> Iterator[Candidate]:
    """Yield possible equilibria, the most promising first, none of them verified."""
    constant = game.ranges == 0.0
    varying = np.flatnonzero(~constant)
    if len(varying) <= 1:
        only = np.zeros(game.n)
        only[varying] = 1.0
        yield from _finished(
            game, market, Limit(Clearing(only, np.ones(1), 0.0), 0.0 * only), constant & False
        )
        return
    begin = np.where(constant, 0.0, 1.0 if start is None else start * game.scales)
    begin = np.maximum(begin, _STAGES[0][0] * ~constant)
    begin /= begin.sum()
    axes = _canonical_order(market, varying)
    for stage, (floor, passes) in enumerate(_STAGES):
        mesh = _FIRST_MESH / len(varying) if start is None and not stage else 10 * floor
        cells = refine(
            _Excess(market, axes, constant, floor), begin[axes[:-1]], mesh, _SHRINK, _PIVOTS
        )
        try:
            for cell in islice(cells, passes):
                begin = _prices(cell.zero, axes, market.n)
                yield from _finish(game, market, cell, axes, constant, floor)
        except PathError:
            continue
        begin = np.where(constant, 0.0, np.maximum(begin, _STAGES[-1][0]))
        begin /= begin.sum()


def _canonical_order(market: Market, varying: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order the players by their payoffs, so that labels do not matter."""
    columns = np.sort(market.outcomes[:, varying], axis=0)
    return np.asarray(varying[np.lexsort(columns)])


def _prices(y: Vector, axes: NDArray[np.int64], n: int) -> Vector:
    prices = np.zeros(n)
    prices[axes] = np.append(y, 1.0 - y.sum())
    return prices


class _Excess:
    """Excess entitlements over a simplex of prices with a floor, as a field on ``R^{k−1}``.

    Where a price is below the floor, the field pushes it up; a zero of the field is then a solution
    of the complementarity problem with the floor in place of 0.
    """

    def __init__(
        self, market: Market, axes: NDArray[np.int64], constant: NDArray[np.bool_], floor: float
    ) -> None:
        self._market, self._axes, self._constant, self._floor = market, axes, constant, floor

    def __call__(self, y: Vector) -> Vector:
        prices = _prices(y, self._axes, self._market.n)
        own = prices[self._axes]
        low = own < self._floor
        if low.any():
            excess = low / low.sum()
        else:
            payoffs = self._market.outcomes[self._market.best(prices)]
            due, _ = entitlements(self._market, prices, payoffs, self._constant)
            excess = due[self._axes] / own - payoffs[self._axes]
        return np.asarray((excess - excess.mean())[:-1])


def _finish(
    game: Game,
    market: Market,
    cell: Cell,
    axes: NDArray[np.int64],
    constant: NDArray[np.bool_],
    floor: float,
) -> Iterator[Candidate]:
    """Turn a cell that holds an approximate equilibrium into exact ones, guessing the face."""
    corners = [
        _prices(y, axes, market.n)
        for y, weight in zip(cell.points, cell.weights, strict=True)
        if weight > _NEGLIGIBLE
    ]
    inside = [corner for corner in corners if corner[axes].min() >= floor]
    low = np.any([corner < floor for corner in corners], axis=0) & ~constant
    prices = np.where(constant, 0.0, np.maximum(_prices(cell.zero, axes, market.n), floor))
    prices /= prices.sum()
    nearest = np.argsort(-(market.outcomes @ prices), kind="stable")
    faces = [
        sorted({market.best(corner) for corner in inside}),
        *(sorted(nearest[:k].tolist()) for k in range(1, len(axes) + 2)),
    ]
    distinct = dict.fromkeys(tuple(face) for face in faces if face)
    nobody = np.zeros(market.n, dtype=np.bool_)
    for free in (nobody, low) if low.any() else (nobody,):
        if (free | constant).all():
            continue
        for face in distinct:
            limit = _clear(market, prices, np.array(face), free, constant)
            if limit.clearing.residual < _HOPEFUL:
                yield from _finished(game, market, limit, free)


def _clear(
    market: Market,
    prices: Vector,
    face: NDArray[np.int64],
    free: NDArray[np.bool_],
    constant: NDArray[np.bool_],
) -> Limit:
    def with_floor(floor: float) -> Clearing:
        begin = np.where(free, floor, prices)
        return clear(market, begin, face, pinned=free | constant)

    return limit_clearing(with_floor) if free.any() else Limit(with_floor(0.0), 0.0 * prices)


def _finished(
    game: Game, market: Market, limit: Limit, free: NDArray[np.bool_]
) -> Iterator[Candidate]:
    """Add threats and the agreement to clearing prices, free goods read as limits."""
    constant = game.ranges == 0.0
    clearing = limit.clearing
    threats = limit_threats(market, clearing.prices, limit.direction)
    mixture = settle(market, limit, free, threats, constant)
    if mixture is None:
        return
    agreement = np.zeros(len(game.outcomes))
    agreement[market.origin] = mixture
    payoffs = mixture @ market.outcomes
    due = market.claims(clearing.prices).amounts + clearing.prices @ payoffs / game.n
    harmful = constant & (due > _NEGLIGIBLE)
    if harmful.any():
        # nothing can be delivered to them: next to their price all the others vanish
        prices = harmful.astype(np.float64)
        direction = clearing.prices + 1e-6 * limit.direction + (constant & ~harmful)
    else:
        prices = clearing.prices if clearing.prices.any() else np.ones(game.n)
        direction = limit.direction + (constant & (prices == 0.0))
    prices, direction = prices / game.scales, direction / game.scales
    yield Candidate(prices / prices.sum(), agreement, threats, direction / prices.sum())
