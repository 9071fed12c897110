"""The loop that keeps an executor busy: batches by measured time, retries, and an orderly end.

Takes tasks one by one and hands finished tables on as they arrive, so that memory does not grow
with their number.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import count
from time import monotonic

from curnits.analysis.studies.execution.executor import (
    RUNS,
    Batch,
    Executor,
    Tables,
    Task,
    Work,
    failed,
)
from curnits.sim.errors import InputError

BATCH_SECONDS = 0.5
"""What a batch should take: long beside sending and storing it, short beside an interruption."""

_WORTH = 4
"""Tasks alone that a batch may take as long as, if they are quicker together: it has dozens."""

_GAIN = 4
"""How many times as fast tasks are together, before that is known."""

_LARGEST = 1_000
"""Most tasks of a batch."""

_LOSSES = 3
"""Workers that a task may lose before it is given up."""

GRACE = 0.7
"""Seconds for which an interrupted study still waits for batches that are under way."""

_AHEAD = 2
"""Batches given to a parallel executor for each worker, so that none waits for the next."""

_POLL = 0.1
"""Seconds between looks at whether to stop."""

_WEIGHT = 0.3
"""Of the last batch in the running average of seconds a task."""

_TRIALS = 2
"""Tasks that go alone, to see how long they take."""


class ExecutorError(InputError):
    """Workers that cannot be reached, or cannot do the work."""


class Pace:
    """Seconds a task of late, and how many make a batch.

    Attributes
    ----------
    seconds : float or None
        A running average, or that of the last batch of a group; None before the first task is done.
    grouped : bool
        Whether the last batch was of a group.
    """

    def __init__(self) -> None:
        self.seconds: float | None = None
        self.grouped = False
        self._batches = self._tasks = 0
        self._alone = 0.0

    def observe(self, tasks: int, seconds: float, *, grouped: bool = False) -> None:
        """Note what a batch took, and whether its tasks were of a group."""
        if not tasks:
            return
        last = seconds / tasks
        if tasks == 1:
            self._alone = last
        # the first one includes what is only done once, such as compiling
        fresh = self.seconds is None or self._batches < _TRIALS or grouped
        self.seconds = last if fresh else (1 - _WEIGHT) * (self.seconds or 0) + _WEIGHT * last
        self.grouped, self._tasks = grouped, tasks
        self._batches += 1

    @property
    def known(self) -> bool:
        """Whether enough is done to tell what the others take, at most if they are grouped."""
        return self._batches >= _TRIALS and (self._tasks > 1 or not self.grouped)

    @property
    def batch(self) -> int:
        """Tasks of the next batch."""
        return self._in(BATCH_SECONDS, 1.0)

    @property
    def together(self) -> int:
        """The same if they are of a group."""
        return self._in(max(BATCH_SECONDS, _WORTH * self._alone), _GAIN if self._tasks == 1 else 1)

    def _in(self, seconds: float, gain: float) -> int:
        """Return how many tasks take so long, if they are done so many times as fast as of late."""
        if self.seconds is None or self._batches < _TRIALS:
            return 1
        return max(1, min(_LARGEST, round(seconds * gain / max(self.seconds, 1e-6))))


@dataclass
class Drive:
    """Work under way.

    Attributes
    ----------
    work : Work
    tasks : iterator of Task
    executor : Executor
    keep : callable
        Called with the tables of every finished batch.
    progress : callable
        Called with the number of tasks that were finished since the last call, the pace, and the
        bytes of their tables.
    """

    work: Work
    tasks: Iterator[Task]
    executor: Executor
    keep: Callable[[Tables], None]
    progress: Callable[[int, Pace, int], None]
    _version: str = field(default_factory=lambda: version("curnits"))
    _pace: Pace = field(default_factory=Pace)
    _numbers: Iterator[int] = field(default_factory=count)
    _flying: dict[int, Batch] = field(default_factory=dict)
    _again: deque[Task] = field(default_factory=deque)
    _losses: Counter[str] = field(default_factory=Counter)
    _suspect: int = -1
    _held: Task | None = None

    def run(self, interrupted: Callable[[], bool]) -> bool:
        """Do all tasks; return whether they were not interrupted.

        The executor is closed at the end, whatever happens.

        Parameters
        ----------
        interrupted : callable
            Asked several times a second whether to stop. What is under way then has
            :data:`GRACE` seconds to be finished.

        Raises
        ------
        ExecutorError
            If a worker refuses the work.
        """
        try:
            while not interrupted():
                self._submit()
                if not self._flying:
                    return True
                self._collect(_POLL)
            end = monotonic() + GRACE
            while self.executor.parallel and self._flying and monotonic() < end:
                self._collect(_POLL)
            return False
        finally:
            self.executor.close()

    def _submit(self) -> None:
        ahead = _AHEAD if self.executor.parallel else 1
        while len(self._flying) < ahead * self.executor.workers:
            number = next(self._numbers)
            if self._again and self._suspect not in self._flying:
                chosen: tuple[Task, ...] = (self._again.popleft(),)
                self._suspect = number
            else:
                chosen = self._cut()
            if not chosen:
                return
            batch = Batch(number, self.work, chosen, self._version)
            self._flying[batch.number] = batch
            self.executor.submit(batch)

    def _cut(self) -> tuple[Task, ...]:
        """Return the tasks of the next batch; those of a group stay together if they can."""
        chosen: list[Task] = []
        while (task := self._held or next(self.tasks, None)) is not None:
            goes_on = chosen and task.group and task.group == chosen[-1].group
            if len(chosen) >= (self._pace.together if goes_on else self._pace.batch):
                self._held = task
                break
            self._held = None
            chosen.append(task)
        return tuple(chosen)

    def _collect(self, seconds: float) -> None:
        for finished in self.executor.wait(seconds):
            batch = self._flying.pop(finished.number)
            if finished.refusal:
                raise ExecutorError(finished.refusal)
            if finished.tables is None:
                self._retry(batch)
            elif finished.tables:
                done = finished.tables[RUNS].num_rows
                self._pace.observe(done, finished.seconds, grouped=bool(batch.tasks[0].group))
                self._finish(done, finished.tables)

    def _finish(self, done: int, tables: Tables) -> None:
        self.keep(tables)
        self.progress(done, self._pace, sum(table.nbytes for table in tables.values()))

    def _retry(self, batch: Batch) -> None:
        """Do the tasks of a lost batch one by one, but none again and again.

        A cluster may lose others with the one that kills a worker, so only one that was lost is
        under way at a time: no other can be lost with it three times.
        """
        self._losses.update(task.id for task in batch.tasks)
        for task in batch.tasks:
            if self._losses[task.id] < _LOSSES:
                self._again.append(task)
            else:
                message = f"given up: its worker was lost {_LOSSES} times"
                self._finish(1, failed(self.work, task, message))
