"""Results of studies, read back: lazily, so that they need not fit in memory.

Takes the folder of a study, complete or not; gives tables, and summaries by group with confidence
intervals. Called by figures, by the command, and in notebooks::

    data = open_study("studies/when-do-threats-pay")
    summary(data.runs(), "payoff.Ada", ["run.tolerance"])
"""

import atexit
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from shutil import copyfileobj, rmtree
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import dataset as datasets
from pyarrow import parquet
from pyarrow.fs import LocalFileSystem
from scipy.stats import binomtest, bootstrap

from curnits.analysis.storage.columns import Columns, typed
from curnits.analysis.storage.parts import read_rows, stored_files, unified
from curnits.analysis.storage.seals import FolderError
from curnits.analysis.storage.store import Store
from curnits.analysis.studies.design import REPLICATE
from curnits.analysis.studies.execution.executor import FAILED, FAILURES, ID, RUNS
from curnits.analysis.studies.folder import STUDY, stored_study
from curnits.analysis.studies.study import Study
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.scenario import Scenario

_COLUMNS: Mapping[str, Columns] = {
    RUNS: {ID: str, REPLICATE: int, "status": str, "message": str},
    "agents": {ID: str, "player": str},
    FAILURES: {ID: str, "message": str},
}
"""What tables must have, besides what is varied and measured."""

_RESAMPLES = 2_000
"""Bootstrap samples: the ends of intervals are then good to about two digits."""


