"""Tasks, batches of them, and what an executor must do with a batch.

A task is a name and a small picklable spec; a :class:`Work` turns it into tidy tables. An executor
calls :func:`perform` on batches wherever it likes. What fails is data: a row that says so, and a
row of the table ``failures`` with the traceback.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import groupby
from time import perf_counter
from traceback import format_exception
from types import TracebackType
from typing import Any, Protocol, Self

import pandas as pd
import pyarrow as pa

ID = "run"
"""Column of every table that names the task a row comes from."""

RUNS, FAILURES = "runs", "failures"
"""The table with one row a task, and the one with tracebacks."""

DONE, FAILED = "done", "failed"
"""What the column ``status`` of :data:`RUNS` says."""

type Tables = Mapping[str, pa.Table]

type Rows = pd.DataFrame | Mapping[str, Sequence[Any]]
"""A table as a task makes it; columns by name are quicker where there are few rows."""


@dataclass(frozen=True)
class Task:
    """Something to be done once.

    Attributes
    ----------
    id : str
        16 hex digits.
    spec : object
        What :class:`Work` needs to know, picklable.
    group : str
        Tasks of one group, if they have any, are quicker together.
    """

    id: str
    spec: Any
    group: str = ""


type _Result = tuple[Task, Mapping[str, Rows]]
"""A task and what it made."""

type _Entry = tuple[Mapping[str, Any], Rows]
"""Rows, and the columns before theirs."""


class Work(Protocol):
    """Knows how to do tasks of one kind; picklable."""

    def perform(self, tasks: Sequence[Task]) -> Iterable[Mapping[str, Rows]]:
        """Return, for each task, tables by name; :data:`RUNS` has a single row.

        There are several only if they are of one group. If they cannot all be done, those that are
        left are done one by one.
        """
        ...

    def describe(self, task: Task) -> Mapping[str, Any]:
        """Return the first columns of its row, whether it is done or has failed."""
        ...


@dataclass(frozen=True)
class Batch:
    """Tasks that go to a worker together, from a program of some version."""

    number: int
    work: Work
    tasks: Sequence[Task]
    version: str


@dataclass(frozen=True)
class Finished:
    """What has become of a batch.

    Attributes
    ----------
    number : int
        Of the batch.
    tables : Tables or None
        None if its worker was lost with it.
    seconds : float
        What it took its worker.
    interrupted : bool
        Whether only the tables of the first tasks are there.
    refusal : str
        Why the worker would not do it, if so.
    """

    number: int
    tables: Tables | None = None
    seconds: float = 0.0
    interrupted: bool = False
    refusal: str = ""


class Executor(Protocol):
    """Where batches are performed.

    Attributes
    ----------
    workers : int
        How many are performed at a time.
    parallel : bool
        Whether batches are performed while nobody waits.
    """

    parallel: bool

    @property
    def workers(self) -> int:
        """How many are performed at a time."""
        ...

    def submit(self, batch: Batch) -> None:
        """Take a batch, to be performed some time."""
        ...

    def wait(self, seconds: float) -> list[Finished]:
        """Return batches that are finished, after some seconds at the latest if there are none."""
        ...

    def close(self) -> None:
        """Stop at once, whatever is under way."""
        ...


class Attempt:
    """Keeps what is raised inside a ``with`` block instead of raising it.

    Attributes
    ----------
    error : Exception or None
        Interruptions and exits are no failures, and go on.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> bool:
        self.error = error if isinstance(error, Exception) else None
        return self.error is not None


def perform(batch: Batch) -> Finished:
    """Do the tasks of a batch, in the process of a worker."""
    own = _own_version()
    if own != batch.version:
        refusal = f"a worker has curnits {own} (expected {batch.version}, as here)"
        return Finished(batch.number, refusal=refusal)
    begun = perf_counter()
    done: list[_Result] = []
    rows: list[Tables] = []
    interrupted = False
    try:
        for _, tasks in groupby(batch.tasks, lambda task: task.group or task.id):
            rows += _performed(batch.work, list(tasks), done)
    except KeyboardInterrupt:  # only in the process that was interrupted
        interrupted = True
    rows += _stored(batch.work, done)
    return Finished(batch.number, _joined(rows), perf_counter() - begun, interrupted)


