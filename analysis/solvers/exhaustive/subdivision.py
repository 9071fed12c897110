"""Branch and bound over prices: cells that cannot hold an equilibrium are left out.

Takes cells and bounds, gives the cells that are left; called by :mod:`.everywhere`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solvers.exhaustive.fan import FanCell
from curnits.analysis.solvers.exhaustive.fights import Indices, Numbers, PricedConflicts, pairs

type Truths = NDArray[np.bool_]

FINEST = 3e-8
"""Cells are divided until they are smaller than this, in prices and in payoffs."""

_MARGIN = 1e-12
"""Safety over rounding, in curnits, that an excluded cell must show."""

_SOLID = 1e-10
"""Cells in which dues are payoffs up to this, in curnits, consist of equilibria."""

_UNSERVED = 1e-6
"""How much more a player must claim than it can get, a share of range, to be called unserved."""

_SHORT, _CROWD = 1e-2, 300
"""So many parts of one cell that are shorter than this are taken for a continuum."""

_MOST_CELLS = 4000
"""Cells at one level beyond which the list stays incomplete: some seconds."""

_ZOOM, _GUESSES = 1 / 32, 3
"""Size of the part around a guess, a share of a cell; Newton's steps to guess where it is."""

_MOST_LEVELS = 60
"""Halvings after which cells are below rounding."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of one kind: simplices of prices, with simplices of payoffs that they support.

    Attributes
    ----------
    corners : ndarray of int, shape (T, K)
        Places of prices in a list of :class:`PricedConflicts`.
    goods : ndarray, shape (T, M, n)
        Payoffs, in shares of range.
    origin : ndarray of int, shape (T,)
        The cell that each is a part of.
    """

    corners: Indices
    goods: Numbers
    origin: Indices

    def __getitem__(self, chosen: NDArray[np.bool_]) -> "Cells":
        return Cells(self.corners[chosen], self.goods[chosen], self.origin[chosen])

    def __len__(self) -> int:
        return len(self.corners)


@dataclass(frozen=True, eq=False)
class Remains:
    """What a search could not leave out.

    Attributes
    ----------
    small : Cells
        Smaller than :data:`FINEST`; may hold an equilibrium.
    solid : Cells
        Consisting of equilibria: one payoff vector that clears at all prices of the cell.
    open : Cells
        Left undivided because there were too many: perhaps a continuum.
    """

    small: Cells
    solid: Cells
    open: Cells


def search(fights: PricedConflicts, cells: list[FanCell]) -> Remains:
    """Divide cells of one kind until little remains; single prices are just looked at.

    Parameters
    ----------
    fights : PricedConflicts
    cells : list of FanCell
        All with the same numbers of prices and of payoffs.
    """
    corners = fights.add(np.concatenate([cell.prices for cell in cells]))
    now = Cells(
        corners.reshape(len(cells), -1),
        np.stack([cell.goods for cell in cells]),
        np.arange(len(cells)),
    )
    none = now[np.zeros(len(now), bool)]
    small, solid, crowds = [none], [none], [none]
    for _ in range(_MOST_LEVELS):
        excess = _Excess.within(fights, now)
        now, excess = now[excess.possible], excess[excess.possible]
        if now.corners.shape[1] == 1:
            return Remains(_settled(fights, now), none, none)
        length, width = _sizes(fights, now)
        done = (length < FINEST) & (width < FINEST)
        filled = (excess.largest < _SOLID) & ~done
        small.append(now[done])
        solid.append(now[filled])
        crowded = (length < _SHORT) & (np.bincount(now.origin)[now.origin] > _CROWD)
        crowds.append(now[crowded & ~(done | filled)])
        rest = ~(done | filled | crowded)
        now, across = now[rest], excess.across[rest]
        if not len(now) or len(now) > _MOST_CELLS:
            break
        zero = _zero(excess[rest].images[0]) if len(now) == 1 else None
        now = _divided(fights, now, across) if zero is None else _zoomed(fights, now, *zero)
    return Remains(_joined(small), _joined(solid), _joined([*crowds, now]))


def unserved(fights: PricedConflicts, cells: list[FanCell], player: int, most: float) -> bool:
    """Tell whether a player claims more than ``most`` per price in all cells, also at price 0.

    Parameters
    ----------
    fights : PricedConflicts
    cells : list of FanCell
        With as many prices as there are priced players, and one payoff vector each.
    player : int
    most : float
        Payoff, a share of range.
    """
    corners = fights.add(np.concatenate([cell.prices for cell in cells])).reshape(len(cells), -1)
    prices = fights.prices[corners]
    first, second = pairs(corners.shape[1]).T
    middle = (prices[:, first] + prices[:, second]) / 2
    worth = np.einsum("tqn,tn->tq", middle, np.concatenate([cell.goods for cell in cells]))
    lower, upper = fights.bounds(corners)
    weights = fights.shares[:, player]
    due = lower @ np.maximum(weights, 0) + upper @ np.minimum(weights, 0) + worth / prices.shape[2]
    excess, at = due - most * middle[..., player], middle[..., player]
    return bool(np.where(at == 0.0, excess > -_MARGIN, excess > _UNSERVED * at + _MARGIN).all())


