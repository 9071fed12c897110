"""Figures as files: the image, the data behind it and a caption; and where they go."""

from collections.abc import Sequence
from os.path import isdir  # of names too long, too
from pathlib import Path

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.drawing import FORMATS, Drawn, draw, overview, pages
from curnits.analysis.figures.registry import figure_named
from curnits.analysis.storage.csv import csv
from curnits.analysis.storage.rundata import RunData


def plot_files(
    runs: Sequence[RunData],
    form: str,
    figure: str | None = None,
    stem: str | None = None,
    width: str | None = None,
) -> dict[str, bytes]:
    """Return the files of one figure, or of all that apply and an overview, by name.

    Parameters
    ----------
    runs : sequence of RunData
        The first is shown; figures over several runs use all.
    form : str
        One of :data:`FORMATS`.
    figure : str, optional
        A key of :data:`curnits.analysis.figures.registry.FIGURES`.
    stem : str, optional
        Name of the files of one figure, instead of its own.
    width : str, optional
        See :func:`curnits.analysis.figures.drawing.draw`.

    Raises
    ------
    FigureError
        If the figure is unknown or has nothing to show, or the runs are not of one game.
    """
    if figure is None:
        made = pages(runs)
        drawn = [draw(name, panels, runs, form, width) for name, panels in made.items()]
        return files_of([*drawn, overview(made, runs, form)], form)
    made = pages(runs, [figure])
    if figure not in made:
        needs = figure_named(figure).needs
        raise FigureError(f"{figure} has nothing to show (expected {needs})")
    return files_of([draw(figure, made[figure], runs, form, width)], form, stem)


def target(
    out: Path | None, default: Path, form: str | None, figure: str | None
) -> tuple[Path, str | None, str]:
    """Return the folder, the stem if ``out`` names a file, and the format that are meant.

    Raises
    ------
    FigureError
        If ``out`` is a file, but not of the format, or not of one figure.
    """
    ending = "" if out is None or isdir(out) else out.suffix.lstrip(".")
    if out is None or ending not in FORMATS:
        if figure is not None and ending.isalpha():
            raise FigureError(f"--out {out}: expected the ending {', '.join(FORMATS)}, or a folder")
        return out or default, None, form or FORMATS[0]
    if form not in (None, ending):
        raise FigureError(f"--out {out} does not end in the format {form}")
    if figure is None:
        raise FigureError(f"--out {out} is one file: say which --figure")
    return out.parent, out.stem, ending


def files_of(drawn: Sequence[Drawn], form: str, stem: str | None = None) -> dict[str, bytes]:
    """Return image, caption and data of figures by the names of the files they belong into."""
    files = {}
    for figure in drawn:
        base = stem or figure.name
        files[f"{base}.{form}"] = figure.image
        files[f"{base}.txt"] = figure.caption.encode()
        for name, table in figure.tables.items():
            files[f"{base}{name.removeprefix(figure.name)}.csv"] = csv(table)
    return files
