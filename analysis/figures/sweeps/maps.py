"""``heat`` and ``phase``: an outcome over two parameters, with the threshold that theory states."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from curnits.analysis.figures.base import COLOURS, GREY
from curnits.analysis.figures.sweeps.base import (
    StudyFigure,
    Vector,
    as_numbers,
    chosen,
    column_name,
    draw_threshold,
    is_geometric,
    scale_x,
    scale_y,
)
from curnits.analysis.studies.figurespec import FigureSpec


def _table(rows: pd.DataFrame, spec: FigureSpec) -> pd.DataFrame:
    x, y, outcome = (chosen(spec, role) for role in ("x", "y", "outcome"))
    known = rows.assign(**{outcome: as_numbers(rows, outcome)})
    cells = known.groupby([x, y], observed=True)[outcome]
    return cells.agg(runs="count", mean="mean").reset_index()


def _draw_heat(axes: Axes, table: pd.DataFrame, spec: FigureSpec) -> None:
    x, y = chosen(spec, "x"), chosen(spec, "y")
    cells = table.pivot_table(index=y, columns=x, values="mean")
    across, up = cells.columns.to_numpy(np.float64), cells.index.to_numpy(np.float64)
    mesh = axes.pcolormesh(
        _edges(across), _edges(up), cells.to_numpy(np.float64), cmap="cividis", linewidth=0
    )
    mesh.set_rasterized(True)
    _finish(axes, table, spec)
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, aspect=25)
    bar.set_label(column_name(spec, chosen(spec, "outcome")))
    bar.outline.set_linewidth(0.4)
    bar.ax.yaxis.set_major_locator(MaxNLocator(5))


def _draw_phase(axes: Axes, table: pd.DataFrame, spec: FigureSpec) -> None:
    x, y = chosen(spec, "x"), chosen(spec, "y")
    name = column_name(spec, chosen(spec, "outcome"))
    share = table["mean"].to_numpy(np.float64)
    for own, label, mark, colour in (
        (share >= 1, name, "o", COLOURS[0]),
        ((share > 0) & (share < 1), "in some runs only", "D", COLOURS[4]),
        (share <= 0, "in no run", "x", GREY),
    ):
        if own.any():
            across, up = table[x][own], table[y][own]
            axes.scatter(across, up, s=11, linewidths=0.8, marker=mark, c=colour, label=label)
    _finish(axes, table, spec)


def _finish(axes: Axes, table: pd.DataFrame, spec: FigureSpec) -> None:
    x, y = chosen(spec, "x"), chosen(spec, "y")
    scale_x(axes, table[x].to_numpy(np.float64))
    scale_y(axes, table[y].to_numpy(np.float64))
    axes.set_xlabel(column_name(spec, x))
    axes.set_ylabel(column_name(spec, y))
    draw_threshold(axes, spec)


def _edges(centres: Vector) -> Vector:
    """Return the edges of cells around given centres, on the scale they are spread on."""
    if len(centres) < 2:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    geometric = is_geometric(centres)
    scaled = np.log(centres) if geometric else centres
    middle = (scaled[1:] + scaled[:-1]) / 2
    ends = [2 * scaled[0] - middle[0], *middle, 2 * scaled[-1] - middle[-1]]
    return np.exp(ends) if geometric else np.array(ends)


HEAT = StudyFigure(
    "heat",
    "Mean over runs for each pair of values; dashed: what theory states.",
    ("x", "y", "outcome"),
    _table,
    _draw_heat,
    height=2.5,
)

PHASE = StudyFigure(
    "phase",
    "Where it happens in all runs, in some, in none; dashed: what theory states.",
    ("x", "y", "outcome"),
    _table,
    _draw_phase,
    height=2.5,
)
