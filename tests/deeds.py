"""Work that does as it is told, for workers that are killed and runs that fail."""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from curnits.analysis.studies.execution.executor import RUNS, Task


@dataclass(frozen=True)
class Deeds:
    """Work that does as it is told."""

    def perform(self, tasks: Sequence[Task]) -> Iterator[Mapping[str, Any]]:
        return map(self.do, tasks)

    def do(self, task: Task) -> Mapping[str, Any]:
        if task.spec == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if task.spec == "fail":
            raise ValueError("as told")
        if task.spec == "interrupt":
            signal.raise_signal(signal.SIGINT)
        got = task.spec
        if got == "tell what is blocked":
            got = " ".join(one.name for one in signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        return {RUNS: pd.DataFrame({"got": [got]}), "more": pd.DataFrame({"k": [1, 2]})}

    def describe(self, task: Task) -> Mapping[str, Any]:
        return {"told": str(task.spec)}
