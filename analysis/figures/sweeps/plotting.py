"""Figures of a study as files: those its file names, those asked for, or those that fit.

Takes results of a study, gives images, tables and captions by the names of their files. Called by
``curnits plot STUDY_DIR``.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.base import FigureKind, Panel
from curnits.analysis.figures.drawing import Drawn, draw_kind
from curnits.analysis.figures.sweeps.base import StudyFigure, is_number
from curnits.analysis.figures.sweeps.registry import STUDY_FIGURES
from curnits.analysis.studies.design import REPLICATE
from curnits.analysis.studies.execution.executor import DONE, ID
from curnits.analysis.studies.figurespec import FigureSpec
from curnits.analysis.studies.reading import StudyData

_MANY_GROUPS = 7
"""Most lines of a figure that nobody asked for."""

_USUAL = ("distance", "converged", "settled")
"""Outcomes that are shown if none is asked for, the first that is there."""

_NO_OUTCOMES = (ID, "status", "message", "seed", REPLICATE)


def draw_study(
    data: StudyData, form: str, figure: str | None = None, **columns: str | None
) -> list[Drawn]:
    """Draw figures of a study.

    Parameters
    ----------
    data : StudyData
    form : str
        One of :data:`curnits.analysis.figures.drawing.FORMATS`.
    figure : str, optional
        The name of a figure of the study, or a key of :data:`STUDY_FIGURES`.
    **columns
        ``x``, ``y``, ``outcome`` and ``by``, instead of what the study says.

    Raises
    ------
    FigureError
        If there is no such figure or column, or nothing to show.
    """
    rows = data.runs()
    rows = rows[rows["status"] == DONE]
    if rows.empty:
        raise FigureError(f"{data.store.address}: no run is done yet, so there is nothing to show")
    given = {role: name for role, name in columns.items() if name is not None}
    drawn: dict[str, Drawn] = {}
    for spec in _specs(data, figure, given):
        name = spec.name or spec.kind
        if name in drawn:
            raise FigureError(f"two figures are called {name!r} (expected names in the study file)")
        made = _drawn(data, rows, spec.model_copy(update=given), name, form)
        if made is not None:
            drawn[name] = made
    if not drawn:
        asked = figure or "the study"
        raise FigureError(f"{asked} has nothing to show (expected finished runs with such values)")
    return list(drawn.values())


def _specs(data: StudyData, figure: str | None, given: dict[str, Any]) -> Sequence[FigureSpec]:
    stated = data.study.section.figures
    if figure is None:
        return stated or [FigureSpec(kind="bands")]
    named = [spec for spec in stated if spec.name == figure]
    alike = [spec for spec in stated if spec.kind == figure and not given]
    if named or alike:
        return named or alike
    if figure in STUDY_FIGURES:
        return [FigureSpec.model_validate({"kind": figure})]
    known = [*(spec.name for spec in stated if spec.name), *STUDY_FIGURES]
    raise FigureError(f"unknown figure {figure!r} (expected one of {', '.join(known)})")


def _drawn(
    data: StudyData, rows: pd.DataFrame, spec: FigureSpec, name: str, form: str
) -> Drawn | None:
    """Draw a figure, if there is anything to show."""
    kind = STUDY_FIGURES[spec.kind]
    complete = _completed(data, rows, spec, kind)
    selected = _selected(rows, complete)
    if complete.outcome is None or selected[complete.outcome].isna().all():
        return None
    table = kind.table(selected, complete)

    def paint(axes: Axes, drawn: pd.DataFrame) -> None:
        kind.draw(axes, drawn, complete)

    layout = FigureKind(name, kind.caption, lambda runs: [], columns=1, height=kind.height)
    return draw_kind(layout, [Panel("", table, paint)], _caption(data, rows, complete, kind), form)


def _selected(rows: pd.DataFrame, spec: FigureSpec) -> pd.DataFrame:
    for column in (*(getattr(spec, role) for role in ("x", "y", "outcome", "by")), *spec.where):
        if column is not None and column not in rows:
            known = ", ".join(str(name) for name in rows if name not in (ID, "message"))
            raise FigureError(f"no column {column!r} (expected one of {known})")
    for column, value in spec.where.items():
        rows = rows[rows[column] == value]
    return rows


def _completed(
    data: StudyData, rows: pd.DataFrame, spec: FigureSpec, kind: StudyFigure
) -> FigureSpec:
    """Return a figure with the first columns that fit where none are stated."""
    varied = [name for name in data.study.design.names if len(rows[name].unique()) > 1]
    numeric = [name for name in varied if is_number(rows[name])]
    free = {
        "x": numeric or varied,
        "y": numeric,
        "outcome": [name for name in (*_USUAL, *rows) if _is_outcome(data, rows, name)],
        "by": [name for name in varied if rows[name].nunique() <= _MANY_GROUPS],
    }
    used = {getattr(spec, role) for role in free}
    found: dict[str, str] = {}
    for role in kind.needs:
        if getattr(spec, role) is None:
            name = next((name for name in free[role] if name not in used), None)
            if name is not None:
                found[role] = name
                used.add(name)
    return spec.model_copy(update=found)


def _is_outcome(data: StudyData, rows: pd.DataFrame, name: str) -> bool:
    known = name in rows and name not in (*_NO_OUTCOMES, *data.study.design.names)
    return known and (is_number(rows[name]) or bool(rows[name].isin([True, False]).all()))


def _caption(data: StudyData, rows: pd.DataFrame, spec: FigureSpec, kind: StudyFigure) -> str:
    section = data.study.section
    made = (
        f"Study: {data.study.title}; {len(rows):,} of {data.study.design.runs:,} runs; "
        f"seed {section.seed}."
    )
    roles = ", ".join(
        f"{role}: {getattr(spec, role)}"
        for role in ("x", "y", "outcome", "by")
        if getattr(spec, role) is not None
    )
    where = "; ".join(f"{name} {value}" for name, value in spec.where.items())
    columns = f"Columns: {roles}{f', where {where}' if where else ''}."
    paragraphs = (spec.caption, kind.caption, columns, made)
    return "\n".join(fill(paragraph, 88) for paragraph in paragraphs if paragraph) + "\n"
