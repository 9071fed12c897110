"""Which equilibrium agents reach from which start: many runs from prices all over the simplex."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from curnits.analysis import concepts
from curnits.analysis.judging.judge import REACHED, aim
from curnits.analysis.solution import Solution, Vector
from curnits.analysis.studies.execution.driver import Drive, ExecutorError, Pace
from curnits.analysis.studies.execution.executor import (
    FAILED,
    ID,
    RUNS,
    Executor,
    Rows,
    Tables,
    Task,
)
from curnits.sim.games.game import Game
from curnits.sim.lockstep import in_step, simulate_alike
from curnits.sim.running import Run
from curnits.sim.scenario.scenario import Scenario

_COLUMNS = ("start", "reached", "distance", "settled", "ticks")
"""Of the table of runs."""

_POINTS = "points"


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


@dataclass(frozen=True)
class BasinRuns:
    """Lets agents negotiate from starting prices; sent to workers once a batch.

    Attributes
    ----------
    scenario : Scenario
    answers : sequence of ndarray, shape (n,)
        Payoffs of the equilibria that are known.
    """

    scenario: Scenario
    answers: Sequence[Vector]

    def perform(self, tasks: Sequence[Task]) -> Iterator[Mapping[str, Rows]]:
        """Yield where the run from each start ended, and its points."""
        game = self.scenario.build()
        starts = [(number, shares / game.scales) for number, shares in (t.spec for t in tasks)]
        named = [dict(zip(game.players, prices.tolist(), strict=True)) for _, prices in starts]
        unrecorded = self.scenario.with_run(record_every=self.scenario.run.ticks)
        runs = simulate_alike(
            [unrecorded.with_negotiation(starting_prices=prices) for prices in named]
        )
        for (number, prices), run in zip(starts, runs, strict=True):
            yield self._tables(game, number, prices, run)

    def _tables(self, game: Game, number: int, prices: Vector, run: Run) -> Mapping[str, Rows]:
        gaps = [float((abs(run.payoffs - one) / game.scales).max()) for one in self.answers]
        near = int(np.argmin(gaps)) + 1 if gaps and min(gaps) < REACHED else 0
        found = (number, near, min(gaps, default=np.nan), run.converged, run.ticks)
        first = run.tables["negotiators"].head(game.n)["payoff"].to_numpy()
        points = [
            _points("start", number, near, game, first, prices),
            _points("end", number, near, game, run.payoffs, run.prices),
        ]
        return {
            RUNS: {name: [value] for name, value in zip(_COLUMNS, found, strict=True)},
            _POINTS: pd.concat(points, ignore_index=True),
        }

    def describe(self, task: Task) -> Mapping[str, Any]:
        """Return nothing: the start is a column of its own."""
        return {}


def explore(
    scenario: Scenario,
    starts: int,
    executor: Executor,
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
    executor : Executor
        Closed at the end.
    progress : callable
        Called with the number of runs so far.
    interrupted : callable, optional
        Asked several times a second whether to stop; runs under way are then dropped.

    Raises
    ------
    KeyboardInterrupt
        If no run was finished before the interruption, so that there is nothing to keep.
    ExecutorError
        If a run failed.
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
    known = [
        _points("equilibrium", k, k, game, found.payoffs, found.candidate.prices)
        for k, found in enumerate(solution.equilibria, start=1)
    ]
    begins = starting_shares(game.n, starts, scenario.run.seed)
    kept: list[Tables] = []

    def told(done: int, pace: Pace, size: int) -> None:
        progress(sum(tables[RUNS].num_rows for tables in kept))

    work = BasinRuns(scenario, [found.payoffs for found in solution.equilibria])
    group = "starts" if in_step(scenario) else ""
    tasks = (Task(f"{k:016x}", (k, shares), group) for k, shares in enumerate(begins, start=1))
    Drive(work, tasks, executor, kept.append, told).run(interrupted)
    if not kept:
        raise KeyboardInterrupt
    runs = _joined(kept, RUNS)
    for message in runs.loc[runs["status"] == FAILED, "message"]:
        raise ExecutorError(f"a run failed: {message}")
    points = pd.concat([*known, _joined(kept, _POINTS)], ignore_index=True)
    return Basins(solution, runs[list(_COLUMNS)], points, len(begins))


def _joined(kept: Sequence[Tables], name: str) -> pd.DataFrame:
    """Return the rows of a table in the order of starts."""
    rows = pa.concat_tables(
        [one[name] for one in kept if name in one], promote_options="permissive"
    )
    frame: pd.DataFrame = rows.to_pandas()
    return frame.sort_values(ID, kind="stable", ignore_index=True).drop(columns=ID)


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
