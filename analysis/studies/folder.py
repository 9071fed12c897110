"""The folder of a study: begun, gone on with, and completed.

Takes a study and a place, gives what runs are still to be done and where their rows go. Holds
``study.yaml``, ``manifest.json``, parts of tables while the study lasts, and at the end ``runs``,
``agents`` and other tables as Parquet files.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.storage.folder import versions
from curnits.analysis.storage.parts import Parts
from curnits.analysis.storage.resuming import check_unchanged, is_begun
from curnits.analysis.storage.seals import MANIFEST, FolderError, manifest_bytes
from curnits.analysis.storage.store import Store
from curnits.analysis.studies.changes import changes
from curnits.analysis.studies.execution.executor import ID, RUNS, Tables
from curnits.analysis.studies.study import Study
from curnits.analysis.studies.studyfile import read_study
from curnits.sim.files.reading import printable
from curnits.sim.files.yaml import MAX_CHARACTERS

STUDY = "study.yaml"


@dataclass(frozen=True, eq=False)
class Progress:
    """The runs of a study that are to be done, and where their rows go.

    Attributes
    ----------
    study : Study
    store : Store
    parts : Parts
    pending : ndarray of int
        Numbers of runs in the design.
    """

    study: Study
    store: Store
    parts: Parts
    pending: NDArray[np.int64]

    def keep(self, tables: Tables) -> None:
        """Write rows of finished runs."""
        self.parts.add(tables)

    def complete(self, command: Sequence[str]) -> dict[str, int]:
        """Put all rows together, and seal the folder; return the rows of each table."""
        order = [f"{number:016x}" for number in self.study.design.ids.tolist()]
        rows = self.parts.complete(order)
        self.store.seal(_about(self.study, command, unfinished=False))
        return rows


@contextmanager
def progress(
    study: Study, store: Store, command: Sequence[str], *, resume: bool
) -> Iterator[Progress]:
    """Begin the folder of a study, or go on with it; nobody else can as long as the block lasts.

    Raises
    ------
    FolderError
        If the folder holds something else, or this study and it is not to be resumed; if runs in it
        are not those of the study; if it is in use or cannot be written.
    """
    check_free(study, store, resume=resume)
    with store.locked():
        check_free(study, store, resume=resume)
        check_unchanged(store)
        store.write(STUDY, study.to_yaml().encode())
        store.write(MANIFEST, manifest_bytes(_about(study, command, unfinished=True), {}))
        parts = Parts(store, RUNS, ID)
        done = np.isin(study.design.ids, parts.finished())
        yield Progress(study, store, parts, np.flatnonzero(~done))


def stored_study(store: Store, *, check: bool = False) -> Study:
    """Return the study whose folder this is.

    Raises
    ------
    FolderError, ScenarioError
        If it is none.
    """
    if not store.exists(STUDY):
        raise FolderError(f"{store.address}: not the folder of a study (expected {STUDY} in it)")
    name = store.root.rstrip("/").rpartition("/")[2]
    text = store.text(STUDY, MAX_CHARACTERS)
    study = read_study(text, Path(store.path(STUDY)), check=check)
    return Study(name, study.section, study.base)


def _about(study: Study, command: Sequence[str], *, unfinished: bool) -> dict[str, object]:
    return {
        **versions(),
        "study": study.title,
        "seed": study.section.seed,
        "runs": study.design.runs,
        "command": [printable(word) for word in command],
        "unfinished": unfinished,
    }


def check_free(study: Study, store: Store, *, resume: bool) -> None:
    """Check that a study can be begun, or gone on with, in a folder.

    Raises
    ------
    FolderError
        If not.
    """
    if not is_begun(store, STUDY, "study", resume=resume):
        return
    if found := changes(stored_study(store), study):
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise FolderError(
            f"{store.address}: earlier runs are not runs of this study any more: {found[0]}{more} "
            "(values can be added; --out names another place)"
        )
