"""A tournament from beginning to end: pending runs, an executor, a folder, and results."""

from collections.abc import Callable, Sequence
from contextlib import closing

from curnits.analysis.storage.record import to_json
from curnits.analysis.storage.store import Store
from curnits.analysis.studies.execution.driver import Drive, Pace
from curnits.analysis.studies.execution.executor import Executor
from curnits.analysis.tournaments.folder import TournamentData, check_free, progress
from curnits.analysis.tournaments.records import TournamentRecord
from curnits.analysis.tournaments.results import results
from curnits.analysis.tournaments.tasks import TournamentRuns
from curnits.analysis.tournaments.tournament import Tournament


def play(
    tournament: Tournament,
    store: Store,
    executor: Callable[[], Executor],
    command: Sequence[str],
    *,
    resume: bool,
    began: Callable[[int, int, int], None],
    advanced: Callable[[int, Pace, int], None],
    interrupted: Callable[[], bool],
) -> bool:
    """Do all runs that are not done yet, and work out results; return whether it is complete.

    Parameters are those of :func:`curnits.analysis.studies.sweeping.sweep`.

    Raises
    ------
    FolderError
        If the folder cannot be used.
    ExecutorError
        If the workers cannot.
    """
    check_free(tournament, store, resume=resume)
    with (
        closing(executor()) as crew,
        progress(tournament, store, command, resume=resume) as under_way,
    ):
        began(len(under_way.pending), len(tournament.lineups), crew.workers)
        if len(under_way.pending):
            drive = Drive(
                TournamentRuns(tournament), under_way.tasks(), crew, under_way.parts.add, advanced
            )
            if not drive.run(interrupted):
                return False
        under_way.complete()
        found = results(TournamentData(tournament, store))
        under_way.seal(to_json(TournamentRecord.of(found)), command)
        return True
