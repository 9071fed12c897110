"""A run folder held against a run of the same scenario and seed: every cell of every table.

``check`` without this recomputes the last state and what follows from it; how a run got there is
vouched for only by letting it happen once more. Called by ``check --repeat``.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from curnits.analysis.checking.check import Check
from curnits.analysis.checking.runs import check_run
from curnits.analysis.storage.folder import SCENARIO
from curnits.analysis.storage.solutions import CheckRecord
from curnits.analysis.storage.tables import read_tables
from curnits.sim.running import Simulation, pursue
from curnits.sim.scenario.loading import load

_MACHINES = 1e-6
"""Share of a figure by which two machines may differ, whose libraries round differently."""


def repeated(report: CheckRecord, folder: Path, progress: Callable[[float], None]) -> CheckRecord:
    """Negotiate the scenario of a run folder again and add to a report what differs.

    Of each column that is not what the same seed gives, the first row that differs is named.
    ``progress`` is called with the share that is done.

    Raises
    ------
    ScenarioError, FolderError
        If a file of the folder is missing or cannot be read.
    """
    scenario = load(folder / SCENARIO)
    tables = read_tables(folder, scenario.build())
    most = scenario.run.ticks
    again = pursue(Simulation.of(scenario), lambda ticks: progress(ticks / most)).tables
    objections = [
        f"{name}.parquet: {text}"
        for name in tables
        for text in differing(tables[name], again[name])
    ]
    return report.but(objections)


def differing(said: pd.DataFrame, due: pd.DataFrame) -> Iterator[str]:
    """Say where a table first differs from what it should be, column by column."""
    if len(said) != len(due):
        yield f"has {len(said):,} rows (expected {len(due):,})"
        return
    for name in due.columns:
        if name not in said:
            yield f"has no column {name!r}"
            continue
        wrong = np.flatnonzero(~_same(said[name], due[name]))
        if len(wrong):
            row = int(wrong[0])
            expected = f"expected {due[name].iloc[row]}"
            yield f"{name} in row {row + 1:,} is {said[name].iloc[row]} ({expected})"


def _same(said: "pd.Series[Any]", due: "pd.Series[Any]") -> NDArray[np.bool_]:
    unknown = said.isna().to_numpy() & due.isna().to_numpy()
    if due.dtype.kind != "f" or said.dtype.kind not in "fiu":
        return np.asarray(unknown | (said.to_numpy() == due.to_numpy()))
    one, other = said.to_numpy(np.float64), due.to_numpy(np.float64)
    unit = np.nanmax(np.abs(other), initial=0.0)
    return np.asarray(unknown | np.isclose(one, other, rtol=_MACHINES, atol=_MACHINES * unit))


RUN = Check(check_run, repeated)
