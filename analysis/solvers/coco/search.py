"""Where to look for clearing prices: path following, and guesses at the exact answer nearby.

Takes a game, gives candidates, most promising first; :mod:`.coco` verifies them, and the harsanyi
and strict solvers begin from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, Vector
from curnits.analysis.solvers.coco.claims import ClaimsMarket
from curnits.analysis.solvers.coco.clearing import ClearingPrices, dues, excess_claims
from curnits.analysis.solvers.coco.newton import clear
from curnits.analysis.solvers.coco.pathfollowing import PathCell, PathError, refine
from curnits.analysis.solvers.coco.zero_prices import Limit, clear_in_the_limit, serving_agreement
from curnits.analysis.solvers.rules.minimax import MINIMAX
from curnits.analysis.solvers.rules.rule import ConflictRule
from curnits.sim.games.feasible.linear import LinearProgramError
from curnits.sim.games.game import Game

_STAGES = ((1e-3, 10), (1e-5, 27), (1e-7, 20), (1e-9, 20))
"""Lowest price allowed while following the path, and the number of passes with it."""

_FIRST_MESH, _SHRINK, _PIVOTS = 0.2, 0.3, 100
_NEGLIGIBLE, _HOPEFUL, _SAME = 1e-11, 1e-8, 1e-9
_WIDE = 3
"""Every so many passes, faces other than that of the cell are tried."""

_FINE = 1e-4, 1e-10, 24
"""First mesh, lowest price and number of passes where prices may be as small as noise."""

_CHEAP = 0.1
"""Prices below this share of the average, and of the idle, are worth guessing to be 0."""

_SECOND_ORDER = 1e-6
"""Size of the step off zero prices along which first-order ties are resolved."""


def near(
    game: Game, lead: Candidate, rule: ConflictRule = MINIMAX
) -> Iterator[Iterator[Candidate]]:
    """Yield groups of possible equilibria near that of a game that differs by little.

    Those on the same face come first, with the lead itself; then others with prices near by.

    Parameters
    ----------
    game : Game
    lead : Candidate
        Prices are curnits for utilons of this game.
    rule : ConflictRule
    """
    market = ClaimsMarket(game, rule)
    yield chain(_all_with_threats(game, market, _alike(game, market, lead)), [lead])
    yield _all_with_threats(game, market, _nearby(game, market, lead))


def candidates(
    game: Game, start: Vector | None = None, rule: ConflictRule = MINIMAX
) -> Iterator[Candidate]:
    """Yield possible equilibria under a conflict rule, the most promising first, not verified."""
    market = ClaimsMarket(game, rule)
    seen: list[Vector] = []
    for limit in _limits(market, None if start is None else start * game.scales):
        asked = np.concatenate([limit.clearing.prices, limit.direction])
        if any(np.abs(asked - other).max() < _SAME for other in seen):
            continue
        seen.append(asked)
        candidate = with_threats(game, market, limit)
        if candidate is not None:
            yield candidate


def _limits(market: ClaimsMarket, start: Vector | None) -> Iterator[Limit]:
    """Yield prices that clear, as far as Newton's steps can tell."""
    varying = np.flatnonzero(~market.constant)
    if len(varying) <= 1:
        only = np.where(market.constant, 0.0, 1.0)
        yield Limit(ClearingPrices(only, 0.0), 0.0 * only)
        return
    axes = market.order[~market.constant[market.order]]
    reach = len(axes) + 1
    if start is not None:
        lowest = _STAGES[0][0]
        own = np.maximum(start[axes] / (start[axes].sum() or 1.0), lowest)
        here = _prices(own[:-1] / own.sum(), axes, market.n)
        cell = PathCell(here[None, axes[:-1]], np.ones(1))
        nearby = _refined(market, _guesses(market, axes, cell, lowest, reach))
        yield from sorted(nearby, key=lambda limit: np.abs(limit.clearing.prices - here).max())
    begin = np.ones(market.n) if start is None else start
    begin, mesh = begin[axes], _FIRST_MESH / len(axes)
    for floor, passes in _STAGES:
        for k, cell in enumerate(_cells(market, axes, begin, mesh, floor, passes)):
            wide = 0 if k % _WIDE else reach
            yield from _refined(market, _guesses(market, axes, cell, floor, wide))
            begin, mesh = np.append(cell.zero, 1.0 - cell.zero.sum()), 10 * floor


