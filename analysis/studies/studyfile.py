"""Study files: a scenario, what is varied in it, and what is kept of every run.

Takes a path, gives a checked :class:`Study`; everything that is wrong is told with its line before
anything starts.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from os.path import isfile
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from curnits.analysis.studies.axes import Axis, AxisField
from curnits.analysis.studies.design import Design, Factor, Point
from curnits.analysis.studies.figurespec import FigureSpec
from curnits.analysis.studies.measures import check_measures
from curnits.analysis.studies.sampling import Sample
from curnits.analysis.studies.seeding import run_seed
from curnits.sim.files.reading import read_text
from curnits.sim.files.yaml import (
    MAX_CHARACTERS,
    Document,
    Place,
    YamlError,
    parse,
    render,
    type_name,
)
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.scenario import (
    Scenario,
    ScenarioError,
    check_known,
    find,
    find_among,
    first_error,
    from_data,
    load,
    located_message,
    with_nfg_text,
)

SECTION = "study"
SEED = "run.seed"

MAX_RUNS = 10_000_000
"""Most runs of a study."""

ALL_CHECKED = 3_000
"""Combinations up to which all are checked: a few seconds, for small games."""

SAMPLED = 1_000
"""Combinations that are checked of more, besides one with each value of each axis."""

_HEAD = ("title", "source", "summary", "look_for")


class RecordSettings(BaseModel):
    """Rows to keep of every run besides its outcome."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: Annotated[int, Field(ge=1)] = Field(description="Ticks between two rows.")


class StudySection(BaseModel):
    """The section ``study`` of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: str | None = Field(
        default=None, description="Catalogue name or file, instead of a game in this file."
    )
    seed: Annotated[int, Field(ge=0)] = Field(default=1, description="Seed of all runs.")
    replications: Annotated[int, Field(ge=1)] = Field(
        default=1, description="Runs with the same parameters and other seeds."
    )
    fixed: dict[str, Any] = Field(default={}, description="Other values by dotted name.")
    axes: dict[str, AxisField] = Field(
        default={}, description="Values by dotted name, each combined with all others."
    )
    paired: list[dict[str, AxisField]] = Field(
        default=[], description="Groups of axes whose values go together, first with first."
    )
    sample: Sample | None = Field(default=None, description="Points drawn at random.")
    measures: list[str] = Field(
        default=["outcome", "answer"], description="What is found out about every run."
    )
    record: Literal["summary", "all"] | RecordSettings = Field(
        default="summary", description="summary: no ticks; every: k; all: every tick and table."
    )
    figures: list[FigureSpec] = Field(default=[], description="What plot draws.")
    quick: dict[str, Any] | None = Field(
        default=None, description="What takes the place of these keys with --quick."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_measures(self.measures)
        for k, group in enumerate(self.paired):
            counts = {name: len(axis.labels) for name, axis in group.items()}
            if len(set(counts.values())) != 1:
                found = ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
                raise FieldError(("paired", k), f"expected equally many values (found {found})")
        seen = set(self.fixed)
        for name, place in self.varied:
            if name in seen:
                raise FieldError(place, "the parameter is there twice")
            seen.add(name)
        if SEED in seen and self.replications > 1:
            raise FieldError(("replications",), f"{SEED} is given, so replications are all alike")
        return self

    @property
    def varied(self) -> Iterator[tuple[str, Place]]:
        """Every parameter that varies, and where that stands in the section."""
        for name in self.axes:
            yield name, ("axes", name)
        for k, group in enumerate(self.paired):
            for name in group:
                yield name, ("paired", k, name)
        for name in self.sample.over if self.sample else ():
            yield name, ("sample", "over", name)

    def design(self) -> Design:
        """Return all runs.

        Raises
        ------
        FieldError
            If there are too many, or a sample holds the same point twice.
        """
        factors = [_factor({name: axis}) for name, axis in self.axes.items()]
        factors += [_factor(group) for group in self.paired]
        if self.sample is not None:
            points = self.sample.points(self.seed)
            if len({tuple(shown for shown, _ in point) for point in points}) < len(points):
                raise FieldError(("sample",), "the same point is drawn twice (expected fewer)")
            factors.append(Factor(tuple(self.sample.over), points))
        design = Design(tuple(factors), self.replications)
        if (runs := design.runs) > MAX_RUNS:
            raise FieldError((), f"{runs:,} runs (expected at most {MAX_RUNS:,})")
        return design


@dataclass(frozen=True, eq=False)
class Study:
    """A checked study.

    Attributes
    ----------
    name : str
        Of its file.
    section : StudySection
    base : dict
        The scenario that is varied, as data, self-contained.
    """

    name: str
    section: StudySection
    base: Mapping[str, Any]

    @cached_property
    def design(self) -> Design:
        """All runs."""
        return self.section.design()

    @property
    def title(self) -> str:
        """What the study is called."""
        return str(self.base.get("title", self.name))

    def scenario(self, point: Point) -> Scenario:
        """Return the complete scenario of a run.

        Raises
        ------
        FieldError
            If a value does not fit; the path leads to it in the scenario.
        """
        section = self.section
        data = deepcopy(dict(self.base))
        given = {**section.fixed, **point.values}
        if isinstance(section.record, RecordSettings):
            given["run.record_every"] = section.record.every
        elif section.record == "all":
            given["run.record_every"] = 1
        given.setdefault(SEED, run_seed(section.seed, point.labels))
        for name in sorted(given, key=lambda name: name.count(".")):
            _put(data, name, given[name])
        return from_data(data, None)

    def to_yaml(self) -> str:
        """Return the complete file; it reads back to an equal study."""
        section = self.section.model_dump(
            mode="json", exclude_none=True, by_alias=True, exclude={"scenario"}
        )
        return render({**self.base, SECTION: section})


def shipped() -> dict[str, Path]:
    """Return the study files that come with the package, by name."""
    root = Path(str(files("curnits.scenarios"))) / "studies"
    return {path.stem: path for path in sorted(root.glob("*.yaml"))}


def find_study(name: str) -> Path:
    """Return the file for a path or the name of a study that comes with the package.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    known = shipped()
    expected = f"expected a study file, or one of {', '.join(known)}"
    return find_among(known, name, f"no such file ({expected})")


