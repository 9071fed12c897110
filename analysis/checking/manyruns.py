"""Folders of studies and tournaments checked: whose rows are there, what follows from them.

Which runs there are, and their seeds, follow from the file; what a tournament shows follows from
its rows. What the runs came to is vouched for only by doing them once more, in this process and in
memory. Called by ``check``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import batched
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from curnits.analysis.checking.check import Check
from curnits.analysis.checking.recounting import misstated_keys
from curnits.analysis.checking.repeating import differing
from curnits.analysis.storage.record import read_json
from curnits.analysis.storage.solutions import CheckRecord
from curnits.analysis.studies.execution.executor import (
    DONE,
    ID,
    RUNS,
    Batch,
    Task,
    Work,
    perform,
)
from curnits.analysis.studies.reading import StudyData, open_study
from curnits.analysis.studies.tasks import StudyRuns, study_tasks
from curnits.analysis.tournaments.folder import RESULTS, open_tournament
from curnits.analysis.tournaments.records import TournamentRecord
from curnits.analysis.tournaments.results import results
from curnits.analysis.tournaments.tasks import SEATS, TournamentRuns

_TOGETHER = 32
"""Runs that are done between two reports of progress."""

_OF_MACHINES = ["traceback"]
"""Columns that name places on a machine."""


def check_study(folder: Path) -> CheckRecord:
    """Check the folder of a study: whether all rows are those of its runs, with their seeds.

    Raises
    ------
    ScenarioError, FolderError
        If a file of the folder is missing or cannot be read.
    """
    data = open_study(str(folder))
    runs = data.runs()
    numbers = _numbers(data, runs[ID])
    objections = list(_strange(data, runs, numbers))
    for name in data.tables:
        strange = set(data.table(name, [ID])[ID]) - set(runs[ID])
        if strange:
            objections.append(f"{name}: holds rows of {min(strange)}, which {RUNS} does not")
    objections += _unfinished("study", len(runs), data.study.design.runs)
    return CheckRecord.of_tables(folder, "study", objections)


def study_again(
    report: CheckRecord, folder: Path, progress: Callable[[float], None]
) -> CheckRecord:
    """Do all runs of a study again, and add to a report what differs.

    ``progress`` is called with the share that is done.

    Raises
    ------
    ScenarioError, FolderError
        As above.
    """
    data = open_study(str(folder))
    said = {name: data.table(name) for name in data.tables}
    known = sorted({number for number in _numbers(data, said[RUNS][ID]) if number >= 0})
    tasks = list(study_tasks(data.study, known))
    return report.but(_differing(said, StudyRuns(data.study), tasks, progress))


def check_tournament(folder: Path) -> CheckRecord:
    """Check the folder of a tournament: rows, seats and seeds, and what is said to follow.

    Raises
    ------
    ScenarioError, FolderError, RecordError
        If a file of the folder is missing or cannot be read, or a row is of no run or seat.
    """
    data = open_tournament(str(folder))
    runs, due = data.runs(), len(data.tournament.lineups)
    objections = _unfinished("tournament", len(runs), due)
    found = TournamentRecord.of(results(data))
    if len(runs) == due:
        stated = read_json(folder / RESULTS, TournamentRecord)
        objections += [
            f"{RESULTS}: {key} does not follow from the tables"
            for key in misstated_keys(stated.model_dump(), found.model_dump(), 1.0)
        ]
    return CheckRecord.of_tables(folder, "tournament", objections)


def tournament_again(
    report: CheckRecord, folder: Path, progress: Callable[[float], None]
) -> CheckRecord:
    """Play all runs of a tournament again, and add to a report what differs.

    ``progress`` is called with the share that is done.

    Raises
    ------
    ScenarioError, FolderError
        As above.
    """
    data = open_tournament(str(folder))
    said = {name: data.table(name) for name in (RUNS, SEATS)}
    there = set(said[RUNS][ID])
    tasks = [Task(one.id, one) for one in data.tournament.lineups if one.id in there]
    return report.but(_differing(said, TournamentRuns(data.tournament), tasks, progress))


def _numbers(data: StudyData, ids: Iterable[str]) -> list[int]:
    """Return the numbers of runs in the design, −1 of what is none of them."""
    known = {f"{name:016x}": k for k, name in enumerate(data.study.design.ids.tolist())}
    return [known.get(name, -1) for name in ids]


def _strange(data: StudyData, runs: pd.DataFrame, numbers: list[int]) -> Iterator[str]:
    """Say which rows are those of no run, or have parameters that its run does not have."""
    design = data.study.design
    if -1 in numbers:
        yield f"{RUNS}: {ID} in row {numbers.index(-1) + 1:,} is that of no run of the study"
    elif len(set(numbers)) < len(numbers):
        yield f"{RUNS}: {ID}: a run is there twice"
    else:
        points = [design[number] for number in numbers]
        labels = pd.DataFrame([point.labels for point in points])
        yield from (f"{RUNS}: {text}" for text in differing(runs, labels))
        done = runs["status"] == DONE
        seeds = [data.study.seed(x) if y else None for x, y in zip(points, done, strict=True)]
        due = pd.DataFrame({"seed": pd.Series(seeds, dtype=object)})
        yield from (f"{RUNS}: {text}" for text in differing(_seeds(data, runs), due))


def _seeds(data: StudyData, runs: pd.DataFrame) -> pd.DataFrame:
    """Return seeds as whole numbers, of which pandas makes others where runs have none."""
    if "seed" not in runs:
        return runs
    stored = data.dataset(RUNS).to_table(columns=["seed"])["seed"].to_pylist()
    return pd.DataFrame({"seed": pd.Series(stored, dtype=object)})


def _unfinished(kind: str, there: int, due: int) -> list[str]:
    said = f"the {kind} is unfinished: {there:,} of {due:,} runs are there"
    return [] if there == due else [said]


def _differing(
    said: Mapping[str, pd.DataFrame],
    work: Work,
    tasks: Sequence[Task],
    progress: Callable[[float], None],
) -> list[str]:
    """Do tasks again, and say where tables first differ from what comes of it."""
    again = _done(work, tasks, progress)
    place = {task.id: k for k, task in enumerate(tasks)}
    found = [f"{name}: expected no such table" for name in sorted(said.keys() - again.keys())]
    for name, rows in again.items():
        if name not in said:
            found.append(f"{name}: expected a table of {rows.num_rows:,} rows")
            continue
        due = rows.to_pandas(ignore_metadata=True).drop(columns=_OF_MACHINES, errors="ignore")
        order = np.argsort(said[name][ID].map(place).to_numpy(np.float64), kind="stable")
        found += [f"{name}: {text}" for text in differing(said[name].iloc[order], due)]
    return found


def _done(
    work: Work, tasks: Sequence[Task], progress: Callable[[float], None]
) -> Mapping[str, pa.Table]:
    """Do tasks, and return their rows by table."""
    parts: dict[str, list[pa.Table]] = {}
    for number, batch in enumerate(batched(tasks, _TOGETHER)):
        done = perform(Batch(number, work, batch, version("curnits")))
        if done.interrupted:
            raise KeyboardInterrupt
        for name, rows in (done.tables or {}).items():
            parts.setdefault(name, []).append(rows)
        progress((number * _TOGETHER + len(batch)) / len(tasks))
    return {
        name: pa.concat_tables(rows, promote_options="permissive") for name, rows in parts.items()
    }


STUDIES = Check(check_study, study_again)
TOURNAMENTS = Check(check_tournament, tournament_again)
