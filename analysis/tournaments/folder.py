"""The folder of a tournament: begun, gone on with, completed, and read back.

Holds ``tournament.yaml``, ``manifest.json``, parts of tables while it lasts, and at the end
``runs`` (a row a line-up) and ``seats`` (a row a seat) as Parquet files and ``results.json``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from curnits.analysis.storage.columns import typed
from curnits.analysis.storage.folder import versions
from curnits.analysis.storage.parts import Parts, read_rows, stored_files
from curnits.analysis.storage.resuming import check_unchanged, is_begun
from curnits.analysis.storage.seals import MANIFEST, FolderError, manifest_bytes
from curnits.analysis.storage.store import Store
from curnits.analysis.studies.execution.executor import DONE, ID, RUNS, Task
from curnits.analysis.tournaments.rows import COLUMNS, LABELS, check_runs, check_seats
from curnits.analysis.tournaments.tasks import SEATS
from curnits.analysis.tournaments.tournament import Tournament
from curnits.analysis.tournaments.tournamentfile import read_tournament
from curnits.sim.files.json import MAX_BYTES
from curnits.sim.files.reading import printable
from curnits.sim.files.yaml import MAX_CHARACTERS

TOURNAMENT = "tournament.yaml"
RESULTS = "results.json"


@dataclass(frozen=True, eq=False)
class Progress:
    """The runs of a tournament that are to be done, and where their rows go.

    Attributes
    ----------
    tournament : Tournament
    store : Store
    parts : Parts
    pending : ndarray of int
        Numbers of line-ups.
    """

    tournament: Tournament
    store: Store
    parts: Parts
    pending: NDArray[np.int64]

    def tasks(self) -> Iterator[Task]:
        """Yield the runs that are to be done, in the order of the file."""
        for number in self.pending.tolist():
            lineup = self.tournament.lineups[number]
            yield Task(lineup.id, lineup)

    def complete(self) -> None:
        """Put all rows together."""
        self.parts.complete([lineup.id for lineup in self.tournament.lineups])

    def seal(self, results: str, command: Sequence[str]) -> None:
        """Write what came out, and say that nothing is missing."""
        self.store.write(RESULTS, results.encode())
        self.store.seal(_about(self.tournament, command, unfinished=False))


@contextmanager
def progress(
    tournament: Tournament, store: Store, command: Sequence[str], *, resume: bool
) -> Iterator[Progress]:
    """Begin the folder of a tournament, or go on with it, with nobody else writing there.

    Raises
    ------
    FolderError
        As of :func:`check_free`, or if the folder is in use or cannot be written.
    """
    check_free(tournament, store, resume=resume)
    with store.locked():
        check_free(tournament, store, resume=resume)
        check_unchanged(store)
        store.write(TOURNAMENT, tournament.to_yaml().encode())
        about = _about(tournament, command, unfinished=True)
        store.write(MANIFEST, manifest_bytes(about, {}))
        parts = Parts(store, RUNS, ID)
        ids = np.array([int(lineup.id, 16) for lineup in tournament.lineups], np.uint64)
        pending = np.flatnonzero(~np.isin(ids, parts.finished()))
        yield Progress(tournament, store, parts, pending)


def check_free(tournament: Tournament, store: Store, *, resume: bool) -> None:
    """Check that a tournament can be begun, or gone on with, in a folder.

    Raises
    ------
    FolderError
        If the folder holds something else, another tournament, or this one and it is not to be
        resumed.
    """
    if not is_begun(store, TOURNAMENT, "tournament", resume=resume):
        return
    if change := _changed(stored_tournament(store), tournament):
        raise FolderError(
            f"{store.address}: earlier runs are not runs of this tournament any more: {change} "
            "(policies, games, draws and replications can be added; --out names another place)"
        )


@dataclass(frozen=True, eq=False)
class TournamentData:
    """The rows of a tournament, as far as they are there."""

    tournament: Tournament
    store: Store

    def table(self, name: str) -> pd.DataFrame:
        """Read ``runs`` or ``seats``.

        Raises
        ------
        FolderError
            If it is not there, or cannot be read.
        """
        names = stored_files(self.store, RUNS).get(name, [])
        if not names:
            raise FolderError(f"{self.store.address}: no table {name!r} yet")
        return typed(f"{self.store.address}: {name}", read_rows(self.store, names), COLUMNS[name])

    def results(self) -> str:
        """Return what came out, as it was written when the last run was done."""
        return self.store.text(RESULTS, MAX_BYTES)

    def runs(self) -> pd.DataFrame:
        """Return a row a run, done or failed.

        Raises
        ------
        FolderError
            As above, or if a row is not that of a run of the tournament.
        """
        runs = self.table(RUNS)
        check_runs(f"{self.store.address}: {RUNS}", self.tournament, runs)
        return runs

    def seats(self) -> pd.DataFrame:
        """Return a row a seat of every run that is done, with the columns of its run.

        Raises
        ------
        FolderError
            As above, or if it is not those who sat there who have rows.
        """
        runs = self.runs()
        done = runs[runs["status"] == DONE]
        seats = self.table(SEATS)
        check_seats(f"{self.store.address}: {SEATS}", self.tournament, seats, done[ID].tolist())
        return seats.merge(done[[ID, *LABELS]], on=ID, how="inner")


def open_tournament(address: str) -> TournamentData:
    """Open the folder of a tournament, complete or not.

    Raises
    ------
    FolderError, ScenarioError
        If it is none.
    """
    store = Store(address)
    return TournamentData(stored_tournament(store), store)


def stored_tournament(store: Store) -> Tournament:
    """Return the tournament whose folder this is; errors as of :func:`open_tournament`."""
    if not store.exists(TOURNAMENT):
        expected = f"expected {TOURNAMENT} in it"
        raise FolderError(f"{store.address}: not the folder of a tournament ({expected})")
    text = store.text(TOURNAMENT, MAX_CHARACTERS)
    return read_tournament(text, Path(store.path(TOURNAMENT)))


def _changed(old: Tournament, new: Tournament) -> str:
    """Return what is different, if runs of the old tournament are not runs of the new one."""
    before, now = (each.file.model_dump(mode="json") for each in (old, new))
    rows = [(key, before[key], now[key]) for key in ("negotiation", "run")]
    past, present = before["tournament"], now["tournament"]
    rows += [(key, past[key], present[key]) for key in ("seed", "reference")]
    for key in ("policies", "games"):
        for name, entry in past[key].items():
            rows.append((f"{key}.{name}", entry, present[key].get(name)))
    for key, entry, other in rows:
        if other is None:
            return f"{key} is gone"
        added = isinstance(other, dict) and other.get("draws", 0) > entry.get("draws", 0)
        if entry != ({**other, "draws": entry["draws"]} if added else other):
            return f"{key} is another"
    return ""


def _about(
    tournament: Tournament, command: Sequence[str], *, unfinished: bool
) -> dict[str, object]:
    return {
        **versions(),
        "tournament": tournament.file.title,
        "seed": tournament.section.seed,
        "runs": len(tournament.lineups),
        "command": [printable(word) for word in command],
        "unfinished": unfinished,
    }