def load_study(path: Path, *, quick: bool = False) -> Study:
    """Read a study file and check all its runs, or a sample of them if there are many.

    Parameters
    ----------
    path : Path
    quick : bool
        Whether a smaller version is meant, which the file states.

    Raises
    ------
    ScenarioError
        If it cannot be read, or a run would have no valid scenario; the message names the line.
    """
    return read_study(read_text(path, MAX_CHARACTERS), path, check=True, quick=quick)


def read_study(text: str, path: Path, *, check: bool, quick: bool = False) -> Study:
    """Read the text of a study file.

    Parameters
    ----------
    text : str
    path : Path
        Where it comes from, for messages, and for files that it names.
    check : bool
        Whether to check its runs.
    quick : bool
        Whether a smaller version is meant.

    Raises
    ------
    ScenarioError
        As above.
    """
    try:
        document = parse(text)
    except YamlError as error:
        raise ScenarioError(f"{path}:{error.line}: {error}") from error
    try:
        study = _read(document, path, quick=quick)
        if check:
            _check_runs(study)
    except FieldError as error:
        raise ScenarioError(located_message(path, document, error.path, str(error))) from error
    return study


def _read(document: Document, path: Path, *, quick: bool) -> Study:
    data = document.data
    for key in data:
        if key != SECTION:
            check_known(Scenario, {key: data[key]}, ())
    stated = data.get(SECTION)
    if not isinstance(stated, Mapping):
        raise FieldError((SECTION,), f"expected the section study (found {type_name(stated)})")
    check_known(StudySection, stated, (SECTION,))
    if quick:
        stated = _quick(stated)
    try:
        section = StudySection.model_validate(stated)
    except ValidationError as error:
        first = first_error(error, lambda place: document.line((SECTION, *place)))
        raise FieldError((SECTION, *first.path), str(first)) from error
    own = {key: value for key, value in data.items() if key != SECTION}
    if section.scenario is not None:
        for key in own:
            if key not in _HEAD:
                raise FieldError((key,), "the scenario is named by study.scenario (expected none)")
        own = {**_scenario_data(section.scenario, path.parent), **own}
    else:
        own = _self_contained(own, path.parent)
    return Study(path.stem, section, own)


def _quick(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return the smaller version of a study; of axes only those that it names are others."""
    smaller = stated.get("quick")
    if not isinstance(smaller, Mapping):
        raise FieldError((SECTION,), "there is no quick version (expected the key quick)")
    check_known(StudySection, smaller, (SECTION, "quick"))
    rest = {key: value for key, value in stated.items() if key != "quick"}
    axes = {**(rest.get("axes") or {}), **(smaller.get("axes") or {})}
    return {**rest, **smaller, **({"axes": axes} if axes else {})}


def _scenario_data(name: str, folder: Path) -> dict[str, Any]:
    beside = folder / name
    try:
        file = beside if isfile(beside) else find(name)
    except ScenarioError as error:
        raise FieldError((SECTION, "scenario"), str(error)) from error
    scenario = load(file)  # says with its own lines what is wrong
    if file.suffix.lower() == ".nfg":
        return scenario.model_dump(mode="json", exclude_none=True)
    return with_nfg_text(parse(read_text(file, MAX_CHARACTERS)).data, file.parent)


def _self_contained(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    game = data.get("game")
    return with_nfg_text(data, folder) if isinstance(game, Mapping) and "form" in game else data


def _factor(group: Mapping[str, Axis]) -> Factor:
    columns = [list(zip(axis.labels, axis.values, strict=True)) for axis in group.values()]
    return Factor(tuple(group), list(zip(*columns, strict=True)))


def _put(data: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where a dotted name leads, in data that may be changed."""
    *way, last = _place(data, name)
    node: Any = data
    for key in way:
        node = node.setdefault(key, {}) if isinstance(node, dict) else node[key]
    node[last] = deepcopy(value)


def _place(data: Mapping[str, Any], name: str) -> Place:
    """Return where a dotted name leads; keys that hold points themselves are found, too."""
    node: Any = data
    place: list[str | int] = []
    parts = name.split(".")
    while parts:
        taken = 1
        key: str | int = parts[0]
        if isinstance(node, Mapping):
            ends = (k for k in range(len(parts), 0, -1) if ".".join(parts[:k]) in node)
            taken = next(ends, 1)
            key = ".".join(parts[:taken])
            node = node.get(key)
        elif isinstance(node, list):
            if not parts[0].isdecimal() or int(parts[0]) >= len(node):
                expected = f"expected a number below {len(node)}, since this is a list"
                raise FieldError((*place, parts[0]), f"no entry {parts[0]} ({expected})")
            key = int(parts[0])
            node = node[key]
        elif node is not None:
            found = type_name(node)
            raise FieldError((*place, parts[0]), f"unknown key (found {found} without parts)")
        place.append(key)
        parts = parts[taken:]
    return tuple(place)


def _check_runs(study: Study) -> None:
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
        return _place(base, name)
    except FieldError as error:
        return error.path


def _overlap(one: Place, other: Place) -> bool:
    shared = min(len(one), len(other))
    return shared > 0 and one[:shared] == other[:shared]
