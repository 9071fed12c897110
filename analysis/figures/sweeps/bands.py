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
    x, outcome = chosen(spec, "x"), chosen(spec, "outcome")
    if is_number(table[x]):
        _draw_bands(axes, table, spec)
        scale_x(axes, table[x].to_numpy(np.float64))
        axes.set_xlabel(column_name(spec, x))
        axes.set_ylabel(column_name(spec, outcome))
    else:
        _draw_points(axes, table, spec)
        axes.set_xlabel(column_name(spec, outcome))


def _draw_bands(axes: Axes, table: pd.DataFrame, spec: FigureSpec) -> None:
    for k, (group, own) in enumerate(groups(table, spec.by).items()):
        style, across = player_style(k), own[chosen(spec, "x")]
        axes.fill_between(
            across, own["low"], own["high"], color=style["color"], alpha=0.2, linewidth=0
        )
        name = _name(spec, group)
        axes.plot(across, own["mean"], marker=marker(k), markersize=2.6, label=name, **style)


def _draw_points(axes: Axes, table: pd.DataFrame, spec: FigureSpec) -> None:
    """Draw a line of points for each kind, from above to below."""
    x = chosen(spec, "x")
    kinds = list(dict.fromkeys(table[x].astype(str)))
    own_groups = groups(table, spec.by)
    for k, (group, own) in enumerate(own_groups.items()):
        shift = 0.3 * (k - (len(own_groups) - 1) / 2) / max(len(own_groups), 1)
        places = [-kinds.index(str(kind)) - shift for kind in own[x]]
        mean = own["mean"].to_numpy(np.float64)
        gaps = np.array([mean - own["low"], own["high"] - mean])
        axes.errorbar(
            mean,
            places,
            xerr=np.maximum(gaps, 0.0),
            fmt=marker(k),
            color=player_style(k)["color"],
            markersize=3,
            elinewidth=0.8,
            capsize=1.5,
            label=_name(spec, group),
        )
    runs = table.groupby(x, sort=False)["runs"].sum()
    names = [f"{literal(kind)} ({runs.loc[kind]:,})" for kind in runs.index.astype(str)]
    axes.set_yticks([-k for k in range(len(kinds))], names)


def _name(spec: FigureSpec, group: str) -> str:
    return f"{column_name(spec, spec.by)} {literal(group)}" if spec.by else ""


BANDS = StudyFigure(
    "bands",
    "Mean over runs with 95 % intervals: of shares Wilson's, of all else by bootstrap.",
    ("x", "outcome"),
    _table,
    _draw,
)