def _cells(
    market: ClaimsMarket,
    axes: NDArray[np.int64],
    begin: Vector,
    mesh: float,
    floor: float,
    passes: int,
) -> Iterator[PathCell]:
    """Yield ever smaller cells with a zero of the excess entitlements, if the path gets there."""
    begin = np.maximum(begin / begin.sum(), floor)
    begin /= begin.sum()
    path = refine(_Excess(market, axes, floor), begin[:-1], mesh, _SHRINK, len(axes) * _PIVOTS)
    try:
        yield from islice(path, passes)
    except (PathError, LinearProgramError):  # the latter: rounding was too much for a conflict
        return


def _all_with_threats(
    game: Game, market: ClaimsMarket, limits: Iterator[Limit]
) -> Iterator[Candidate]:
    for limit in limits:
        candidate = with_threats(game, market, limit)
        if candidate is not None:
            yield candidate


def _alike(game: Game, market: ClaimsMarket, lead: Candidate) -> Iterator[Limit]:
    """Yield prices that clear on the face of an equilibrium of a game that differs by little."""
    varying = ~market.constant
    unit = (lead.prices * game.scales)[varying].sum()
    if unit > 0.0:
        prices, direction = (
            varying * some * game.scales / unit for some in (lead.prices, lead.vanishing)
        )
        face = np.unique(market.number[lead.agreement > _NEGLIGIBLE])
        yield from _refined(market, iter([_Alike(prices, face, direction)]))


def _nearby(game: Game, market: ClaimsMarket, lead: Candidate) -> Iterator[Limit]:
    """Yield clearing prices close to those of a game that differs by little."""
    axes = market.order[~market.constant[market.order]]
    begin = (lead.prices * game.scales)[axes]
    if begin.any():
        for cell in _cells(market, axes, begin, *_FINE):
            yield from _refined(market, _guesses(market, axes, cell, _FINE[1], 0))


def _refined(
    market: ClaimsMarket, guesses: Iterator["_Guess"] | Iterator["_Alike"]
) -> Iterator[Limit]:
    for guess in guesses:
        try:
            limits = list(guess.refined(market))
        except LinearProgramError:  # rounding was too much for a conflict on the way
            continue
        yield from (limit for limit in limits if limit.clearing.residual < _HOPEFUL)


def _prices(y: Vector, axes: NDArray[np.int64], n: int) -> Vector:
    prices = np.zeros(n)
    prices[axes] = np.append(y, 1.0 - y.sum())
    return prices


@dataclass(frozen=True, eq=False)
class _Excess:
    """Excess entitlements over a simplex of prices with a floor, as a field on ``R^{k−1}``.

    Where a price is below the floor, the field pushes it up; a zero of the field is then a solution
    of the complementarity problem with the floor in place of 0.
    """

    market: ClaimsMarket
    axes: NDArray[np.int64]
    floor: float

    def __call__(self, y: Vector) -> Vector:
        prices = _prices(y, self.axes, self.market.n)
        own = prices[self.axes]
        low = own < self.floor
        if low.any():
            excess = low / low.sum()
        else:
            payoffs = self.market.outcomes[self.market.best(prices)]
            amounts, nobody = self.market.amounts(prices), np.zeros(self.market.n, bool)
            due = dues(self.market, amounts, prices, payoffs, nobody)
            excess = excess_claims(due[self.axes], own, payoffs[self.axes])
        return np.asarray((excess - excess.mean())[:-1])


