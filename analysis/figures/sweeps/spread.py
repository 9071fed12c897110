"""``distribution`` and ``ecdf``: how an outcome is spread over runs, group by group."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from curnits.analysis.figures.base import COLOURS, PALE, literal, player_style
from curnits.analysis.figures.sweeps.base import (
    StudyFigure,
    as_numbers,
    chosen,
    column_name,
    groups,
)
from curnits.analysis.studies.figurespec import FigureSpec

_QUANTILES = {"low": 0.05, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "high": 0.95}


def _known(rows: pd.DataFrame, spec: FigureSpec) -> pd.DataFrame:
    outcome = chosen(spec, "outcome")
    known = rows.assign(**{outcome: as_numbers(rows, outcome)})
    return known[known[outcome].notna()]


def _quantiles(rows: pd.DataFrame, spec: FigureSpec) -> pd.DataFrame:
    by, outcome = chosen(spec, "by"), chosen(spec, "outcome")
    table = [
        {by: group, "runs": len(own), "mean": own[outcome].mean()}
        | {name: own[outcome].quantile(share) for name, share in _QUANTILES.items()}
        for group, own in groups(_known(rows, spec), by).items()
    ]
    return pd.DataFrame(table)


def _draw_distribution(axes: Axes, table: pd.DataFrame, spec: FigureSpec) -> None:
    by = chosen(spec, "by")
    places = np.arange(len(table))[::-1]
    boxes = [
        {"med": row.median, "q1": row.quarter, "q3": row.three_quarters}
        | {"whislo": row.low, "whishi": row.high, "mean": row.mean}
        for row in table.itertuples()
    ]
    axes.bxp(
        boxes,
        positions=places.tolist(),
        orientation="horizontal",
        showfliers=False,
        showmeans=True,
        patch_artist=True,
        widths=0.6,
        boxprops={"facecolor": PALE, "linewidth": 0.6},
        medianprops={"color": COLOURS[0], "linewidth": 1.4},
        meanprops={"marker": "D", "markersize": 3, "markerfacecolor": COLOURS[1]}
        | {"markeredgecolor": "none"},
        whiskerprops={"linewidth": 0.6},
        capprops={"linewidth": 0.6},
    )
    names = [
        f"{literal(str(group))} ({runs:,})"
        for group, runs in zip(table[by], table["runs"], strict=True)
    ]
    axes.set_yticks(places, names)
    axes.set_ylabel(column_name(spec, by))
    axes.set_xlabel(column_name(spec, chosen(spec, "outcome")))


def _steps(rows: pd.DataFrame, spec: FigureSpec) -> pd.DataFrame:
    outcome = chosen(spec, "outcome")
    parts = []
    for group, own in groups(_known(rows, spec), spec.by).items():
        values = np.sort(own[outcome].to_numpy(np.float64))
        share = np.arange(1, len(values) + 1) / len(values)
        named = {spec.by: group} if spec.by else {}
        parts.append(pd.DataFrame({**named, outcome: values, "share": share}))
    return pd.concat(parts, ignore_index=True)


def _draw_ecdf(axes: Axes, table: pd.DataFrame, spec: FigureSpec) -> None:
    outcome = chosen(spec, "outcome")
    for k, (group, own) in enumerate(groups(table, spec.by).items()):
        values = own[outcome].to_numpy(np.float64)
        if not len(values):
            continue
        name = f"{column_name(spec, spec.by)} {literal(group)}" if spec.by else ""
        axes.step(
            np.append(values[0], values),
            np.append(0.0, own["share"]),
            where="post",
            label=name,
            **player_style(k),
        )
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(column_name(spec, outcome))
    axes.set_ylabel("share of runs")


DISTRIBUTION = StudyFigure(
    "distribution",
    "Boxes: quartiles of runs; whiskers: 5 % to 95 %; line: median; diamond: mean; in brackets: "
    "number of runs.",
    ("by", "outcome"),
    _quantiles,
    _draw_distribution,
)

ECDF = StudyFigure(
    "ecdf",
    "Share of runs with at most that outcome.",
    ("outcome",),
    _steps,
    _draw_ecdf,
)
