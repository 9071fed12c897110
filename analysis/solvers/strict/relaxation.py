"""What the literal (coalition-perfect) definition demands of prices, as a linear program.

Given prices, the conditions are linear in what every fight delivers, except that optimality of both
sides' threats is bilinear. That is relaxed: with ``y = ρ_S ⊗ ρ_{N∖S}``, the inequalities that say
"this threat secures the value" are multiplied by the other side's probabilities (Sherali & Adams
1990). So a program without a solution proves that no threats whatever meet the conditions, and with
slack for how far the conditions change within a cell of prices, that no prices in the cell do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.conflict import values
from curnits.sim.games.coalitions import (
    Mask,
    grand,
    members,
    membership,
    shapley_weights,
    size,
    subsets,
)
from curnits.sim.games.feasible.linear import minimise
from curnits.sim.games.game import Game


@dataclass(frozen=True, eq=False)
class Violation:
    """The least by which prices miss the literal conditions, at least.

    Attributes
    ----------
    least : float
        Curnits, of which the priced payoff ranges have 1 in all.
    fights : dict from mask to ndarray, shape (R, C)
        Where it is reached: joint play of each fight, rows S, which holds the first player.
    agreement : ndarray, shape (X,)
        What N plays there.
    coalition : int
        Mask of the coalition whose conditions weigh most: it would be less without them.
    """

    least: float
    fights: dict[Mask, NDArray[np.float64]]
    agreement: Vector
    coalition: Mask


@dataclass(frozen=True, eq=False)
class PriceCell:
    """A simplex of normalised prices.

    Attributes
    ----------
    corners : ndarray, shape (k, n)
        Its vertices.
    """

    corners: Vector

    @property
    def centre(self) -> Vector:
        """The barycentre, shape ``(n,)``."""
        return np.asarray(self.corners.mean(axis=0))

    @property
    def reach(self) -> Vector:
        """How far each price is from the centre at most, shape ``(n,)``."""
        return np.asarray(np.abs(self.corners - self.centre).max(axis=0))

    @property
    def radius(self) -> float:
        """How much a bundle of payoffs, each within 1/2 of 0, can change in worth at most."""
        return float(np.abs(self.corners - self.centre).sum(axis=1).max() / 2)

    def halves(self) -> "tuple[PriceCell, PriceCell]":
        """Cut the longest edge in the middle."""
        gaps = np.abs(self.corners[:, None] - self.corners[None]).sum(axis=2)
        i, j = np.unravel_index(gaps.argmax(), gaps.shape)
        middle = (self.corners[i] + self.corners[j]) / 2
        first, second = self.corners.copy(), self.corners.copy()
        first[i], second[j] = middle, middle
        return PriceCell(first), PriceCell(second)


class Conditions:
    """The literal conditions of a game, ready to be asked at many prices.

    Payoffs are moved and stretched onto [−1/2, 1/2] (constant players: 0), prices to match.
    """

    def __init__(self, game: Game) -> None:
        self.game = game.normalised
        self.varying = np.flatnonzero(game.ranges > 0)
        self._middle = 0.5 * (game.ranges > 0)
        self._full = grand(game.n)
        self._odd = list(range(1, self._full, 2))
        self._fights = {
            mask: self.game.conflict(mask) - self._middle[:, None, None]
            for mask in (*self._odd, self._full)
        }
        ends = np.cumsum([fight[0].size for fight in self._fights.values()]).tolist()
        self._blocks = {
            mask: slice(start, end)
            for mask, start, end in zip(self._fights, [0, *ends], ends, strict=False)
        }
        self._together = [mask for mask in range(1, self._full + 1) if size(mask) > 1]

    @property
    def size(self) -> int:
        """Number of probabilities in the program."""
        return sum(fight[0].size for fight in self._fights.values())

    def whole(self) -> PriceCell:
        """Return the simplex of all prices; constant players have none."""
        return PriceCell(np.eye(self.game.n)[self.varying])

    def violation(self, cell: PriceCell) -> Violation:
        """Return a lower bound of the violation at the best prices of a cell, and where it is.

        Raises
        ------
        curnits.sim.games.feasible.linear.LinearProgramError
            If HiGHS fails.
        """
        width = self.size + len(self._together) + 1
        rows: list[Vector] = []
        floors: list[float] = []
        owners: list[Mask] = []
        for owner, row, floor in self._demands(cell, width):
            row[-1] = 1.0
            rows.append(row)
            floors.append(floor)
            owners.append(owner)
        totals = np.zeros((len(self._blocks), width))
        for total, block in zip(totals, self._blocks.values(), strict=True):
            total[block] = 1.0
        ones = np.ones(len(totals))
        lowest = np.zeros(width)
        lowest[self.size : -1] = -np.inf
        solution, duals = minimise(
            np.append(np.zeros(width - 1), 1.0),
            np.vstack([*rows, totals]),
            (np.append(floors, ones), np.append(np.full(len(rows), np.inf), ones)),
            (lowest, np.full(width, np.inf)),
        )
        plays = {mask: solution[block] for mask, block in self._blocks.items()}
        fights = {mask: plays[mask].reshape(self._fights[mask].shape[1:]) for mask in self._odd}
        weights = np.bincount(owners, np.abs(duals[: len(rows)]))
        return Violation(float(solution[-1]), fights, plays[self._full], int(weights.argmax()))

    def _demands(self, cell: PriceCell, width: int) -> Iterator[tuple[Mask, Vector, float]]:
        """Yield whose conditions ``row · x ≥ floor`` they are, each with its row and floor.

        The unknowns x are fights, the agreement, dividends, and the excess.
        """
        prices, radius, reach = cell.centre, cell.radius, cell.reach
        sides = 2.0 * membership(self.game.n) - 1.0
        worths = values(self.game, prices) - sides @ (prices * self._middle)
        for mask in self._odd:
            yield from self._optimality(mask, prices, worths[mask], 2 * radius, width)
        payoffs = self._payoffs(width)
        yield self._full, prices @ payoffs[self._full], float(worths[-1]) - 2 * radius
        due = membership(self.game.n).T @ (shapley_weights(self.game.n) * worths)
        for i in range(self.game.n):
            slack = reach[i] / 2 + radius
            clears = prices[i] * payoffs[self._full][i]
            yield self._full, clears.copy(), due[i] - slack
            yield self._full, -clears, -due[i] - slack
        for number, mask in enumerate(self._together):
            dividend = self.size + number
            for i in members(mask):
                gain = np.zeros(width)
                for part in subsets(mask):
                    if part >> i & 1:
                        gain += prices[i] * (-1.0) ** (size(mask) - size(part)) * payoffs[part][i]
                gain[dividend] -= 1.0
                slack = reach[i] * 2.0 ** (size(mask) - 2)
                yield mask, gain.copy(), -slack
                yield mask, -gain, -slack

    def _payoffs(self, width: int) -> dict[Mask, Vector]:
        """Return rows that read the payoffs ``u^S``, each of shape ``(n, width)``."""
        found: dict[Mask, Vector] = {}
        for mask, fight in self._fights.items():
            rows = np.zeros((self.game.n, width))
            rows[:, self._blocks[mask]] = fight.reshape(self.game.n, -1)
            found[mask] = found[self._full ^ mask] = rows
        return found

    def _optimality(
        self, mask: Mask, prices: Vector, worth: float, slack: float, width: int
    ) -> Iterator[tuple[Mask, Vector, float]]:
        side = np.where(membership(self.game.n)[mask] > 0, prices, -prices)
        matrix = np.tensordot(side, self._fights[mask], 1)
        height, breadth = matrix.shape
        cells = self._blocks[mask].start + np.arange(height * breadth).reshape(height, breadth)
        for played in range(breadth):
            for other in range(breadth):
                row = np.zeros(width)
                row[cells[:, played]] = matrix[:, other] - worth + slack
                yield mask, row, 0.0
        for played in range(height):
            for other in range(height):
                row = np.zeros(width)
                row[cells[played]] = worth + slack - matrix[other]
                yield self._full ^ mask, row, 0.0
