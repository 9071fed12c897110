"""Whether every run of a study has a valid scenario.

Takes a study, raises an error that leads to the value in the study file that is to blame. Called
only by :mod:`curnits.analysis.studies.studyfile`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from curnits.analysis.studies.design import Design, Point
from curnits.analysis.studies.dotted import place_of
from curnits.analysis.studies.study import SECTION, Study
from curnits.sim.files.yaml import Place
from curnits.sim.scenario.payoffs import FieldError

ALL_CHECKED = 3_000
"""Combinations up to which all are checked: a few seconds, for small games."""


SAMPLED = 1_000
"""Combinations that are checked of more, besides one with each value of each axis."""


def check_runs(study: Study) -> None:
    """Check the scenario of every combination of values, or of a sample of them.

    Raises
    ------
    FieldError
        At the first that is none; its path leads to where that comes from in the study file.
    """
    try:
        numbers = list(_checked(study.design))
    except FieldError as error:
        raise FieldError((SECTION, *error.path), str(error)) from error
    for number in numbers:
        point = study.design[number]
        try:
            study.scenario(point)
        except FieldError as error:
            raise _blamed(study, point, number, error) from error


def _checked(design: Design) -> Iterator[int]:
    step = design.replications
    combinations = len(design) // step
    if combinations <= ALL_CHECKED:
        yield from range(0, len(design), step)
        return
    for k, count in enumerate(design.levels):
        for level in range(count if count <= ALL_CHECKED else 1):
            yield design.number([level if j == k else 0 for j in range(len(design.levels))])
    rng = np.random.default_rng(0)
    yield from (step * rng.integers(combinations, size=SAMPLED)).tolist()


def _blamed(study: Study, point: Point, number: int, error: FieldError) -> FieldError:
    """Return an error that leads to the value in the study file that it comes from."""
    section = study.section
    fixed: list[tuple[str, Place]] = [(name, ("fixed", name)) for name in section.fixed]
    found = [
        (len(own), name, place)
        for name, place in [*section.varied, *fixed]
        if _overlap(own := _resolved(study.base, name), error.path)
    ]
    if not found:
        return error
    depth, name, place = max(found)
    rest = ".".join(map(str, error.path[depth:]))
    others = ", ".join(f"{n} {point.labels[n]}" for n in point.values if n != name)
    message = ": ".join(filter(None, (rest, str(error)))) + (f" [with {others}]" if others else "")
    return FieldError((SECTION, *place, *_entry(study, name, place, number)), message)


def _entry(study: Study, name: str, place: Place, number: int) -> Place:
    """Return the place, within its axis, of the value that a run has."""
    section = study.section
    group = section.axes if place[0] == "axes" else {}
    if place[0] == "paired":
        group = section.paired[int(place[1])]
    if name not in group:
        return ()
    level = next(
        level
        for factor, level in zip(study.design.factors, study.design.at(number), strict=True)
        if name in factor.names
    )
    axis = group[name]
    if isinstance(axis.stated, list):
        return (level,)
    return ("choices", str(axis.labels[level])) if "choices" in axis.stated else ()


def _resolved(base: Mapping[str, Any], name: str) -> Place:
    try:
        return place_of(base, name)
    except FieldError as error:
        return error.path


def _overlap(one: Place, other: Place) -> bool:
    shared = min(len(one), len(other))
    return shared > 0 and one[:shared] == other[:shared]
