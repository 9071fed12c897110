"""Executors on this machine: the process itself, or processes that are started for the purpose."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from multiprocessing.resource_tracker import ensure_running
from signal import (
    SIG_BLOCK,
    SIG_DFL,
    SIG_IGN,
    SIG_SETMASK,
    SIGINT,
    SIGTERM,
    default_int_handler,
    pthread_sigmask,
    raise_signal,
    signal,
)
from threading import Thread

from curnits.analysis.studies.execution.executor import Batch, Finished, perform

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
"""Settings of numerical libraries, which read them when they are loaded."""

_IMPORTED = ["curnits.analysis.studies.tasks"]
"""Modules that the work of most studies needs."""

_SECONDS_TO_END = 0.5
"""For workers that are told to end, before they are made to."""


class InProcess:
    """Performs batches one after the other while it is waited for; to be used in the main thread.

    Ctrl-C ends the task under way, and counts as pressed for whoever else watches for it.
    """

    workers = 1
    parallel = False

    def __init__(self) -> None:
        self._batches: deque[Batch] = deque()

    def submit(self, batch: Batch) -> None:
        """Take a batch."""
        self._batches.append(batch)

    def wait(self, seconds: float) -> list[Finished]:
        """Perform a batch, if there is one."""
        if not self._batches:
            return []
        usual = signal(SIGINT, default_int_handler)
        try:
            finished = perform(self._batches.popleft())
        finally:
            signal(SIGINT, usual)
        if finished.interrupted:
            raise_signal(SIGINT)
        return [finished]

    def close(self) -> None:
        """Forget what was not begun."""
        self._batches.clear()


@dataclass
class _Worker:
    """A process, the way to it, and what it is busy with."""

    process: ForkServerProcess
    pipe: Connection
    busy: int | None = None


@dataclass
class Workers:
    """Processes on this machine, each with a single numerical thread.

    A worker that dies is replaced; the batch it was busy with, and no other, is lost.
    """

    workers: int
    parallel: bool = field(default=True, init=False)
    _waiting: deque[Batch] = field(default_factory=deque)
    _crew: list[_Worker] = field(default_factory=list)

    def submit(self, batch: Batch) -> None:
        """Take a batch, and start a worker if there are too few."""
        self._waiting.append(batch)
        self._assign()

    def wait(self, seconds: float) -> list[Finished]:
        """Return what workers have finished, and what was lost with them."""
        busy = {worker.pipe: worker for worker in self._crew if worker.busy is not None}
        ready = wait(list(busy), seconds)
        finished = [self._received(busy[pipe]) for pipe in ready if isinstance(pipe, Connection)]
        self._assign()
        return finished

    def close(self) -> None:
        """End all workers."""
        self._waiting.clear()
        for worker in self._crew:
            worker.process.terminate()
        for worker in self._crew:
            worker.process.join(_SECONDS_TO_END)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()
        self._crew.clear()

    def _received(self, worker: _Worker) -> Finished:
        number, worker.busy = worker.busy, None
        assert number is not None  # only busy workers are listened to
        try:
            finished = worker.pipe.recv()
            assert isinstance(finished, Finished)
            return finished
        except (EOFError, OSError):
            self._dismiss(worker)
            return Finished(number)

    def _assign(self) -> None:
        while self._waiting:
            free = next((worker for worker in self._crew if worker.busy is None), None)
            if free is None:
                if len(self._crew) == self.workers:
                    return
                free = _started()
                self._crew.append(free)
            try:
                free.pipe.send(self._waiting[0])
                free.busy = self._waiting.popleft().number
            except OSError:  # it died while it had nothing to do
                self._dismiss(free)

    def _dismiss(self, worker: _Worker) -> None:
        self._crew.remove(worker)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()


def _started() -> _Worker:
    context = get_context("forkserver")  # what workers need is imported once, for all of them
    context.set_forkserver_preload(_IMPORTED)
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    ensure_running()  # or else it is done below, and lets signals through
    usual = pthread_sigmask(SIG_BLOCK, {SIGINT})  # which would interrupt imports in the new process
    try:
        with single_threaded():
            process.start()
    finally:
        pthread_sigmask(SIG_SETMASK, usual)
    there.close()
    return _Worker(process, here)


@contextmanager
def single_threaded() -> Iterator[None]:
    """Let processes that are started within the block have one numerical thread each."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(pipe: Connection) -> None:
    """Perform batches until the process that sends them is gone; the main function of a worker."""
    signal(SIGINT, SIG_IGN)  # it reaches all processes of a terminal, and is the parent's to answer
    signal(SIGTERM, SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            pipe.send(perform(pipe.recv()))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
