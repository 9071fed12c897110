"""``bands``: an outcome against a parameter, with intervals."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import literal, marker, player_style
from curnits.analysis.figures.sweeps.base import (
    StudyFigure,
    as_numbers,
    chosen,
    column_name,
    groups,
    is_number,
    scale_x,
)
from curnits.analysis.studies.figurespec import FigureSpec
from curnits.analysis.studies.reading import summary


def _table(rows: pd.DataFrame, spec: FigureSpec) -> pd.DataFrame:
    x, outcome = chosen(spec, "x"), chosen(spec, "outcome")
    known = rows.assign(**{outcome: as_numbers(rows, outcome)})
    return summary(known, outcome, [x] if spec.by is None else [spec.by, x])


def _draw(axes: Axes, table: pd.DataFrame, spec: FigureSpec) -> None:
    x = chosen(spec, "x")
    numeric = is_number(table[x])
    kinds = list(dict.fromkeys(table[x].astype(str)))
    for k, (group, own) in enumerate(groups(table, spec.by).items()):
        style = player_style(k)
        across = own[x].to_numpy() if numeric else [kinds.index(str(value)) for value in own[x]]
        name = f"{column_name(spec, spec.by)} {literal(group)}" if spec.by else ""
        axes.fill_between(
            across, own["low"], own["high"], color=style["color"], alpha=0.2, linewidth=0
        )
        axes.plot(across, own["mean"], marker=marker(k), markersize=2.6, label=name, **style)
    if numeric:
        scale_x(axes, table[x].to_numpy(np.float64))
    else:
        axes.set_xticks(range(len(kinds)), [literal(kind) for kind in kinds], rotation=30)
    axes.set_xlabel(column_name(spec, x))
    axes.set_ylabel(column_name(spec, chosen(spec, "outcome")))


BANDS = StudyFigure(
    "bands",
    "Mean over runs, with 95 % bootstrap intervals.",
    ("x", "outcome"),
    _table,
    _draw,
)
