"""All ``coco`` equilibria: exhaustively for up to three priced players, by a wide search for more.

The exhaustive argument. An equilibrium is a price vector with a payoff vector that it supports.
The normal fan cuts the price simplex into cells, each of which supports a vertex, an edge or a
facet of the frontier. In each cell the excess dues ``φ(a) − a ∘ u`` are bounded by polynomials that
any fixed strategies of the conflict games give (:meth:`PricedConflicts.bounds`); where they cannot
all be 0 the cell is left out, otherwise it is divided. What remains in the end lies next to
equilibria that the verifier accepts, or the list is not called complete.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, Equilibrium, Solution, Vector
from curnits.analysis.solvers.coco import coco
from curnits.analysis.solvers.coco.claims import ClaimsMarket
from curnits.analysis.solvers.coco.clearing import ClearingPrices
from curnits.analysis.solvers.coco.newton import clear
from curnits.analysis.solvers.coco.search import candidates, with_threats
from curnits.analysis.solvers.coco.zero_prices import Limit
from curnits.analysis.solvers.exhaustive.fan import FanCell, fan
from curnits.analysis.solvers.exhaustive.fights import Numbers, PricedConflicts
from curnits.analysis.solvers.exhaustive.subdivision import Cells, search, unserved
from curnits.analysis.verification.coco import verify
from curnits.sim.games.feasible.linear import LinearProgramError, best_mixture
from curnits.sim.games.game import Game

WITHIN = 1e-6
"""How near a complete list is to every equilibrium: a share of payoff range."""

_PRICED = 3
"""Most players with varying payoffs whose prices are searched exhaustively."""

_STARTS, _MORE_STARTS = 16, 4
_GUESSES = 3
"""Candidates tried at each point of the price simplex."""

_NEARBY = 1e-4
"""Share of the way to each corner at which the cells around a point are looked up."""

_CLOSE = 1e-5
"""Distance of prices at which a cell was tried before."""

_SAMPLE = 3
"""Cells tried of each continuum: its ends and its middle."""

EXHAUSTIVE = (
    "exhaustive search: the prices that support each vertex, edge and facet of the frontier, "
    "divided until bounds on the values of all conflicts exclude equilibria everywhere but within "
    f"{WITHIN:g} of payoff range of those listed (floating point, with a margin of 1e-12)"
)
SOLE = "the payoffs of at most one player vary, so that only its best payoff is efficient"
WIDE = "wide search from {} prices, not exhaustive"
CONTINUUM = "where an agreement is in equilibrium at a continuum of prices, one of them is listed"


def solve(game: Game) -> Solution:
    """Find every ``coco`` equilibrium of a finite game.

    Parameters
    ----------
    game : Game
        Played without transfers, whatever ``game.money`` says.

    Returns
    -------
    Solution
        ``complete`` is True if every equilibrium has payoffs within :data:`WITHIN` shares of
        payoff range of one that is listed. Where prices are not unique to that accuracy a note says
        so, and one price vector is listed. Otherwise notes say what the search could not decide.
    """
    varying = np.count_nonzero(game.ranges)
    if varying <= 1:
        only = coco.solve(game)
        return replace(only, complete=bool(only.equilibria), method=SOLE)
    if varying > _PRICED:
        found = _distinct(game, _widely(game, _STARTS))
        return _solution(game, found, WIDE.format(_STARTS), ())
    inquiry = _Inquiry(game)
    doubts, remarks = inquiry.doubts_and_remarks()
    if not doubts:
        return replace(_solution(game, inquiry.answers(), EXHAUSTIVE, remarks), complete=True)
    found = inquiry.answers()
    for other in _widely(game, _MORE_STARTS):
        apart = [np.abs((other.payoffs - one.payoffs) / game.scales).max() for one in found]
        if min(apart, default=np.inf) > WITHIN:
            found.append(other)
    method = f"{EXHAUSTIVE}; and {WIDE.format(_MORE_STARTS)}"
    return _solution(game, found, method, (*doubts, *remarks))


def _solution(
    game: Game, found: list[Equilibrium], method: str, notes: tuple[str, ...]
) -> Solution:
    ordered = sorted(found, key=lambda answer: answer.candidate.prices.round(6).tolist())
    said = [note for answer in ordered for note in coco.notes(game, answer.candidate)]
    every = tuple(dict.fromkeys([*notes, *said]))
    return Solution("coco", True if ordered else None, tuple(ordered), False, method, every)


class _Inquiry:
    """An exhaustive search and what is to be made of its remains."""

    def __init__(self, game: Game) -> None:
        self._game, self._market = game, ClaimsMarket(game)
        self._fights = PricedConflicts(game.normalised)
        self.found: list[Equilibrium] = []
        self._open: list[Cells] = []
        self._small: list[Cells] = []
        self._solid: list[Cells] = []
        self._simplex = np.eye(game.n)[game.ranges > 0]
        for cells in _by_kind(fan(self._market.outcomes, self._simplex)):
            remains = search(self._fights, cells)
            self._small.append(self._claimed(remains.small, cells))
            self._solid.append(remains.solid)
            self._open.append(remains.open)
            self._explore(remains.small, cells)
            self._explore(_thinned(remains.solid), cells)
            self._explore(_thinned(remains.open), cells)

    def _explore(self, cells: Cells, whole: list[FanCell]) -> None:
        """Look for equilibria in cells, one after the other, but not close to each other."""
        centres, tried = self._centres(cells), np.empty((0, self._game.n))
        for k, centre in enumerate(centres):
            if (np.abs(tried - centre).max(axis=1) < _CLOSE).any() or self._near(cells)[k]:
                continue
            tried = np.append(tried, centre[None], axis=0)
            for candidate in self._candidates(centre, whole[int(cells.origin[k])].goods):
                answer = verify(self._game, candidate)
                if answer.accepted:
                    self.found = _distinct(self._game, [*self.found, answer])
                    break

    def _candidates(self, prices: Vector, goods: Numbers) -> Iterator[Candidate]:
        """Yield candidates near prices: on the face spanned by some payoffs first, then any."""
        market = self._market
        face = np.flatnonzero((market.outcomes[:, None] == goods).all(axis=2).any(axis=1))
        nobody = np.zeros(market.n, bool)
        if (prices[~market.constant] > 0).all():
            try:
                clearings = [clear(market, prices, face, nobody), ClearingPrices(prices, 0.0)]
            except LinearProgramError:
                clearings = [ClearingPrices(prices, 0.0)]
            for near in clearings:
                candidate = with_threats(self._game, market, Limit(near, np.zeros(market.n)))
                if candidate is not None:
                    yield candidate
        yield from islice(candidates(self._game, prices / self._game.scales), _GUESSES)

    def _claimed(self, cells: Cells, whole: list[FanCell]) -> Cells:
        """Leave out single prices at which some player at price 0 claims more than it can get.

        What it claims depends on how prices get there, so all prices nearby are looked at. If just
        one price is 0, only the most that this player can get is efficient.
        """
        if cells.corners.shape[1] > 1:
            return cells
        kept, goods = np.ones(len(cells), bool), cells.goods.copy()
        for k, point in enumerate(self._fights.prices[cells.corners[:, 0]]):
            free = np.flatnonzero((point == 0.0) & (self._game.ranges > 0)).tolist()
            if not free:
                continue
            around = fan(self._market.outcomes, point + _NEARBY * (self._simplex - point))
            regions = [cell for cell in around if len(cell.prices) == len(self._simplex)]
            most = self._most(point, whole[cells.origin[k]].goods, free)
            kept[k] = not any(unserved(self._fights, regions, i, most[i]) for i in free)
            if len(free) == 1:
                goods[k, :, free] = most[free]
        return Cells(cells.corners, goods, cells.origin)[kept]

    def _most(self, prices: Vector, goods: Numbers, free: list[int]) -> Vector:
        """Return the most each free player can get while the others get their due, shape (n,)."""
        market = self._market
        due = market.amounts(prices) + goods[0] @ prices / market.n
        priced = np.flatnonzero(prices > 0)
        most = goods.max(axis=0)
        for i in free:
            try:
                mixture, _ = best_mixture(
                    goods[:, i],
                    (goods * prices)[:, priced],
                    (due[priced] - WITHIN, due[priced] + WITHIN),
                )
            except LinearProgramError:
                continue
            most[i] = mixture @ goods[:, i]
        return most

    def _centres(self, cells: Cells) -> Numbers:
        return self._fights.prices[cells.corners].mean(axis=1)

    def _near(self, cells: Cells, *, prices: bool = True) -> NDArray[np.bool_]:
        """Tell which cells lie within :data:`WITHIN` of a known answer, shape ``(T,)``."""
        near = np.zeros(len(cells), bool)
        for answer in self.found:
            close = (np.abs(cells.goods - self._shares(answer)) <= WITHIN).all(axis=(1, 2))
            if prices:
                own = _stretched(self._game, answer)
                at = self._fights.prices[cells.corners]
                close &= (np.abs(at - own) <= WITHIN).all(axis=(1, 2))
            near |= close
        return near

    def answers(self) -> list[Equilibrium]:
        """Return what was found; of payoffs at a continuum of prices just one answer."""
        kept: list[Equilibrium] = []
        for answer in self.found:
            payoffs = self._shares(answer)
            if not self._spread(payoffs) or not any(
                np.abs(self._shares(other) - payoffs).max() <= WITHIN for other in kept
            ):
                kept.append(answer)
        return kept

    def _shares(self, answer: Equilibrium) -> Vector:
        low = self._game.outcomes.min(axis=0)
        return np.asarray((answer.payoffs - low) / self._game.scales)

    def _spread(self, payoffs: Vector) -> bool:
        """Tell whether the search found some payoffs in equilibrium at a continuum of prices."""
        return any(
            bool((np.abs(cells.goods - payoffs) <= WITHIN).all(axis=(1, 2)).any())
            for cells in [*self._solid, *self._open]
        )

    def doubts_and_remarks(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Say what was not decided, and where prices are not unique."""
        left = [*self._small, *self._solid, *self._open]
        unknown = [c[~self._near(c, prices=False)] for c in left]
        doubts, remarks = [], []
        if not self.found:
            doubts.append("not complete: no equilibrium was found")
        if harmful := [self._game.players[i] for i in self._constant_but_harmful()]:
            doubts.append(
                f"not complete: the payoffs of {', '.join(harmful)} do not vary, but others depend "
                "on it; next to its price all others may vanish"
            )
        if any(map(len, unknown)):
            varying = ~self._market.constant
            at_zero = any(
                (self._fights.prices[c.corners][..., varying] == 0).any() for c in unknown
            )
            where = "prices near 0" if at_zero else "prices in some places, perhaps a continuum,"
            doubts.append(f"not complete: equilibria with {where} could not be excluded")
        if any(self._spread(self._shares(answer)) for answer in self.found):
            remarks.append(CONTINUUM)
        elif any((self._near(c, prices=False) & ~self._near(c)).any() for c in self._small):
            remarks.append("prices of the agreements listed may not be unique")
        return tuple(doubts), tuple(remarks)

    def _constant_but_harmful(self) -> list[int]:
        """Return the players whose payoffs do not vary, but whose actions others feel."""
        return [
            i
            for i in np.flatnonzero(self._market.constant).tolist()
            if np.ptp(self._game.conflict(1 << i), axis=1).max() > 0.0
        ]