@dataclass(frozen=True, eq=False)
class StudyData:
    """The results of a study, as far as they are there.

    Attributes
    ----------
    study : Study
    store : Store
    """

    study: Study
    store: Store

    @property
    def tables(self) -> list[str]:
        """Names of the tables that are there."""
        return list(self._files)

    def dataset(self, table: str) -> Any:
        """Return a table as a ``pyarrow.dataset.Dataset``, of which nothing is read yet.

        Files that lie elsewhere are copied to this machine, where they stay until the process ends.

        Raises
        ------
        FolderError
            If there is no such table, or it cannot be read.
        """
        names = self._names(table)
        system = LocalFileSystem()  # without Python, so that its threads may outlast a command
        try:
            files = [self._here(name) for name in names]
            schemas = [parquet.read_schema(name, filesystem=system) for name in files]
            return datasets.dataset(
                files, schema=unified(schemas), filesystem=system, format="parquet"
            )
        except (OSError, pa.ArrowException) as error:
            reason = " ".join(str(error).split())
            raise FolderError(f"{self.store.address}: {table}: {reason:.200}") from error

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read a table, or some columns of it.

        Raises
        ------
        FolderError
            As above.
        """
        rows = read_rows(self.store, self._names(name), columns)
        due = _COLUMNS.get(name, {ID: str})
        asked = due if columns is None else {k: due[k] for k in columns if k in due}
        return typed(f"{self.store.address}: {name}", rows, asked)

    def runs(self) -> pd.DataFrame:
        """Return a row for each run, with what its players got in columns such as ``payoff.Ada``.

        Raises
        ------
        FolderError
            As above.
        """
        rows = self.table(RUNS)
        if absent := [name for name in self.study.design.names if name not in rows]:
            raise FolderError(f"{self.store.address}: {RUNS}: no column {absent[0]!r}")
        if "agents" not in self._files:
            return rows
        agents = self.table("agents")
        values = [name for name in agents.columns if name not in (ID, "player")]
        for name in values:
            if not pd.api.types.is_numeric_dtype(agents[name]):
                raise FolderError(f"{self.store.address}: agents: {name}: expected numbers")
        wide = agents.pivot_table(
            index=ID, columns="player", values=values, sort=False, dropna=False, observed=True
        )
        wide.columns = [".".join(map(str, pair)) for pair in wide.columns.to_flat_index()]
        return rows.merge(wide, how="left", left_on=ID, right_index=True)

    def scenario(self, run: str) -> Scenario:
        """Return the complete scenario of a run.

        Raises
        ------
        FolderError
            If the study has no such run, or it has no valid scenario.
        """
        try:
            numbers = np.flatnonzero(self.study.design.ids == np.uint64(int(run, 16)))
        except (ValueError, OverflowError):
            numbers = np.zeros(0, int)
        if not len(numbers):
            expected = "expected 16 digits from the column run of its tables"
            raise FolderError(f"{self.store.address}: no run {run!r} in the study ({expected})")
        try:
            return self.study.scenario(self.study.design[int(numbers[0])])
        except FieldError as error:
            place = ": ".join([f"{self.store.address}/{STUDY}", ".".join(map(str, error.path))])
            raise FolderError(f"{place}: {error}") from error

    @property
    def complete(self) -> bool:
        """Whether all runs are done, and put together."""
        return self._files.get(RUNS) == [f"{RUNS}.parquet"]

    def counts(self) -> tuple[int, int]:
        """Return how many runs have rows, and how many of them failed."""
        if RUNS not in self._files:
            return 0, 0
        status = self.table(RUNS, ["status"])["status"]
        return len(status), int((status == FAILED).sum())

    def _here(self, name: str) -> str:
        """Return the path of a file, or of a copy of it."""
        if self.store.local:
            return self.store.path(name)
        copied = self._copies / name.replace("/", "-")
        if not copied.exists():
            aside = copied.with_suffix(".half")
            with self.store.open(name) as there, aside.open("wb") as here:
                copyfileobj(there, here)
            aside.rename(copied)
        return str(copied)

    @cached_property
    def _copies(self) -> Path:
        return Path(mkdtemp(dir=_workplace()))

    def _names(self, table: str) -> list[str]:
        if table not in self._files:
            known = ", ".join(self._files) or "none yet"
            raise FolderError(f"{self.store.address}: no table {table!r} (expected one of {known})")
        return self._files[table]

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        return stored_files(self.store, RUNS)


@cache
def _workplace() -> str:
    """Return a folder that is removed when the process ends."""
    folder = mkdtemp(prefix="curnits-")
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder


def open_study(address: str) -> StudyData:
    """Open the folder of a study, complete or not.

    Raises
    ------
    FolderError, ScenarioError
        If it is none.
    """
    store = Store(address)
    return StudyData(stored_study(store), store)


def summary(
    rows: pd.DataFrame, outcome: str, by: Sequence[str], confidence: float = 0.95
) -> pd.DataFrame:
    """Return the mean of an outcome by group, with an interval.

    That is a bootstrap interval (percentiles; Efron, Annals of Statistics 7, 1979); of what is only
    true or false the interval of Wilson (Journal of the American Statistical Association 22, 1927).

    Parameters
    ----------
    rows : DataFrame
        Rows without the outcome, such as those of failed runs, are left out.
    outcome : str
        A column of numbers or truth values.
    by : sequence of str
        Columns that tell groups apart.
    confidence : float

    Returns
    -------
    DataFrame
        The columns of the groups, ``runs``, ``mean``, ``low`` and ``high``.
    """
    known = rows[rows[outcome].notna()]
    of_shares = known[outcome].isin((0, 1)).all()  # anywhere: some amounts of a group may be 0
    interval = _wilson if of_shares else _bootstrapped
    found = []
    for key, group in known.groupby(list(by), sort=True, observed=True):
        values = group[outcome].to_numpy(np.float64)
        mean = float(values.mean())
        low, high = interval(values, confidence)
        names = dict(zip(by, key, strict=True))
        found.append({**names, "runs": len(values), "mean": mean, "low": low, "high": high})
    return pd.DataFrame(found, columns=[*by, "runs", "mean", "low", "high"])


def _wilson(values: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    found = binomtest(int(values.sum()), len(values)).proportion_ci(confidence, "wilson")
    return float(found.low), float(found.high)


def _bootstrapped(values: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    drawn = bootstrap(
        (values,),
        np.mean,
        confidence_level=confidence,
        n_resamples=_RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    )
    return float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)
