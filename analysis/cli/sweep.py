"""The command ``sweep``: studies of many runs."""

from typing import Annotated

import typer

from curnits.analysis.cli.executing import (
    Cluster,
    Resume,
    Workers,
    carried_out,
    end_if_interrupted,
    list_runs,
)
from curnits.analysis.cli.options import Json, Quiet
from curnits.analysis.cli.usage import command


@command()
def sweep(
    source: Annotated[
        str,
        typer.Argument(
            metavar="STUDY.yaml", help="Study file, name of a study that comes along, or folder."
        ),
    ],
    workers: Workers = None,
    cluster: Cluster = None,
    out: Annotated[
        str | None,
        typer.Option(help="Folder or fsspec address; by default studies/<name>."),
    ] = None,
    resume: Resume = False,
    status: Annotated[bool, typer.Option("--status", help="Only say how far it is.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="The smaller version that the file states.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the runs.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Do many runs over parameters and seeds, and keep a table of what came out.

    Every run that is finished is kept at once, so that an interrupted study goes on with --resume.
    Rows do not depend on the number of workers, nor on order.

    [bold]Examples[/bold]

      curnits sweep when-do-threats-pay --dry-run
      curnits sweep study.yaml --workers 2 --out here
      curnits sweep here --status
      curnits sweep study.yaml --cluster tcp://127.0.0.1:8786 --out here --resume
    """
    from curnits.analysis.studies.studyfile import load_study
    from curnits.analysis.studies.sweeping import sweep as do
    from curnits.sim.scenario.catalogue import find_shipped

    if status:
        _status(source, out, json=json)
        return
    path = find_shipped("study", source)
    if path.is_dir():
        out, path = out or source, path / "study.yaml"
    study = load_study(path, quick=quick)
    if dry_run:
        points = ((point.id, point.labels) for point in study.design)
        list_runs("study", study.title, study.design.runs, points, json=json)
        return
    target = out or f"studies/{path.stem}"
    complete = carried_out(do, study, target, workers, cluster, resume=resume, quiet=quiet)
    _status(target, None, json=json)
    end_if_interrupted(complete=complete)


def _status(source: str, out: str | None, *, json: bool) -> None:
    """Say how far a study is."""
    from curnits.analysis.cli.console import console
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.studies.reading import open_study
    from curnits.sim.scenario.catalogue import find_shipped

    address = out or source
    if out is None and "://" not in source and (path := find_shipped("study", source)).is_file():
        address = f"studies/{path.stem}"
    data = open_study(address)
    runs, (rows, failed) = data.study.design.runs, data.counts()
    if json:
        found = {"study": data.study.title, "runs": runs, "done": rows - failed, "failed": failed}
        typer.echo(to_json({**found, "complete": data.complete, "out": address}), nl=False)
        return
    screen = console()
    screen.print(data.study.title, style="bold")
    screen.print(f"{rows:,} of {runs:,} runs are done, {failed:,} of them failed")
    if failed:
        for message, count in data.table("failures")["message"].value_counts().head(5).items():
            screen.print(f"  {count:,} × {message}", soft_wrap=True)
    screen.print(f"{'Complete' if data.complete else 'Not complete'}: {address}", soft_wrap=True)
