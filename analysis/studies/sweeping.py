"""A study from beginning to end: pending runs, an executor, and a folder that grows.

Called by ``curnits sweep``; tournaments can go the same way with a work and tasks of their own.
"""

from collections.abc import Callable, Sequence
from contextlib import closing

from curnits.analysis.storage.store import Store
from curnits.analysis.studies.execution.driver import Drive, Pace
from curnits.analysis.studies.execution.executor import Executor
from curnits.analysis.studies.folder import check_free, progress
from curnits.analysis.studies.study import Study
from curnits.analysis.studies.tasks import StudyRuns, study_tasks


def sweep(
    study: Study,
    store: Store,
    executor: Callable[[], Executor],
    command: Sequence[str],
    *,
    resume: bool,
    began: Callable[[int, int, int], None],
    advanced: Callable[[int, Pace, int], None],
    interrupted: Callable[[], bool],
) -> bool:
    """Do all runs of a study that are not done yet; return whether it is complete.

    Parameters
    ----------
    study : Study
    store : Store
        The folder.
    executor : callable
        Makes what executes the runs; called once it is known that the folder can be used.
    command : sequence of str
        For the manifest.
    resume : bool
        Whether the folder may hold runs of this study.
    began : callable
        Called with the numbers of pending and of all runs, and how many are done at a time.
    advanced : callable
        Called with the number of runs done since the last call, the pace, and the bytes they take.
    interrupted : callable
        Asked several times a second whether to stop.

    Raises
    ------
    FolderError
        If the folder cannot be used.
    ExecutorError
        If the workers cannot.
    """
    check_free(study, store, resume=resume)
    with closing(executor()) as crew, progress(study, store, command, resume=resume) as under_way:
        began(len(under_way.pending), study.design.runs, crew.workers)
        if len(under_way.pending):
            tasks = study_tasks(study, under_way.pending.tolist())
            drive = Drive(StudyRuns(study), tasks, crew, under_way.keep, advanced)
            if not drive.run(interrupted):
                return False
        under_way.complete(command)
        return True