def _settled(fights: PricedConflicts, points: Cells) -> Cells:
    """Replace the payoffs supported by single prices with those that are due, if prices are > 0."""
    prices = fights.prices[points.corners[:, 0]]
    lower, upper = fights.bounds(points.corners)
    worth = np.einsum("tn,tn->t", prices, points.goods[:, 0])
    due = ((lower + upper) / 2 @ fights.shares)[:, 0] + worth[:, None] / prices.shape[1]
    paid = np.divide(due, prices, out=np.zeros_like(due), where=prices > 0)
    goods = np.where(prices[:, None] > 0, paid[:, None], points.goods)
    return Cells(points.corners, goods, points.origin)


@dataclass(frozen=True, eq=False)
class _Excess:
    """What is known about the excess dues ``f(a, u) = φ(a) − a ∘ u`` in cells.

    ``possible``: they may all be 0; ``largest``: bound on their size; ``across``: they change more
    with the payoffs than with the prices. All of shape ``(T,)``. ``images``: the excess at corners,
    ``(T, K, M, n)``.
    """

    possible: Truths
    largest: Numbers
    across: Truths
    images: Numbers

    def __getitem__(self, chosen: Truths) -> "_Excess":
        possible, largest = self.possible[chosen], self.largest[chosen]
        return _Excess(possible, largest, self.across[chosen], self.images[chosen])

    @staticmethod
    def within(fights: PricedConflicts, cells: Cells) -> "_Excess":
        """Bound the excess in several directions ``w``: if ``w·f > 0`` throughout, it is not 0.

        Directions are the players themselves and, to tell a zero from its surroundings, those that
        part the image of the corners from 0.
        """
        prices = fights.prices[cells.corners]
        n = prices.shape[2]
        lower, upper = fights.bounds(cells.corners)
        first, second = pairs(prices.shape[1]).T
        middle = (prices[:, first] + prices[:, second]) / 2
        worth = np.einsum("tqn,tn->tq", middle, cells.goods[:, 0])
        # the part of f that is linear in prices, shape (T, Q, M, n)
        rest = worth[:, :, None, None] / n - middle[:, :, None] * cells.goods[:, None]
        centre = ((lower + upper) / 2 @ fights.shares)[:, :, None] + rest
        image = centre[:, first == second]
        directions = np.concatenate(
            [_own(len(cells), n), _parting(image.reshape(len(cells), -1, n))], axis=1
        )
        weights = directions @ fights.shares.T
        claims = np.maximum(weights, 0) @ lower.swapaxes(1, 2)
        claims += np.minimum(weights, 0) @ upper.swapaxes(1, 2)
        floors = claims[..., None] + np.einsum("twn,tqmn->twqm", directions, rest)
        positive = floors > _MARGIN
        # nobody's due is negative at price zero, whatever rounding says
        free = np.repeat((middle == 0.0).swapaxes(1, 2)[..., None], floors.shape[3], axis=3)
        free &= (floors[:, :n] > -_MARGIN) & ~free.all(axis=2, keepdims=True)
        positive[:, :n] |= free
        by_payoffs = np.ptp(image, axis=2).max(axis=(1, 2))
        by_prices = np.ptp(image, axis=1).max(axis=(1, 2)) + (upper - lower).max(axis=(1, 2))
        return _Excess(
            ~positive.all(axis=(2, 3)).any(axis=1),
            -floors[:, : 2 * n].min(axis=(1, 2, 3)),
            by_payoffs > by_prices,
            image,
        )


def _own(count: int, n: int) -> Numbers:
    """Return the directions of the players: first of too little, then of too much."""
    return np.broadcast_to(np.concatenate([np.eye(n), -np.eye(n)]), (count, 2 * n, n))


def _parting(images: Numbers) -> Numbers:
    """Return directions that may part points of a plane from 0, shape ``(T, D, n)``.

    ``images``, ``(T, K, n)``, lie in a plane, since dues add up to what there is; so two players
    tell all. The nearest point to 0 of their hull is one of them, or lies between two.
    """
    count, corners, n = images.shape
    if corners < 2:
        return np.zeros((count, 0, n))
    first, second = _edges(corners)
    apart = images[:, first] - images[:, second]
    normals = np.zeros((count, 2 * len(first) + corners, n))
    normals[:, : len(first), 0], normals[:, : len(first), 1] = apart[..., 1], -apart[..., 0]
    normals[:, len(first) : 2 * len(first)] = -normals[:, : len(first)]
    normals[:, 2 * len(first) :, :2] = images[..., :2]
    longest = np.abs(normals).max(axis=2, keepdims=True)
    return normals / np.where(longest > 0, longest, 1.0)


