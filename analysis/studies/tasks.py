"""Runs of a study: from their parameters to rows.

Takes a study and points, gives tables; what executes it, where and when is none of its business.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, chain, groupby
from typing import Any

from curnits.analysis.studies.design import REPLICATE, Point
from curnits.analysis.studies.execution.executor import RUNS, Rows, Task
from curnits.analysis.studies.measures import measure_named
from curnits.analysis.studies.seeding import run_id
from curnits.analysis.studies.study import SEED, Study
from curnits.analysis.studies.trials import Peers, Trial
from curnits.sim.errors import InputError
from curnits.sim.lockstep import in_step

_SERIES = ("ticks", "negotiators")
"""Tables that are kept of every few ticks; ``record: all`` keeps every table of a run."""

_RECORDED_TOGETHER = 8
"""Most runs that take their ticks together if these are recorded, up to some 10 MB each."""


def study_tasks(study: Study, numbers: Iterable[int]) -> Iterator[Task]:
    """Yield runs of a study; those that can take their ticks together form a group.

    Parameters
    ----------
    study : Study
    numbers : iterable of int
        Of runs in the design.
    """
    points = (study.design[number] for number in numbers)
    if study.design.replications == 1 and SEED not in study.design.names:
        yield from (Task(point.id, point) for point in points)
        return
    for alike, own in groupby(points, _but_for_its_seed):
        first = next(own)
        group = alike if _keeps_step(study, first) else ""
        yield from (Task(point.id, point, group) for point in chain((first,), own))


def _but_for_its_seed(point: Point) -> str:
    return run_id({k: v for k, v in point.labels.items() if k not in (REPLICATE, SEED)})


def _keeps_step(study: Study, point: Point) -> bool:
    try:
        return in_step(study.scenario(point))
    except InputError:  # which becomes the message of that run
        return False


@dataclass(frozen=True)
class StudyRuns:
    """Does the runs of one study; sent to workers once a batch.

    Attributes
    ----------
    study : Study
    """

    study: Study

    def perform(self, tasks: Sequence[Task]) -> Iterator[Mapping[str, Rows]]:
        """Yield the rows of each run: its own, one a player, and what is kept of its ticks."""
        recorded = self._recorded
        for alike in batched(tasks, _RECORDED_TOGETHER if recorded else len(tasks)):
            scenario = self.study.scenario(alike[0].spec)
            if not recorded:
                scenario = scenario.with_run(record_every=scenario.run.ticks)
            scenarios = [scenario.with_run(seed=self.study.seed(task.spec)) for task in alike]
            peers = Peers(scenario, [one.run.seed for one in scenarios])
            yield from (self._tables(Trial(one, peers)) for one in scenarios)

    def describe(self, task: Task) -> Mapping[str, Any]:
        """Return what the row of a run begins with, whether it is done or has failed."""
        point: Point = task.spec
        return point.labels

    @property
    def _recorded(self) -> bool:
        """Whether ticks are kept, or may be read by a measure."""
        section = self.study.section
        return section.record != "summary" or any(
            measure_named(name).series for name in section.measures
        )

    def _tables(self, trial: Trial) -> Mapping[str, Rows]:
        section = self.study.section
        row: dict[str, Any] = {"seed": trial.scenario.run.seed}
        players: dict[str, Any] = {}
        for name in section.measures:
            found = measure_named(name)
            row.update(found.runs(trial))
            players.update(found.agents(trial))
        tables: dict[str, Rows] = {RUNS: {name: [value] for name, value in row.items()}}
        if players:
            tables["agents"] = {"player": list(trial.game.players), **players}
        if section.record == "all":
            kept = tuple(trial.run.tables)
        else:
            kept = () if section.record == "summary" else _SERIES
        tables |= {name: trial.run.tables[name] for name in kept}
        return tables