def _by_kind(cells: list[FanCell]) -> Iterator[list[FanCell]]:
    """Group cells by their numbers of prices and of payoffs."""

    def kind(cell: FanCell) -> tuple[int, int]:
        return len(cell.prices), len(cell.goods)

    for _, alike in groupby(sorted(cells, key=kind), key=kind):
        yield list(alike)


def _thinned(cells: Cells) -> Cells:
    """Keep a few cells of each origin."""
    kept = np.zeros(len(cells), bool)
    for origin in np.unique(cells.origin):
        own = np.flatnonzero(cells.origin == origin)
        kept[own[np.linspace(0, len(own) - 1, _SAMPLE).astype(np.int64)]] = True
    return cells[kept]


def _stretched(game: Game, answer: Equilibrium) -> Vector:
    """Return prices of payoff ranges, those of players whose payoffs vary adding up to 1."""
    prices = answer.candidate.prices * game.ranges
    return np.asarray(prices / (prices.sum() or 1.0))


def _distinct(game: Game, answers: list[Equilibrium]) -> list[Equilibrium]:
    """Leave out answers whose prices and payoffs are those of an earlier one."""
    kept: list[Equilibrium] = []
    for answer in answers:
        if not any(
            np.abs((answer.payoffs - other.payoffs) / game.scales).max() <= WITHIN
            and np.abs(_stretched(game, answer) - _stretched(game, other)).max() <= WITHIN
            for other in kept
        ):
            kept.append(answer)
    return kept


def _widely(game: Game, starts: int) -> list[Equilibrium]:
    """Look for an equilibrium near each of many prices."""
    found: list[Equilibrium] = []
    rng = np.random.default_rng(0)
    for start in rng.dirichlet(np.ones(game.n), starts):
        found += coco.solve(game, start=start / game.scales).equilibria
    return found
