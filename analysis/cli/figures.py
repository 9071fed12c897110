"""The commands that draw: ``plot`` and ``report``."""

from collections.abc import Sequence
from enum import StrEnum
from os.path import exists  # of names too long, too
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curnits.analysis.cli.options import Force, Quiet
from curnits.analysis.cli.usage import command

if TYPE_CHECKING:
    from curnits.analysis.storage.rundata import RunData


class ImageFormat(StrEnum):
    """What ``plot`` writes."""

    PDF = "pdf"
    SVG = "svg"
    PNG = "png"


class Width(StrEnum):
    """How wide figures are."""

    COLUMN = "column"
    PAGE = "page"


@command()
def plot(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN_DIR|STUDY_DIR|TOURNAMENT_DIR|…")],
    figure: Annotated[
        str | None,
        typer.Option(
            help="frontier, prices, basins, convergence, coalitions, dividends, threats, "
            "escalation, talks, policies, trades or comparison. By default all that apply, and "
            "an overview. Of a study: bands, heat, phase, distribution, ecdf, or a name from its "
            "file. Of a tournament: matrix, shares, simplex or focus. Of a population: encounters."
        ),
    ] = None,
    x: Annotated[str | None, typer.Option(help="Of a study: column along.")] = None,
    y: Annotated[str | None, typer.Option(help="Of a study: column up.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Of a study: column shown.")] = None,
    by: Annotated[str | None, typer.Option(help="Of a study: column of groups.")] = None,
    form: Annotated[
        ImageFormat | None, typer.Option("--format", help="Format of images; by default pdf.")
    ] = None,
    width: Annotated[
        Width | None,
        typer.Option(help="3.3 or 6.9 inches; by default a column, or a page for several panels."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder, or the file of one figure; by default RUN_DIR/figures."),
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Draw figures for papers, each with the data behind it as CSV and a caption.

    The first run is shown; of several runs with other seeds, convergence is drawn as a band.

    [bold]Examples[/bold]

      curnits plot runs/hot-dog-stands-seed1
      curnits plot runs/hot-dog-stands-seed1 --figure frontier --out frontier.svg
      curnits plot runs/hot-dog-stands-seed1 --width column --format png
      curnits plot runs/a-seed1 runs/a-seed2 --figure convergence --out seeds
      curnits plot studies/mine --figure bands --x run.tolerance --outcome distance
      curnits plot tournaments/six-ways --figure matrix
      curnits plot populations/word-gets-around-seed1
    """
    from curnits.analysis.cli.console import waiting
    from curnits.analysis.figures import FigureError
    from curnits.analysis.figures.saving import files_of, plot_files, target
    from curnits.analysis.storage.files import write_files
    from curnits.analysis.storage.rundata import read_run
    from curnits.sim.files.reading import about

    place, stem, ending = target(out, folders[0] / "figures", form, figure)
    columns = {"x": x, "y": y, "outcome": outcome, "by": by}
    with about(folders[0]), waiting("Drawing", quiet=quiet):
        if exists(folders[0] / "study.yaml"):
            from curnits.analysis.figures.sweeps.plotting import draw_study
            from curnits.analysis.studies.reading import open_study

            drawn = draw_study(open_study(str(folders[0])), ending, figure, **columns)
            files = files_of(drawn, ending, stem)
        elif any(columns.values()):
            raise FigureError("--x, --y, --outcome and --by are for studies (found a run)")
        elif exists(folders[0] / "tournament.yaml"):
            from curnits.analysis.figures.tournaments.plotting import draw_tournament
            from curnits.analysis.tournaments.folder import open_tournament
            from curnits.analysis.tournaments.results import results

            found = results(open_tournament(str(folders[0])))
            files = files_of(draw_tournament(found, ending, figure), ending, stem)
        elif exists(folders[0] / "population.yaml"):
            from curnits.analysis.figures.populations import draw_population
            from curnits.analysis.storage.populations import read_population

            drawn = draw_population(read_population(folders[0]), ending, figure)
            files = files_of(drawn, ending, stem)
        else:
            runs = [read_run(folder) for folder in folders]
            _say_unfinished(folders, runs)
            files = plot_files(runs, ending, figure, stem, width)
        write_files(place, files, replace=force)
    for name in files:
        typer.echo(place / name)


@command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN_DIR")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; by default RUN_DIR/report.html.")
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write a page about a run: verdict, tables, figures and how to reproduce it.

    The page is one file that needs no network.

    [bold]Example[/bold]

      curnits report runs/hot-dog-stands-seed1
    """
    from curnits.analysis.cli.console import waiting
    from curnits.analysis.storage.files import check_untaken, write_files
    from curnits.analysis.storage.record import utf8_safe
    from curnits.analysis.storage.rundata import read_run
    from curnits.analysis.view.html_report import page
    from curnits.sim.files.reading import about

    place = out or folder / "report.html"
    with about(folder), waiting("Drawing", quiet=quiet):
        run = read_run(folder)
        _say_unfinished([folder], [run])
        check_untaken(place.parent, [place.name], replace=force)
        content = utf8_safe(page(run)).encode()
        write_files(place.parent, {place.name: content}, replace=force)
    typer.echo(place)


def _say_unfinished(folders: Sequence[Path], runs: "Sequence[RunData]") -> None:
    for folder, run in zip(folders, runs, strict=True):
        if run.summary.unfinished:
            after = f"interrupted after {run.summary.ticks:,} ticks"
            typer.echo(f"curnits: {folder}: the run is unfinished, {after}", err=True)
