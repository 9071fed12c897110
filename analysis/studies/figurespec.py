"""What a study file says about its figures; :mod:`curnits.analysis.figures.sweeps` draws them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from curnits.analysis.studies.axes import Number
from curnits.sim.files.section import Section
from curnits.sim.scenario.payoffs import FieldError

type Corner = Annotated[list[Number], Field(min_length=2, max_length=2)]


class Threshold(Section):
    """A line over a figure of two parameters: what theory says about where something changes."""

    label: str
    points: Annotated[list[Corner], Field(min_length=2)] = Field(
        description="Corners of the line: x and y of each."
    )


class FigureSpec(Section):
    """One figure of a study."""

    name: str = Field(default="", description="Of the file; by default the kind.")
    kind: Literal["bands", "heat", "phase", "distribution", "ecdf"]
    x: str | None = Field(default=None, description="Column along; by default the first that fits.")
    y: str | None = Field(default=None, description="Column up.")
    outcome: str | None = Field(default=None, description="Column that is shown.")
    by: str | None = Field(default=None, description="Column that tells lines or groups apart.")
    where: dict[str, bool | int | float | str] = Field(
        default={}, description="Only runs with these values."
    )
    threshold: Threshold | None = None
    labels: dict[str, str] = Field(default={}, description="What columns are called in figures.")
    caption: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.name and not self.name.replace("-", "").replace("_", "").isalnum():
            raise FieldError(("name",), f"expected letters, digits and hyphens ({self.name!r:.40})")
        return self
