"""One run of a study: from its parameters to rows.

Takes a study and a point, gives tables; what executes it, where and when is none of its business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curnits.analysis.studies.design import Point
from curnits.analysis.studies.execution.executor import RUNS, Rows, Task
from curnits.analysis.studies.measures import Trial, measure_named
from curnits.analysis.studies.study import Study

_SERIES = ("ticks", "negotiators")
"""Tables that are kept of every few ticks; ``record: all`` keeps every table of a run."""


@dataclass(frozen=True)
class StudyRuns:
    """Does the runs of one study; sent to workers once a batch.

    Attributes
    ----------
    study : Study
    """

    study: Study

    def perform(self, task: Task) -> Mapping[str, Rows]:
        """Return the rows of one run: its own, one a player, and what is kept of its ticks."""
        scenario = self.study.scenario(task.spec)
        trial = Trial(scenario)
        section = self.study.section
        row: dict[str, Any] = {"seed": scenario.run.seed}
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

    def describe(self, task: Task) -> Mapping[str, Any]:
        """Return what the row of a run begins with, whether it is done or has failed."""
        point: Point = task.spec
        return point.labels
