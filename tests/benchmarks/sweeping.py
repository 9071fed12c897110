"""What the engine of studies costs: runs a second, overhead a run, memory of the parent.

Runs that only wait take the same time whatever else the machine does, so that what is beyond it is
the engine's own: batches, sending, rows, parts on disk. On a machine that is busy otherwise,
processor time says more: that of this process, with executor 0 all there is.

Run with ``python tests/benchmarks/sweeping.py``; with ``--replications SCENARIO`` to compare runs
that differ in their seeds only, together and one by one.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import batched, islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep
from typing import Any

from curnits.analysis.storage.parts import Parts
from curnits.analysis.storage.store import Store
from curnits.analysis.studies.execution.cluster import local_cluster
from curnits.analysis.studies.execution.driver import Drive
from curnits.analysis.studies.execution.executor import (
    ID,
    RUNS,
    Batch,
    Executor,
    Rows,
    Task,
    perform,
)
from curnits.analysis.studies.execution.local import InProcess, Workers
from curnits.analysis.studies.studyfile import read_study
from curnits.analysis.studies.tasks import StudyRuns, study_tasks

ALONE = 9
"""Runs one by one, the first of which does not count."""

SIZES = (8, 64)
"""Runs together."""


@dataclass(frozen=True)
class Waiting:
    """Work that waits, and gives a row such as a run's."""

    seconds: float

    def perform(self, tasks: Sequence[Task]) -> Iterator[Mapping[str, Rows]]:
        """Wait for each."""
        for _ in tasks:
            if self.seconds:
                sleep(self.seconds)
            row = {f"outcome {k}": [float(k)] for k in range(10)}
            yield {RUNS: row, "agents": {"player": ["a", "b"], "payoff": [1.0, 2.0]}}

    def describe(self, task: Task) -> Mapping[str, Any]:
        """Return the parameter."""
        return {"parameter": task.spec}


def executor(name: str) -> Executor:
    """Return an executor by name, with its workers started."""
    if name == "dask":
        return local_cluster(2)
    return InProcess() if name == "0" else Workers(int(name))


def measure(name: str, runs: int, seconds: float) -> None:
    """Do runs into a folder, and print what that took."""
    crew = executor(name)
    with TemporaryDirectory() as folder:
        parts = Parts(Store(folder), RUNS, ID)
        # one is held back to see whether it goes on a group
        warm = iter(Task(f"{10**9 + k:016x}", k) for k in range(2 * crew.workers + 1))
        begun: list[tuple[float, float]] = []
        tasks = (Task(f"{k:016x}", k) for k in range(runs))

        def both() -> Any:
            yield from warm  # workers start and import
            begun.append((perf_counter(), process_time()))
            yield from tasks

        Drive(Waiting(seconds), both(), crew, parts.add, lambda *_: None).run(lambda: False)
        began, used = begun[0]
        took, spent = perf_counter() - began, process_time() - used
        workers = crew.workers if name != "dask" else 2
        ideal = runs * seconds / workers
        parts.complete([f"{k:016x}" for k in range(runs)])
        whole = perf_counter() - began
    memory = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:>5} {runs:>7,} {seconds * 1e3:>5.0f} {runs / took:>9.1f} "
        f"{(took - ideal) / runs * workers * 1e3:>9.2f} {spent / runs * 1e3:>9.2f} "
        f"{whole - took:>9.2f} {memory:>9.0f}",
        flush=True,
    )


def replicate(name: str) -> None:
    """Print what runs of a scenario take in groups of several sizes, a row each."""
    runs = ALONE + sum(SIZES)
    text = f"title: Replications\nstudy: {{scenario: {name}, replications: {runs}}}\n"
    study = read_study(text, Path("replications.yaml"), check=False)
    tasks = study_tasks(study, range(runs))
    work, own = StudyRuns(study), version("curnits")
    perform(Batch(0, work, [next(tasks)], own))  # what is only done once
    print("together  runs  CPU s  runs/s CPU")
    for size, count in ((1, ALONE - 1), *((size, size) for size in SIZES)):
        began, done = process_time(), 0
        for batch in batched(islice(tasks, count), size):
            tables = perform(Batch(0, work, batch, own)).tables
            done += 0 if tables is None else tables[RUNS].num_rows
        took = process_time() - began
        print(f"{size:>8} {done:>5} {took:>6.2f} {done / took:>11.1f}", flush=True)


def main() -> None:
    """Print a row for each executor and number of runs, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--one", nargs=3, metavar=("EXECUTOR", "RUNS", "SECONDS"))
    parser.add_argument("--replications", metavar="SCENARIO")
    options = parser.parse_args()
    if options.replications:
        replicate(options.replications)
        return
    if options.one:
        name, runs, seconds = options.one
        measure(name, int(runs), float(seconds))
        return
    print("executor: 0 in this process, 1 or 2 worker processes, dask with 2 workers")
    print(" exec    runs   ms    runs/s ms beyond    ms CPU s to sort MB parent")
    for name in ("0", "1", "2", "dask"):
        for runs, seconds in ((100, 0.05), (400, 0.05), (10_000, 0.0)):
            words = [sys.executable, __file__, "--one", name, str(runs), str(seconds)]
            subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