@dataclass(frozen=True, eq=False)
class _Guess:
    """Where an equilibrium may be: on which face, and at which rates whose prices vanish."""

    prices: Vector
    face: NDArray[np.int64]
    rates: Vector
    floor: float

    def refined(self, market: ClaimsMarket) -> Iterator[Limit]:
        """Yield exact prices near the guess; their residual says whether they clear."""
        if self.rates.any():
            yield from clear_in_the_limit(market, self.prices, self.face, self.rates, self.floor)
        else:
            clearing = clear(market, self.prices, self.face, self.rates > 0)
            yield Limit(clearing, self.rates)


@dataclass(frozen=True, eq=False)
class _Alike:
    """A face, prices that nearly clear on it, and how those that are 0 come to be 0."""

    prices: Vector
    face: NDArray[np.int64]
    direction: Vector

    def refined(self, market: ClaimsMarket) -> Iterator[Limit]:
        """Yield exact prices."""
        free = (self.prices == 0.0) & ~market.constant
        yield Limit(clear(market, self.prices, self.face, free), self.direction)


def _guesses(
    market: ClaimsMarket, axes: NDArray[np.int64], cell: PathCell, floor: float, reach: int
) -> Iterator[_Guess]:
    """Yield guesses from a cell: its own outcomes first, then the 1 … reach most valuable ones."""
    corners = np.array(
        [
            _prices(y, axes, market.n)
            for y, weight in zip(cell.points, cell.weights, strict=True)
            if weight > _NEGLIGIBLE
        ]
    )
    low = (corners < floor).any(axis=0) & ~market.constant
    prices = np.maximum(_prices(cell.zero, axes, market.n), floor * ~market.constant)
    prices /= prices.sum()
    ranking = np.argsort(-(market.outcomes @ prices), kind="stable").tolist()
    own = {market.best(corner) for corner in corners if corner[axes].min() >= floor}
    faces = [sorted(own), *(sorted(ranking[:k]) for k in range(1, reach + 1))]
    cheap = low | ((prices < _CHEAP / len(axes)) & ~market.constant)
    idle = cheap | (market.idle & ~market.constant)
    freedoms = [np.zeros(market.n), low.astype(np.float64)]
    if reach and idle.any():
        # all at one rate, or the cheaper of them vanishing faster, or of another order
        vanishing = idle * prices / (idle * prices).max()
        freedoms += [cheap.astype(np.float64), idle.astype(np.float64), vanishing**2, vanishing**4]
    for rates in dict.fromkeys(tuple(some.tolist()) for some in freedoms):
        if all(rates[i] > 0 for i in axes):
            continue
        for face in dict.fromkeys(tuple(face) for face in faces if face):
            yield _Guess(prices, np.array(face), np.array(rates), floor)


def with_threats(game: Game, market: ClaimsMarket, limit: Limit) -> Candidate | None:
    """Add threats and an agreement to clearing prices; None if no agreement serves the free."""
    constant, clearing = market.constant, limit.clearing
    if (limit.direction[(clearing.prices == 0.0) & ~constant] <= 0.0).any():
        return None  # a price that would come to 0 from below
    try:
        threats, changes = (
            market.limit(clearing.prices, limit.direction)
            if limit.direction.any()
            else (market.threats(clearing.prices), np.zeros(market.n))
        )
    except LinearProgramError:
        return None
    mixture = serving_agreement(market, limit, changes)
    if mixture is None:
        return None
    agreement = np.zeros(len(game.outcomes))
    agreement[market.origin] = mixture
    worth = clearing.prices @ (mixture @ market.outcomes)
    owed = market.amounts(clearing.prices) + worth / market.n
    unpaid = constant & (owed > _NEGLIGIBLE)
    if unpaid.any():
        # nothing can be delivered to them: next to their price all the others vanish
        prices = unpaid.astype(np.float64)
        direction = clearing.prices + _SECOND_ORDER * limit.direction + (constant & ~unpaid)
    else:
        prices = clearing.prices if clearing.prices.any() else np.ones(market.n)
        direction = limit.direction + (constant & (prices == 0.0))
    prices, direction = prices / game.scales, direction / game.scales
    return Candidate(prices / prices.sum(), agreement, threats, direction / prices.sum())
