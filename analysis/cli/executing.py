"""Many runs: where they are executed, how far they are, and which there are.

Called by the commands ``sweep``, ``tournament``, ``basins`` and ``multiplicity``.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from curnits.analysis.studies.execution.driver import Pace
    from curnits.analysis.studies.execution.executor import Executor

Resume = Annotated[bool, typer.Option("--resume", help="Go on with what was interrupted.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes; by default all runs in this one.")
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS|local", help="Dask scheduler, such as tcp://host:8786."),
]


def executor(workers: int | None, cluster: str | None) -> "Executor":
    """Return what executes runs: this process, others, or a cluster."""
    from curnits.analysis.studies.execution.local import InProcess
    from curnits.analysis.studies.execution.local import Workers as Processes

    if cluster is not None:
        from curnits.analysis.studies.execution.cluster import Cluster as Dask
        from curnits.analysis.studies.execution.cluster import local_cluster

        return local_cluster(workers or 2) if cluster == "local" else Dask(cluster)
    return InProcess() if workers is None else Processes(workers)


def carried_out(
    do: Callable[..., bool],
    work: Any,
    target: str,
    workers: int | None,
    cluster: str | None,
    *,
    resume: bool,
    quiet: bool,
) -> bool:
    """Do all runs of a study or a tournament into a folder, and say whether it is complete.

    Parameters
    ----------
    do : callable
        :func:`curnits.analysis.studies.sweeping.sweep`, or what has the same parameters.
    work : Study or Tournament
    target : str
        Folder or fsspec address.
    """
    from curnits.analysis.storage.store import Store
    from curnits.analysis.studies.interrupting import interruptible

    with interruptible() as stopped, shown(quiet=quiet) as (began, advanced):
        return do(
            work,
            Store(target),
            lambda: executor(workers, cluster),
            ["curnits", *sys.argv[1:]],
            resume=resume,
            began=began,
            advanced=advanced,
            interrupted=stopped,
        )


def end_if_interrupted(*, complete: bool) -> None:
    """End the command with status 130 if its runs were interrupted."""
    from curnits.analysis.studies.interrupting import STATUS

    if not complete:
        typer.echo("curnits: interrupted; --resume goes on", err=True)
        raise typer.Exit(STATUS)


def list_runs(
    kind: str, title: str, count: int, runs: Iterable[tuple[str, Mapping[str, Any]]], *, json: bool
) -> None:
    """List runs, a line each: their numbers, and what sets them apart."""
    from curnits.analysis.storage.record import to_json

    if json:
        rows = [{"run": number, **labels} for number, labels in runs]
        typer.echo(to_json({kind: title, "runs": rows}), nl=False)
        return
    typer.echo(f"{title}: {count:,} runs")
    for number, labels in runs:
        typer.echo(" ".join([number, *(f"{name}={x}" for name, x in labels.items())]))


@contextmanager
def shown(
    *, quiet: bool
) -> "Iterator[tuple[Callable[[int, int, int], None], Callable[[int, Pace, int], None]]]":
    """Say what many runs will take, and show a bar on a terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from curnits.analysis.cli.console import console

    screen = console(stderr=True)
    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("Runs"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(
        *columns, console=screen, transient=True, disable=quiet or not screen.is_terminal
    ) as bar:
        task = bar.add_task("Runs", total=None, rate="")
        left, beside, estimated = 0, 1, False

        def say(text: str) -> None:
            if not quiet:
                screen.print(f"curnits: {text}", soft_wrap=True)

        def began(pending: int, runs: int, workers: int) -> None:
            nonlocal left, beside
            left, beside = pending, workers
            bar.update(task, total=runs, completed=runs - pending)
            done = f", {runs - pending:,} of them done" if pending < runs else ""
            say(f"{runs:,} runs{done}")

        def advanced(done: int, pace: "Pace", size: int) -> None:
            nonlocal left, estimated
            left -= done
            if pace.known and left and not estimated:
                estimated = True
                seconds = left * (pace.seconds or 0.0) / beside
                disk = left * size / done
                bound = "at most " if pace.grouped else ""
                say(f"{left:,} more take {bound}about {_time(seconds)} and {_size(disk)} of disk")
            shown = f"{beside / pace.seconds:.3g}/s" if pace.seconds else ""
            bar.update(task, advance=done, rate=shown)

        yield began, advanced


def _time(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 1.0):.0f} s"


def _size(amount: float) -> str:
    return f"{amount / 1e6:,.1f} MB" if amount >= 1e5 else f"{amount / 1e3:,.1f} kB"
