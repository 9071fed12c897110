"""What all figures of studies share: columns that are chosen, their names, and axes for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.base import literal, shortened
from curnits.analysis.studies.figurespec import FigureSpec
from curnits.sim.scenario.scenario import Scenario

type Vector = NDArray[np.float64]

_LONGEST_NAME = 30
"""Letters of a column's name that fit along an axis."""

_GEOMETRIC = 10.0
"""Ratio of the largest to the smallest of positive values from which an axis is logarithmic, if
they are also evenly spread on it."""


@dataclass(frozen=True)
class StudyFigure:
    """An entry of the registry.

    Attributes
    ----------
    name : str
    caption : str
    needs : tuple of str
        Which of x, y, outcome and by must be there; of those the first that fit are taken.
    table : callable
        Makes the table that is drawn from the rows of runs.
    draw : callable
        Draws the table into axes.
    height : float
        Inches.
    """

    name: str
    caption: str
    needs: tuple[str, ...]
    table: Callable[[pd.DataFrame, FigureSpec], pd.DataFrame]
    draw: Callable[[Axes, pd.DataFrame, FigureSpec], None]
    height: float = 2.4


def column_name(spec: FigureSpec, column: str) -> str:
    """Return what a column is called in a figure.

    That is as the study says; of parameters, the last part of their dotted names; of what players
    get, such as ``payoff.Ada``, both parts.
    """
    section, _, rest = column.partition(".")
    varied = rest and section in Scenario.model_fields
    plain = rest.rpartition(".")[2] if varied else column.replace(".", " of ", 1)
    return spec.labels.get(column, shortened(plain.replace("_", " "), _LONGEST_NAME))


def chosen(spec: FigureSpec, role: str) -> str:
    """Return the column that has a role in a figure.

    Raises
    ------
    FigureError
        If there is none.
    """
    column: str | None = getattr(spec, role)
    if column is None:
        raise FigureError(f"{spec.kind} needs a column for {role} (expected --{role} COLUMN)")
    return column


def is_number(column: pd.Series) -> bool:
    """Tell whether a column holds numbers, not truth values or text."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def is_geometric(values: Sequence[float] | Vector) -> bool:
    """Tell whether values belong on a logarithmic axis."""
    known = np.unique(np.asarray(values, dtype=np.float64))
    if len(known) < 3 or known[0] <= 0 or known[-1] / known[0] < _GEOMETRIC:
        return False
    ratios, steps = np.diff(np.log(known)), np.diff(known)
    return bool(ratios.std() / ratios.mean() < steps.std() / steps.mean())


def scale_x(axes: Axes, values: Sequence[float] | Vector) -> None:
    """Make the horizontal axis logarithmic if the values are spread like that."""
    if is_geometric(values):
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())


def scale_y(axes: Axes, values: Sequence[float] | Vector) -> None:
    """Make the vertical axis logarithmic if the values are spread like that."""
    if is_geometric(values):
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter(NullFormatter())


def draw_threshold(axes: Axes, spec: FigureSpec) -> None:
    """Draw the line that theory states, if the study names one."""
    if spec.threshold is not None:
        across, up = zip(*spec.threshold.points, strict=True)
        limits = axes.get_xlim(), axes.get_ylim()
        axes.plot(across, up, color="white", linewidth=2.6)  # seen on dark cells, too
        axes.plot(
            across,
            up,
            color="black",
            linewidth=1.2,
            linestyle="--",
            label=literal(spec.threshold.label),
        )
        axes.set_xlim(limits[0])
        axes.set_ylim(limits[1])


def as_numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of numbers or truth values as numbers.

    Raises
    ------
    FigureError
        If it holds anything else.
    """
    values = rows[column]
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return values.astype(float)
    known = values.dropna()
    if len(known) and all(isinstance(value, bool | np.bool_) for value in known):
        return values.map(float, na_action="ignore").astype(float)
    raise FigureError(f"{column}: expected numbers or truth values (found text)")


def groups(table: pd.DataFrame, by: str | None) -> Mapping[str, pd.DataFrame]:
    """Return the rows of each group, by what it is called; all under no name without groups."""
    if by is None:
        return {"": table}
    return {str(key): own for key, own in table.groupby(by, sort=True, observed=True)}