@cache
def _edges(corners: int) -> tuple[Indices, Indices]:
    return np.triu_indices(corners, 1)


def _sizes(fights: PricedConflicts, cells: Cells) -> tuple[Numbers, Numbers]:
    """Return the longest side of each cell in prices, and in payoffs, both of shape ``(T,)``."""
    length = np.ptp(fights.prices[cells.corners], axis=1).max(axis=1)
    return length, np.ptp(cells.goods, axis=1).max(axis=1)


def _divided(fights: PricedConflicts, cells: Cells, across: Truths) -> Cells:
    """Halve all sides of triangles, and of other cells the side that makes more of a difference."""
    if cells.corners.shape[1] == 3:
        a, b, c = cells.corners.T
        ab, ac, bc = _middles(fights, cells.corners[:, [[0, 1], [0, 2], [1, 2]]]).T
        parts = [(a, ab, ac), (ab, b, bc), (ac, bc, c), (ab, bc, ac)]
        return _joined([Cells(np.stack(part, axis=1), cells.goods, cells.origin) for part in parts])
    wide, long = cells[across], cells[~across]
    middle = _middles(fights, long.corners[:, None])[:, 0]
    half = wide.goods.mean(axis=1)
    halves: list[Cells] = []
    for side in range(2):
        corners = np.stack([long.corners[:, side], middle], axis=1)
        halves.append(Cells(corners, long.goods, long.origin))
        if len(wide):
            goods = np.stack([wide.goods[:, side], half], axis=1)
            halves.append(Cells(wide.corners, goods, wide.origin))
    return _joined(halves)


def _zero(images: Numbers) -> tuple[Numbers, Numbers] | None:
    """Guess where in a cell the excess is 0, from that at its corners, shape ``(K, M, n)``.

    Returns
    -------
    tuple of two ndarrays, shapes (K,) and (M,), or None
        Weights of the prices and of the payoffs; None if it is not in the cell.
    """
    corners, goods = images.shape[:2]
    if corners == 3:
        system = np.vstack([images[:, 0].T, np.ones(3)])
        found = np.linalg.lstsq(system, np.eye(len(system))[-1])[0]
        weights = found, np.ones(1)
    elif (corners, goods) == (2, 2):
        ahead = np.array([0.5, 0.5])
        for _ in range(_GUESSES):
            one, other = np.stack([1.0 - ahead, ahead], axis=1)
            along = np.tensordot(other, images, (0, 1))
            slopes = images[1] - images[0], images[:, 1] - images[:, 0]
            system = np.stack([other @ slopes[0], one @ slopes[1]], axis=1)
            ahead = ahead - np.linalg.lstsq(system, one @ along)[0]
        weights = np.array([1.0 - ahead[0], ahead[0]]), np.array([1.0 - ahead[1], ahead[1]])
    else:
        return None
    return weights if min(weights[0].min(), weights[1].min()) >= 0.0 else None


def _zoomed(fights: PricedConflicts, cell: Cells, at: Numbers, mixed: Numbers) -> Cells:
    """Divide a single cell into a small part around a place in it, and what lies around that."""
    outer = cell.corners[0]
    prices, goods = fights.prices[outer], cell.goods[0]
    inner = fights.add(at @ prices + _ZOOM * (prices - at @ prices))
    if len(outer) == 3:
        ring = [
            part
            for k, m in ((0, 1), (1, 2), (2, 0))
            for part in ((outer[k], outer[m], inner[m]), (outer[k], inner[m], inner[k]))
        ]
        corners = np.array([tuple(inner), *ring])
        whole = np.repeat(cell.goods, len(corners), axis=0)
    else:
        near = mixed @ goods + _ZOOM * (goods - mixed @ goods)
        sides = [(outer[0], inner[0]), tuple(inner), (inner[1], outer[1])]
        parts = np.array([(goods[0], near[0]), near, (near[1], goods[1])])
        corners, whole = np.repeat(sides, 3, axis=0), np.tile(parts, (3, 1, 1))
    return Cells(corners, whole, np.repeat(cell.origin, len(corners)))


def _middles(fights: PricedConflicts, edges: Indices) -> Indices:
    """Return the places of the middles of some edges, shape ``(T, E, 2)``, each solved once."""
    low, high = np.sort(edges, axis=2).reshape(-1, 2).T
    known = len(fights.prices)
    distinct, which = np.unique(low * known + high, return_inverse=True)
    ends = np.stack(np.divmod(distinct, known), axis=1)
    places = fights.add(fights.prices[ends].mean(axis=1))
    return np.asarray(places[which.reshape(edges.shape[:2])])


def _joined(parts: list[Cells]) -> Cells:
    return Cells(
        np.concatenate([part.corners for part in parts]),
        np.concatenate([part.goods for part in parts]),
        np.concatenate([part.origin for part in parts]),
    )
