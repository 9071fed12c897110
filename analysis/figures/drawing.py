"""Panels put on a page, and pages turned into bytes that are the same every time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from textwrap import fill

import pandas as pd
from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.base import FigureKind, Panel, shortened
from curnits.analysis.figures.fonts import families
from curnits.analysis.figures.registry import FIGURES, figure_named
from curnits.analysis.storage.rundata import RunData
from curnits.analysis.storage.solutions import transfers_said

WIDTHS: Mapping[str, float] = {"column": 3.3, "page": 6.9}
"""Widths of a column and of a page of two columns, inches."""

_FEW = 3
"""Panels that always stand one above the other in a column."""

_MARGIN = 8
"""Letters by which a title is narrower than its panel, for the axis beside it."""

_LETTER, _LINE, _HANDLE = 0.06, 0.165, 0.5
"""About the width of a letter, the height of a line and the width of a legend's handle, inches."""

FORMATS = ("pdf", "svg", "png")
OVERVIEW = "overview"

_METADATA: Mapping[str, dict[str, str | None]] = {
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
    "png": {"Software": None},
}


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure with what belongs to it.

    Attributes
    ----------
    name : str
    image : bytes
    tables : dict from str to DataFrame
        The data behind it, by name.
    caption : str
    """

    name: str
    image: bytes
    tables: Mapping[str, pd.DataFrame]
    caption: str


def pages(runs: Sequence[RunData], names: Iterable[str] = FIGURES) -> dict[str, list[Panel]]:
    """Return the panels of figures of one or more runs of a game.

    Parameters
    ----------
    runs : sequence of RunData
        The first is shown; figures over several runs use all.
    names : iterable of str
        Keys of :data:`FIGURES`; those that have nothing to show are left out.

    Raises
    ------
    FigureError
        If a figure is unknown, or the runs are not of the same game.
    """
    for run in runs[1:]:
        if run.players != runs[0].players:
            raise FigureError(
                f"expected runs of one game, of {list(runs[0].players)} "
                f"(found one of {list(run.players)})"
            )
    made = {name: figure_named(name).panels(runs) for name in names}
    return {name: panels for name, panels in made.items() if panels}


def draw(
    name: str,
    panels: Sequence[Panel],
    runs: Sequence[RunData],
    form: str,
    width: str | None = None,
) -> Drawn:
    """Draw one of the :func:`pages` of some runs.

    Parameters
    ----------
    form : str
        One of the :data:`FORMATS`.
    width : str, optional
        One of the :data:`WIDTHS`; by default a column, or a page if there are several panels.
    """
    text = caption(FIGURES[name].caption, runs)
    return _drawn(FIGURES[name], panels, text, runs[0].scenario, form, width)


def draw_kind(kind: FigureKind, panels: Sequence[Panel], text: str, form: str) -> Drawn:
    """Draw panels of a figure that need not be made of runs, with a caption of its own."""
    return _drawn(kind, panels, text, text, form, None)


def lay_out(name: str, panels: Sequence[Panel], width: str | None = None) -> Figure:
    """Return a figure of one of the :data:`WIDTHS`; by default a column, or a page if it needs one.

    It should be drawn in the style of :func:`paper`.
    """
    return _arranged(FIGURES[name], panels, width)


def _drawn(
    kind: FigureKind,
    panels: Sequence[Panel],
    text: str,
    names: str,
    form: str,
    width: str | None,
) -> Drawn:
    with paper(names):
        image = _bytes(_arranged(kind, panels, width), form)
    return Drawn(kind.name, image, _tables(kind.name, panels), text)


def _arranged(kind: FigureKind, panels: Sequence[Panel], width: str | None) -> Figure:
    if width is None:
        width = "column" if min(kind.columns, len(panels)) == 1 else "page"
    columns = min(kind.columns, len(panels))
    if width == "column":
        columns = min(columns, 1 if len(panels) <= _FEW else kind.narrow)
    height = kind.height * -(-len(panels) // columns)
    page = Figure(figsize=(WIDTHS[width], height))
    page.set_figheight(height + compose(page, panels, columns))
    return page


def overview(made: Mapping[str, Sequence[Panel]], runs: Sequence[RunData], form: str) -> Drawn:
    """Draw the first panels of all :func:`pages` of some runs on one sheet."""
    columns = min(3, len(made))
    rows = -(-len(made) // columns)
    with paper(runs[0].scenario):
        sheet = Figure(figsize=(1.25 * WIDTHS["page"], 2.9 * rows + 0.5))
        title = shortened(runs[0].game.title, 90)
        sheet.suptitle(f"{title} – seed {runs[0].summary.seed}\n{runs[0].summary.verdict}")
        cells = sheet.subfigures(rows, columns, squeeze=False, wspace=0.03, hspace=0.03).ravel()
        for cell, (name, panels) in zip(cells, made.items(), strict=False):
            cell.suptitle(name, fontweight="bold")
            compose(cell, panels[:1], 1)
        image = _bytes(sheet, form)
    return Drawn(OVERVIEW, image, {}, caption("The first panel of every figure.", runs))


def compose(page: Figure | SubFigure, panels: Sequence[Panel], columns: int) -> float:
    """Draw panels row by row, and one legend below; return the height of that in inches."""
    rows = -(-len(panels) // columns)
    places = page.subplots(rows, columns, squeeze=False).ravel()
    width = page.bbox.width / page.dpi_scale_trans.get_matrix()[0, 0]
    entries: dict[str, Artist] = {}
    titles, legends = [0] * rows, [0] * rows
    for number, (axes, panel) in enumerate(zip(places, panels, strict=False)):
        row = number // columns
        panel.draw(axes, panel.table)
        if panel.title:
            title = fill(panel.title, int(width / columns / _LETTER) - _MARGIN)
            axes.set_title(title)
            titles[row] = max(titles[row], title.count("\n"))
        own = axes.get_legend()
        if own is not None:
            texts = "\n".join(text.get_text() for text in own.get_texts())
            legends[row] = max(legends[row], 1 + texts.count("\n"))
        else:
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                entries.setdefault(label, handle)
    for axes in places[len(panels) :]:
        axes.set_axis_off()
    height = (sum(titles) + sum(legends)) * _LINE
    if not entries:
        return height
    entries = dict(sorted(entries.items(), key=lambda entry: _is_text(entry[1])))
    ncols = min(len(entries), max(1, int(width / (max(map(len, entries)) * _LETTER + _HANDLE))))
    page.legend(list(entries.values()), list(entries), loc="outside lower center", ncols=ncols)
    return height + _LINE * -(-len(entries) // ncols) + 0.1


def _is_text(handle: Artist) -> bool:
    """Say whether an entry of a legend has nothing to show beside its text."""
    return (
        isinstance(handle, Line2D)
        and handle.get_linestyle() == "None"
        and handle.get_marker() == "None"
    )


def caption(text: str, runs: Sequence[RunData]) -> str:
    """Return a caption that also says what was run."""
    run = runs[0]
    seeds = ", ".join(str(other.summary.seed) for other in runs)
    made = (
        f"Scenario: {run.game.title} ({run.summary.scenario}); "
        f"seed{'s' if len(runs) > 1 else ''} {seeds}; {run.summary.ticks} ticks; "
        f"curnits {run.manifest.curnits}."
    )
    players = ", ".join(f"{i} {player}" for i, player in enumerate(run.players, start=1))
    paragraphs = (text, f"Players: {players}.", made, run.summary.verdict, *_paid(run))
    return "\n".join(fill(paragraph, 88) for paragraph in paragraphs) + "\n"


def _paid(run: RunData) -> Iterator[str]:
    """Yield what is agreed on and paid, where there is money."""
    final = run.summary.final
    if final.agreement and final.before_payments and final.transfers is not None:
        likeliest = max(final.agreement, key=lambda share: share.probability)
        outcome = ", ".join(f"{player}: {action}" for player, action in likeliest.outcome.items())
        before, after = (
            ", ".join(f"{player} {payoff:.6g}" for player, payoff in payoffs.items())
            for payoffs in (final.before_payments, final.payoffs)
        )
        yield (
            f"Agreed, with probability {likeliest.probability:.3g}: {outcome}. Payoffs before "
            f"payments: {before}. {transfers_said(final.transfers)} Payoffs after them: {after}."
        )


@contextmanager
def paper(text: str = "") -> Iterator[None]:
    """Use this package's style, whatever the user's own, with fonts that can show a text."""
    with style.context(
        ["curnits.analysis.figures.paper", {"font.family": families(text)}], after_reset=True
    ):
        yield


def _bytes(page: Figure, form: str) -> bytes:
    file = BytesIO()
    page.savefig(file, format=form, metadata=_METADATA[form])
    return file.getvalue()


def _tables(name: str, panels: Sequence[Panel]) -> dict[str, pd.DataFrame]:
    """Return one table for each part of a figure, and what tells its panels apart."""
    parts: dict[str, list[Panel]] = {}
    for panel in panels:
        parts.setdefault(panel.part, []).append(panel)
    tables = {}
    for part, alike in parts.items():
        distinct = list({id(panel.table): panel.table for panel in alike}.values())
        if len(distinct) > 1:
            distinct = [table.assign(panel=k) for k, table in enumerate(distinct, start=1)]
        tables["-".join(filter(None, (name, part)))] = pd.concat(distinct, ignore_index=True)
    return tables