def _performed(work: Work, tasks: Sequence[Task], done: list[_Result]) -> list[Tables]:
    """Do tasks together, or else one by one; return the rows of those that fail."""
    before = len(done)
    with Attempt() as attempt:
        for task, tables in zip(tasks, work.perform(tasks), strict=True):
            done.append((task, tables))
    if attempt.error is None:
        return []
    if len(tasks) == 1:
        return [_failed(work, tasks[0], attempt.error)]
    left = tasks[len(done) - before :]
    return [rows for task in left for rows in _performed(work, [task], done)]


@cache
def _own_version() -> str:
    return version("curnits")


def failed(work: Work, task: Task, message: str) -> Tables:
    """Return the row of a task that never came back."""
    return _unfinished(work, task, message, message)


def _failed(work: Work, task: Task, error: Exception) -> Tables:
    message = f"{type(error).__name__}: {error}".splitlines()[0]
    return _unfinished(work, task, message, "".join(format_exception(error)))


def _unfinished(work: Work, task: Task, message: str, said: str) -> Tables:
    first = {ID: task.id, **work.describe(task), "status": FAILED, "message": message}
    side = {ID: task.id, "message": message, "traceback": said}
    return {
        name: pa.table({column: [value] for column, value in row.items()})
        for name, row in ((RUNS, first), (FAILURES, side))
    }


def _stored(work: Work, done: Sequence[_Result]) -> list[Tables]:
    """Return what tasks have made as tables, all together, which is much quicker than one by one.

    If that cannot be, each goes alone, so that only those fail whose values no table can hold.
    """
    if not done:
        return []
    with Attempt() as attempt:
        return [_together(work, done)]
    if attempt.error is not None and len(done) == 1:
        return [_failed(work, done[0][0], attempt.error)]
    return [tables for one in done for tables in _stored(work, [one])]


def _together(work: Work, done: Sequence[_Result]) -> Tables:
    entries: dict[str, list[_Entry]] = {}
    for task, tables in done:
        runs = {ID: task.id, **work.describe(task), "status": DONE, "message": ""}
        for name, rows in tables.items():
            first = runs if name == RUNS else {ID: task.id}
            entries.setdefault(name, []).append((first, rows))
    return _joined(
        [
            {name: _table(list(alike))}
            for name, own in entries.items()
            for _, alike in groupby(own, _columns)
        ]
    )


def _columns(entry: _Entry) -> tuple[Any, ...]:
    """Return what tables have in common that can be built as one; pandas' cannot."""
    first, rows = entry
    return (*first, id(rows)) if isinstance(rows, pd.DataFrame) else (*first, *rows)


def _table(alike: Sequence[_Entry]) -> pa.Table:
    """Return columns after others that have the same value in all rows of a task."""
    named, rows = alike[0]
    if isinstance(rows, pd.DataFrame):
        stored = pa.Table.from_pandas(rows, preserve_index=False)
        same = {name: pa.repeat(value, stored.num_rows) for name, value in named.items()}
        columns = zip(stored.column_names, stored.columns, strict=True)
        return pa.table({**same, **dict(columns)})
    firsts: dict[str, list[Any]] = {name: [] for name in named}
    values: dict[str, list[Any]] = {name: [] for name in rows}
    for first, own in alike:
        count = 0
        for name in rows:
            values[name].extend(own[name])
            count = len(own[name])
        for name, value in first.items():
            firsts[name].extend([value] * count)
    made = {name: pa.array(own, from_pandas=True) for name, own in values.items()}
    return pa.table({**firsts, **made})


def _joined(rows: Sequence[Tables]) -> Tables:
    """Return one table for each name, in the order of the tasks."""
    parts: dict[str, list[pa.Table]] = {}
    for tables in rows:
        for name, table in tables.items():
            parts.setdefault(name, []).append(table)
    return {
        name: pa.concat_tables(own, promote_options="permissive").combine_chunks()
        for name, own in parts.items()
    }
