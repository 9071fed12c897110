"""The model of a study: a scenario, what is varied in it, and what is kept of every run.

Takes the data of a study file, gives a :class:`Study`, from which every run's complete scenario can
be made. :mod:`curnits.analysis.studies.studyfile` makes it from files; the engine carries it out.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from curnits.analysis.studies.axes import Axis, AxisField
from curnits.analysis.studies.design import Design, Factor, Point
from curnits.analysis.studies.dotted import put
from curnits.analysis.studies.figurespec import FigureSpec
from curnits.analysis.studies.measures import check_measures
from curnits.analysis.studies.sampling import Sample
from curnits.analysis.studies.seeding import run_seed
from curnits.sim.files.section import Section
from curnits.sim.files.yaml import Place
from curnits.sim.files.yaml_writing import render
from curnits.sim.scenario.loading import from_data
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.scenario import Scenario

SECTION = "study"


SEED = "run.seed"


MAX_RUNS = 10_000_000
"""Most runs of a study."""


class RecordSettings(Section):
    """Rows to keep of every run besides its outcome."""

    every: Annotated[int, Field(ge=1)] = Field(description="Ticks between two rows.")


class StudySection(Section):
    """The section ``study`` of a file."""

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
        given[SEED] = self.seed(point)
        for name in sorted(given, key=lambda name: name.count(".")):
            put(data, name, given[name])
        return from_data(data, None)

    def seed(self, point: Point) -> Any:
        """Return the seed of a run, as stated where it is."""
        given = {**self.section.fixed, **point.values}
        return given[SEED] if SEED in given else run_seed(self.section.seed, point.labels)

    def to_yaml(self) -> str:
        """Return the complete file; it reads back to an equal study."""
        section = self.section.model_dump(
            mode="json", exclude_none=True, by_alias=True, exclude={"scenario"}
        )
        return render({**self.base, SECTION: section})


def _factor(group: Mapping[str, Axis]) -> Factor:
    columns = [list(zip(axis.labels, axis.values, strict=True)) for axis in group.values()]
    return Factor(tuple(group), list(zip(*columns, strict=True)))
