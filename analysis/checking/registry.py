"""Everything that ``check`` verifies, by the file that tells what kind of folder it is.

Called only by the command.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os.path import exists, isdir  # of names too long, too
from pathlib import Path

from curnits.analysis.checking.answers import check_solution
from curnits.analysis.checking.manyruns import (
    check_study,
    check_tournament,
    study_again,
    tournament_again,
)
from curnits.analysis.checking.populations import check_population, met_again
from curnits.analysis.checking.repeating import repeated
from curnits.analysis.checking.runs import check_run
from curnits.analysis.storage.populations import POPULATION
from curnits.analysis.storage.solutions import CheckRecord
from curnits.analysis.studies.folder import STUDY
from curnits.analysis.tournaments.folder import TOURNAMENT


@dataclass(frozen=True)
class Check:
    """How one kind of result is checked.

    Attributes
    ----------
    verify : callable
        Recomputes what follows from its files.
    again : callable or None
        Does everything again and adds to a report what differs, saying what share is done; None of
        solutions.
    """

    verify: Callable[[Path], CheckRecord]
    again: Callable[[CheckRecord, Path, Callable[[float], None]], CheckRecord] | None


SOLUTION, RUN = Check(check_solution, None), Check(check_run, repeated)

FOLDERS: Mapping[str, Check] = {
    POPULATION: Check(check_population, met_again),
    STUDY: Check(check_study, study_again),
    TOURNAMENT: Check(check_tournament, tournament_again),
}
"""Folders of other kinds than runs, by a file that they hold."""


def check_of(path: Path) -> Check:
    """Return how a file or folder is checked."""
    if not isdir(path):
        return SOLUTION
    return next((check for mark, check in FOLDERS.items() if exists(path / mark)), RUN)
