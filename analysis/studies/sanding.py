"""Sanding: the equilibrium on a smoothed frontier, followed as the smoothing goes to 0."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.coco.claims import ClaimsMarket
from curnits.analysis.studies.limits import LimitError, LostError, Step, Study, study
from curnits.sim.games.feasible.frontier import sanded
from curnits.sim.games.game import Game, check_conflicts

SIZES = tuple(0.1 * 2.0**-k for k in range(17))
"""Values of ε, curnits as shares of all payoff ranges at their prices, from 0.1 down to 1.5e-6."""

_HALVINGS = 6
"""Times a step along a limit is halved before it is given up."""

_SETTLED = 1e-9
"""Clearing residual, in curnits, of an equilibrium on the way to a limit."""

_VANISHED = 1e-7
"""Prices, of which the sum is 1, below which a player's price vanishes in the limit."""


def sand(game: Game) -> Study:
    """Follow the equilibrium on the sanded frontier of a game down to the frontier itself.

    At prices ``a`` N is offered ``u_ε(a) = ∇h_ε(a)``
    (:func:`curnits.sim.games.feasible.frontier.sanded`), worth
    ``a·u_ε(a)``, so that Walras' law holds; with ``h_ε(a)`` as its worth, more is claimed than
    there is, and prices run off. Conflicts are fought as they are.

    Parameters
    ----------
    game : Game
        Played without transfers.

    Raises
    ------
    LimitError
        If fewer than two players have payoffs that vary.
    LostError
        If a price runs off to 0 on the way, or no clearing prices are found.
    """
    check_conflicts(game, "for an equilibrium without money")
    frontier = _Sanded(game)
    if len(frontier.varying) < 2:
        raise LimitError("sanding needs two players whose payoffs vary")
    steps: list[Step] = []
    path = [frontier.begin()]
    for size in (size for size in SIZES if size <= path[0][0]):
        path = frontier.follow(path, size) if steps else path
        prices = frontier.prices(path[-1][1])
        if prices[frontier.varying].min() < _VANISHED:
            raise LostError(
                f"a price vanishes on the way (at ε = {size:.2g}); "
                "limits of zero prices are the subject of the study of influence"
            )
        _, _, mixture = sanded(game.normalised.outcomes, prices, size)
        own = prices / game.scales
        steps.append(Step(size, 0, own / own.sum(), mixture @ game.outcomes))
    return study(game, "epsilon", steps)


type Place = tuple[float, Vector]
"""A value of ε, and logarithms of prices there."""


class _Sanded:
    """Excess entitlements on a sanded frontier, in normalised payoffs.

    Unknowns are the logarithms of the prices of the varying players, the last of them fixed.
    """

    def __init__(self, game: Game) -> None:
        self._market = ClaimsMarket(game)
        self._outcomes = game.normalised.outcomes
        self.varying = np.flatnonzero(game.ranges > 0)
        self._n = game.n

    def prices(self, logs: Vector) -> Vector:
        """Return normalised prices, shape ``(n,)``, summing to 1."""
        prices = np.zeros(self._n)
        raised = np.append(logs, 0.0)
        prices[self.varying] = np.exp(raised - raised.max())
        return np.asarray(prices / prices.sum())

    def begin(self) -> Place:
        """Return clearing prices at the largest ε at which there are any near equal ones.

        Raises
        ------
        LostError
            If there are none at any.
        """
        for size in SIZES:
            try:
                return size, self.settle(np.zeros(len(self.varying) - 1), size)
            except LostError:
                continue
        raise LostError("no clearing prices were found on any sanded frontier")

    def follow(self, path: Sequence[Place], size: float) -> list[Place]:
        """Return a path of sizes and clearing prices, continued down to a size.

        Where the way ahead is not clear, a step is halved.
        """
        waiting, here = [size], list(path)
        while waiting:
            try:
                here.append((waiting[-1], self.settle(_ahead(here, waiting[-1]), waiting[-1])))
                waiting.pop()
            except LostError:
                if len(waiting) > _HALVINGS:
                    raise
                waiting.append(float(np.sqrt(here[-1][0] * waiting[-1])))
        return here

    def settle(self, start: Vector, size: float) -> Vector:
        """Return clearing prices near a start.

        Raises
        ------
        LostError
            If there are none.
        """
        with np.errstate(all="ignore"):  # prices too far out to count are tried and left
            found = root(self._excess, start, args=(size,), jac=True, tol=1e-13)
            missed = np.abs(self._excess(found.x, size)[0]).max()
        if not missed < _SETTLED:
            raise LostError(
                f"no clearing prices were found on the frontier sanded with ε = {size:.2g}"
            )
        return np.asarray(found.x)

    def _excess(self, logs: Vector, size: float) -> tuple[Vector, NDArray[np.float64]]:
        prices = self.prices(logs)
        _, point, mixture = sanded(self._outcomes, prices, size)
        bend = ((self._outcomes.T * mixture) @ self._outcomes - np.outer(point, point)) / size
        claims = self._market.claims(prices)
        idle = np.setdiff1d(np.arange(self._n), self.varying)
        heirs = len(self.varying)
        due = claims.amounts + prices @ point / self._n
        slope = claims.gradient + (point + prices @ bend) / self._n
        due = due + due[idle].sum() / heirs
        slope = slope + slope[idle].sum(axis=0) / heirs
        own = self.varying
        excess = due[own] / prices[own] - point[own]
        change = slope[np.ix_(own, own)] / prices[own, None] - bend[np.ix_(own, own)]
        change -= np.diag(due[own] / prices[own] ** 2)
        # prices sum to 1: ∂a_j / ∂log a_k = a_j (δ_jk − a_k)
        turn = np.diag(prices[own]) - np.outer(prices[own], prices[own])
        return excess[:-1], (change @ turn)[:-1, :-1]


def _ahead(path: Sequence[Place], size: float) -> Vector:
    """Return where a path leads: near the limit prices move in proportion to ε."""
    (here, now), *before = path[::-1]
    if not before:
        return now
    there, then = before[0]
    return now + (now - then) * (here - size) / (there - here)
