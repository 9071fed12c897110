"""What is different about a study that is to go on, if it would alter runs that are done."""

from collections.abc import Iterator, Mapping
from typing import Any

from curnits.analysis.studies.axes import Axis
from curnits.analysis.studies.sampling import EXTENDABLE, Sample
from curnits.analysis.studies.study import Study, StudySection

_TEXTS = ("title", "source", "summary", "look_for")
"""Sections of a scenario that no run depends on."""


def changes(old: Study, new: Study) -> list[str]:
    """Return what has changed so that runs of the old study are not runs of the new one.

    Values and replications may be added, and random and Sobol samples enlarged.
    """
    return list(_changes(old, new))


def _changes(old: Study, new: Study) -> Iterator[str]:
    yield from _differences(
        {key: value for key, value in old.base.items() if key not in _TEXTS},
        {key: value for key, value in new.base.items() if key not in _TEXTS},
        "",
    )
    before, now = (study.section.model_dump(mode="json") for study in (old, new))
    for key in ("seed", "fixed", "measures", "record"):
        yield from _differences(before[key], now[key], f"study.{key}")
    if new.section.replications < old.section.replications:
        yield f"study.replications: {old.section.replications} became {new.section.replications}"
    yield from _axes(_all_axes(old.section), _all_axes(new.section))
    yield from _samples(old.section.sample, new.section.sample)


def _differences(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            below = f"{path}.{key}" if path else str(key)
            if key not in new:
                yield f"{below}: gone"
            elif key not in old:
                yield f"{below}: added"
            else:
                yield from _differences(old[key], new[key], below)
    elif old != new:
        yield f"{path}: {old!r:.60} became {new!r:.60}"


def _all_axes(section: StudySection) -> dict[str, Axis]:
    """Return all axes by their places; a group of paired ones is one, with rows as values."""
    axes = {f"axes.{name}": axis for name, axis in section.axes.items()}
    for group in section.paired:
        rows = tuple(zip(*(axis.labels for axis in group.values()), strict=True))
        values = tuple(zip(*(axis.values for axis in group.values()), strict=True))
        axes[f"paired.{'+'.join(group)}"] = Axis(None, tuple(map(str, rows)), values)
    return axes


def _axes(old: Mapping[str, Axis], new: Mapping[str, Axis]) -> Iterator[str]:
    for name in {**old, **new}:
        if name not in new:
            yield f"study.{name}: gone"
        elif name not in old:
            yield f"study.{name}: added"
        else:
            values = dict(zip(new[name].labels, new[name].values, strict=True))
            for shown, value in zip(old[name].labels, old[name].values, strict=True):
                if shown not in values:
                    yield f"study.{name}: the value {shown} is gone"
                elif values[shown] != value:
                    yield f"study.{name}: {shown} has another meaning"


def _samples(old: Sample | None, new: Sample | None) -> Iterator[str]:
    if old is None or new is None:
        if old != new:
            yield f"study.sample: {'gone' if new is None else 'added'}"
        return
    yield from _differences(old.over, new.over, "study.sample.over")
    yield from _differences(old.method, new.method, "study.sample.method")
    smaller = new.size < old.size
    if smaller or (new.size > old.size and old.method not in EXTENDABLE):
        yield f"study.sample.size: {old.size} became {new.size}"
