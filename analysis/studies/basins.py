"""Which equilibrium agents reach from which start: many runs from prices all over the simplex."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from curnits.analysis import concepts
from curnits.analysis.judging.judge import REACHED, aim
from curnits.analysis.solution import Solution, Vector
from curnits.sim.games.game import Game
from curnits.sim.running import Simulation, pursue
from curnits.sim.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Basins:
    """Runs from many starts.

    Attributes
    ----------
    solution : Solution
        All equilibria that are known, and whether there may be others.
    runs : DataFrame
        One row a run: ``start`` (number), ``reached`` (number of the equilibrium, 0 if none),
        ``distance`` (in payoffs, a share of payoff range), ``settled`` and ``ticks``.
    points : DataFrame
        One row a player of each start, end and equilibrium, as
        :func:`curnits.analysis.figures.basins.basin_table` makes them.
    starts : int
        Runs that were wanted; fewer are there if the work was interrupted.
    """

    solution: Solution
    runs: pd.DataFrame
    points: pd.DataFrame
    starts: int

    @property
    def unfinished(self) -> bool:
        """Whether the work was interrupted."""
        return len(self.runs) < self.starts


def explore(
    scenario: Scenario,
    starts: int,
    progress: Callable[[int], None],
    interrupted: Callable[[], bool] = lambda: False,
) -> Basins:
    """Let agents negotiate a scenario from many starting prices.

    Starts on a grid may be symmetric between equilibria; which one is then reached is decided by
    the tremble (``negotiation.tremble``), that is by the seed, which is the same for every start.

    Parameters
    ----------
    scenario : Scenario
    starts : int
        At least so many; see :func:`starting_shares`.
    progress : callable
        Called with the number of runs so far.
    interrupted : callable, optional
        Asked after every tick whether to stop; the run under way is then dropped.

    Raises
    ------
    KeyboardInterrupt
        If the first run was interrupted, so that there is nothing to keep.
    curnits.analysis.concepts.ConceptError
        If prices do not decide what the agents aim at: there is money, say.
    """
    game = scenario.build()
    concept = aim(game, scenario.negotiation)
    if (
        concepts.concept_named(concept).solve_all is None
        or scenario.negotiation.protocol != "ticks"
    ):
        raise concepts.ConceptError(
            f"{scenario.title}: its talks do not start from prices "
            "(expected no money, and the protocol ticks)"
        )
    solution = concepts.solve_all(game, concept)
    answers = [found.payoffs for found in solution.equilibria]
    points = [
        _points("equilibrium", k, k, game, found.payoffs, found.candidate.prices)
        for k, found in enumerate(solution.equilibria, start=1)
    ]
    rows = []
    begins = starting_shares(game.n, starts, scenario.run.seed)
    for number, shares in enumerate(begins, start=1):
        prices = shares / game.scales
        given = dict(zip(game.players, prices.tolist(), strict=True))
        started = scenario.with_negotiation(starting_prices=given)
        run = pursue(Simulation.of(started), interrupted=interrupted)
        if run.interrupted:
            break
        gaps = [float((abs(run.payoffs - payoffs) / game.scales).max()) for payoffs in answers]
        near = int(np.argmin(gaps)) + 1 if gaps and min(gaps) < REACHED else 0
        rows.append((number, near, min(gaps, default=np.nan), run.converged, run.ticks))
        first = run.tables["negotiators"].head(game.n)["payoff"].to_numpy()
        points.append(_points("start", number, near, game, first, prices))
        points.append(_points("end", number, near, game, run.payoffs, run.prices))
        progress(number)
    if not rows:
        raise KeyboardInterrupt
    columns = ["start", "reached", "distance", "settled", "ticks"]
    table = pd.concat(points, ignore_index=True)
    return Basins(solution, pd.DataFrame(rows, columns=columns), table, len(begins))


def starting_shares(n: int, starts: int, seed: int) -> Vector:
    """Return prices of payoff ranges to start from, shape ``(T, n)``, each adding up to 1.

    One player has one price; two and three get a regular grid inside the simplex, with at least
    as many points as are asked for; more get a uniform sample.
    """
    if n == 1:
        return np.ones((1, 1))
    if n > 3:
        return np.random.default_rng(seed).dirichlet(np.ones(n), starts)
    side = 1
    while len(grid := _grid(n, side)) < starts:
        side += 1
    return grid


def _grid(n: int, side: int) -> Vector:
    steps = np.indices([side] * (n - 1)).reshape(n - 1, -1).T
    inside = steps[steps.sum(axis=1) < side]
    last = side - 1 - inside.sum(axis=1, keepdims=True)
    return np.asarray((np.hstack([inside, last]) + 1 / n) / side)


def _points(
    kind: str, number: int, reached: int, game: Game, payoffs: Vector, prices: Vector
) -> pd.DataFrame:
    worth = prices * game.scales
    return pd.DataFrame(
        {
            "kind": kind,
            "number": number,
            "reached": reached,
            "player": list(game.players),
            "payoff": payoffs,
            "share": worth / worth.sum(),
        }
    )
