"""The executor on Dask distributed: a running scheduler, or a small cluster on this machine.

Needs the extra ``cluster``. Results are taken as they arrive, since a scheduler that dies takes
with it whatever it still holds.
"""

from asyncio import gather
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from logging import CRITICAL, getLogger
from multiprocessing.resource_tracker import ensure_running
from queue import Empty, SimpleQueue
from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, pthread_sigmask
from time import monotonic
from typing import Any
from uuid import uuid4

from curnits.analysis.studies.execution.driver import ExecutorError
from curnits.analysis.studies.execution.executor import Batch, Finished, perform

try:
    import dask
    from distributed import Client, Future, LocalCluster
    from distributed.scheduler import KilledWorker
    from distributed.utils import LoopRunner
    from tornado.ioloop import IOLoop
except ImportError as error:
    raise ExecutorError(
        "--cluster needs Dask distributed, which the extra cluster brings (in Curnits's own "
        "folder: pip install '.[cluster]')"
    ) from error

_PATIENCE = 4
"""Seconds for a scheduler, and for its first worker, to answer."""

_SECONDS_TO_END = 0.3
"""For workers of a local cluster to end by themselves, before they are made to."""

_RECOUNT = 2.0
"""Seconds after which workers are counted again: they may come and go."""


class Cluster:
    """Performs batches on the workers of a Dask scheduler.

    Parameters
    ----------
    address : str
        Such as ``tcp://host:8786``.

    Raises
    ------
    ExecutorError
        If nobody answers there, there is no worker, or one has another version of this package.
    """

    parallel = True

    def __init__(self, address: str, cluster: LocalCluster | None = None) -> None:
        self._address, self._cluster = address, cluster
        self._arrived: SimpleQueue[tuple[int, Future[Any]]] = SimpleQueue()
        self._futures: dict[int, Future[Any]] = {}
        self._name = f"curnits-{uuid4().hex}"
        self._threads, self._counted = 1, -_RECOUNT
        for logger in ("distributed", "distributed.client", "distributed.nanny"):
            getLogger(logger).setLevel(CRITICAL)  # what matters is said by this class
        try:
            self._client = Client(cluster or address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise ExecutorError(
                f"--cluster {address}: no scheduler answers there (expected an address such as "
                "tcp://host:8786, or local)"
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            self.close()
            raise ExecutorError(
                f"--cluster {address}: the scheduler has no workers (expected: dask worker "
                f"{address})"
            ) from error
        self._check_versions()

    @property
    def workers(self) -> int:
        """Threads of all workers just now; one where all are gone, so that somebody waits."""
        if monotonic() - self._counted > _RECOUNT:
            try:
                threads: dict[str, int] = self._client.nthreads()
            except OSError as error:
                raise self._gone() from error
            self._threads, self._counted = max(1, sum(threads.values())), monotonic()
        return self._threads

    def submit(self, batch: Batch) -> None:
        """Send a batch to the scheduler."""
        number = batch.number
        try:
            future = self._client.submit(perform, batch, key=f"{self._name}-{number}", pure=False)
        except OSError as error:
            raise self._gone() from error
        self._futures[number] = future
        future.add_done_callback(lambda done: self._arrived.put((number, done)))

    def wait(self, seconds: float) -> list[Finished]:
        """Return what has arrived.

        Raises
        ------
        ExecutorError
            If the scheduler is gone.
        """
        if self._client.status != "running":
            raise self._gone()
        finished: list[Finished] = []
        with suppress(Empty):
            while True:
                number, future = self._arrived.get(timeout=0 if finished else seconds)
                finished.append(self._received(number, future))
        return finished

    def close(self) -> None:
        """Cancel what was submitted, and leave."""
        if self._client.status == "closed":
            return
        futures = list(self._futures.values())
        self._futures.clear()
        with suppress(OSError):  # TimeoutError is one
            self._client.cancel(futures, force=True)
        with suppress(OSError):
            self._client.close(timeout=1)
        if self._cluster is not None:
            with suppress(OSError):
                self._cluster.sync(_end_workers, self._cluster)
                self._cluster.close(timeout=2)

    def _received(self, number: int, future: "Future[Any]") -> Finished:
        self._futures.pop(number, None)
        if future.status == "finished":
            result: Finished = future.result()
            return result
        if future.status == "error" and isinstance(future.exception(), KilledWorker):
            return Finished(number)
        if future.status == "error":
            raise ExecutorError(f"--cluster {self._address}: {future.exception()}")
        raise self._gone()

    def _check_versions(self) -> None:
        own, found = version("curnits"), self._client.run(_version)
        for worker, other in found.items():
            if other != own:
                self.close()
                raise ExecutorError(
                    f"--cluster {self._address}: the worker {worker} has curnits {other} "
                    f"(expected {own}, as here)"
                )

    def _gone(self) -> ExecutorError:
        return ExecutorError(
            f"--cluster {self._address}: the scheduler is gone; what is finished is kept, and "
            "--resume goes on"
        )


def local_cluster(workers: int) -> Cluster:
    """Return a cluster of processes on this machine, on loopback only, gone when it is closed."""
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        cluster: Any = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else the one port of all
            host="127.0.0.1",
            silence_logs=CRITICAL,
            loop=_uninterrupted_loop(),
        )
    return Cluster("local", cluster)


def _uninterrupted_loop() -> IOLoop:
    """Start a loop whose thread, and so all workers started from it, has Ctrl-C blocked.

    It reaches all processes of a terminal, and is the main thread's to answer.
    """
    ensure_running()  # which starting a process would do, and unblock
    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        runner = LoopRunner()
        runner.start()
    finally:
        pthread_sigmask(SIG_SETMASK, before)
    loop: IOLoop = runner.loop
    return loop


async def _end_workers(cluster: LocalCluster) -> None:
    """End workers soon, even in the middle of a task, for which the cluster itself would wait."""
    nannies = cluster.workers.values()
    await gather(*(one.close(timeout=_SECONDS_TO_END) for one in nannies), return_exceptions=True)


def _version() -> str:
    try:
        return version("curnits")
    except PackageNotFoundError:
        return "none"
