"""What studies of limits have in common: their steps, distances, and rates of convergence."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd

from curnits.analysis.solution import Equilibrium, Vector
from curnits.analysis.solvers.coco import coco
from curnits.sim.errors import InputError
from curnits.sim.games.game import Game

_SMALLEST_DISTANCE = 1e-13
"""Distances below this share of payoff range say nothing about a rate of convergence."""


_ARRIVED = 5e-3
"""Distance, a share of payoff range, up to which a way leads to an answer."""


_ALIKE = 1e-6
"""Distance, in payoffs and prices, up to which two answers count as one."""

_FAST = 3
"""Order of convergence above which none is named."""


class LimitError(InputError):
    """A game to which a study of limits does not apply."""


class LostError(LimitError):
    """A path of equilibria that ends before its limit, or could not be followed there."""


@dataclass(frozen=True, eq=False)
class Step:
    """The answer to one game on the way to the limit.

    Attributes
    ----------
    size : float
        The parameter that goes to 0.
    draw : int
        Number of the way that is gone, from 0.
    prices, payoffs : ndarray, shape (n,)
        Curnits per utilon, summing to 1; utilons.
    """

    size: float
    draw: int
    prices: Vector
    payoffs: Vector


@dataclass(frozen=True, eq=False)
class Study:
    """Steps towards a limit, and the answers of the game at the limit.

    Attributes
    ----------
    game : Game
        At the limit.
    parameter : str
        Name of what goes to 0.
    steps : tuple of Step
        By draw, then by falling size.
    limits : tuple of Equilibrium
        Verified answers of the game itself that lie nearest to the last steps.
    """

    game: Game
    parameter: str
    steps: tuple[Step, ...]
    limits: tuple[Equilibrium, ...]

    def nearest(self, step: Step) -> Equilibrium:
        """Return the answer at the limit whose payoffs are nearest to those of a step."""
        return min(self.limits, key=lambda found: self._gap(step.payoffs, found.payoffs))

    def distance(self, step: Step) -> float:
        """Return the largest gap in payoffs to the nearest answer, a share of payoff range."""
        return self._gap(step.payoffs, self.nearest(step).payoffs)

    def price_gap(self, step: Step) -> float:
        """Return the largest gap in prices to the nearest answer, a share of all curnits."""
        gaps = []
        for prices in (step.prices, self.nearest(step).candidate.prices):
            priced = prices * self.game.scales
            gaps.append(priced / priced.sum())
        return float(np.abs(gaps[0] - gaps[1]).max())

    @property
    def orders(self) -> tuple[float, ...]:
        """The power of the parameter with which the distance falls, step by step.

        NaN for the first step of each draw, and where distances are rounding.
        """
        found = []
        before: Step | None = None
        for step in self.steps:
            far = self.distance(before) if before and before.draw == step.draw else np.nan
            near = self.distance(step)
            measured = before is not None and min(far, near) > _SMALLEST_DISTANCE
            found.append(
                float(np.log(far / near) / np.log(before.size / step.size))
                if measured and before
                else np.nan
            )
            before = step
        return tuple(found)

    @property
    def last(self) -> tuple[Step, ...]:
        """The last step of each draw."""
        ends = {step.draw: step for step in self.steps}
        return tuple(ends.values())

    @property
    def spread(self) -> float:
        """The largest gap in payoffs between the last steps of the draws, a share of range."""
        return max(self._gap(a.payoffs, b.payoffs) for a in self.last for b in self.last)

    @property
    def conclusion(self) -> str:
        """What the study shows, in words and figures."""
        far = [step for step in self.last if self.distance(step) > _ARRIVED]
        orders = [order for order in self.orders if isfinite(order)]
        rate = f", falling like the power {orders[-1]:.2g} of {self.parameter}" if orders else ""
        if orders and orders[-1] > _FAST:
            rate = f", falling faster than the power {_FAST} of {self.parameter}"
        nearest = min(self.distance(step) for step in self.last)
        farthest = max(self.distance(step) for step in self.last)
        if not far:
            ways = f"all {len(self.last)} ways lead" if len(self.last) > 1 else "the way leads"
            return f"{ways} to the answer of the game itself: {farthest:.1e} of payoff range{rate}"
        if len(self.last) == 1:
            return f"the way ends {farthest:.1e} of payoff range from the answer of the game itself"
        return (
            f"{len(far)} of {len(self.last)} ways lead elsewhere than to the answer of the game "
            f"itself: distances from {nearest:.1e} to {farthest:.1e} of payoff range, and up to "
            f"{self.spread:.1e} between the ways; the limit depends on the way"
        )

    def table(self) -> pd.DataFrame:
        """Return one row for each step and player, utilons and curnits per utilon."""
        rows = []
        for step, order in zip(self.steps, self.orders, strict=True):
            limit = self.nearest(step)
            for i, player in enumerate(self.game.players):
                rows.append(
                    {
                        self.parameter: step.size,
                        "draw": step.draw,
                        "player": player,
                        "price": step.prices[i],
                        "payoff": step.payoffs[i],
                        "limit_price": limit.candidate.prices[i],
                        "limit_payoff": limit.payoffs[i],
                        "distance": self.distance(step),
                        "order": order,
                    }
                )
        return pd.DataFrame(rows)

    def _gap(self, one: Vector, other: Vector) -> float:
        return float(np.abs((one - other) / self.game.scales).max())


def study(game: Game, parameter: str, steps: Sequence[Step]) -> Study:
    """Compare steps with the verified answers that the solver finds near the last of each draw.

    Raises
    ------
    LostError
        If the solver finds none.
    """
    ends = {step.draw: step.prices for step in steps}
    starts = [None, *ends.values()]
    found: list[Equilibrium] = []
    for start in starts:
        for answer in coco.solve(game, start=start).equilibria:
            if not any(_same(game, answer, other) for other in found):
                found.append(answer)
    if not found:
        raise LostError(f"no equilibrium of {game.title or 'the game'} was found")
    return Study(game, parameter, tuple(steps), tuple(found))


def _same(game: Game, one: Equilibrium, other: Equilibrium) -> bool:
    payoffs = np.abs(one.payoffs - other.payoffs) / game.scales
    prices = np.abs(one.candidate.prices - other.candidate.prices)
    return bool(max(payoffs.max(), prices.max()) < _ALIKE)
