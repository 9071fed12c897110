"""What one parameter of a study is varied over, as its file states it: list, range or choices.

Takes plain data, gives an :class:`Axis`. Called when study files are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from json import dumps
from math import floor, isfinite, log10
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError

from curnits.sim.files.section import Section
from curnits.sim.files.yaml import type_name
from curnits.sim.scenario.payoffs import FieldError, number
from curnits.sim.scenario.problems import check_known, first_error

MAX_VALUES = 1_000_000
"""Most values of an axis."""

_DIGITS = 12
"""Digits of the values of ranges, so that 0.1 and 0.30000000000000004 are written as people do."""

type Number = Annotated[float, BeforeValidator(lambda value: number(value, ()))]
type Label = bool | int | float | str


@dataclass(frozen=True)
class Axis:
    """Values of one parameter.

    Attributes
    ----------
    stated : list or mapping
        As in the file.
    labels : tuple
        What tables show: the values themselves, names of choices, or JSON of lists and mappings.
    values : tuple
        What is put into the scenario.
    """

    stated: Any
    labels: tuple[Label, ...]
    values: tuple[Any, ...]


class Range(Section):
    """Numbers between two ends, both included where the steps reach them."""

    start: Number = Field(alias="from")
    to: Number
    steps: Annotated[int, Field(ge=1, le=MAX_VALUES)] | None = Field(
        default=None, description="How many values."
    )
    by: Number | None = Field(default=None, description="Difference, or factor on a log scale.")
    scale: Literal["linear", "log"] = "linear"

    def values(self) -> list[float]:
        """Return the numbers.

        Raises
        ------
        FieldError
            If there are none, or too many.
        """
        if (self.steps is None) == (self.by is None):
            raise FieldError((), "expected either steps or by")
        low, high = self.transformed()
        if self.steps is not None:
            count, step = self.steps, (high - low) / max(self.steps - 1, 1)
        else:
            count, step = self._count(high - low), self._by()
        inner = low + step * np.arange(count)
        scaled = np.power(10.0, inner) if self.scale == "log" else inner
        return [_rounded(x) for x in scaled.tolist()]

    def transformed(self) -> tuple[float, float]:
        """Return the ends on the range's own scale.

        Raises
        ------
        FieldError
            If the scale is logarithmic, but an end is not positive.
        """
        if self.scale == "linear":
            return self.start, self.to
        if min(self.start, self.to) <= 0:
            raise FieldError((), f"a log scale needs positive ends ({self.start:g} to {self.to:g})")
        return log10(self.start), log10(self.to)

    def _by(self) -> float:
        if self.by == 0 or (self.scale == "log" and (self.by or 0) <= 0):
            raise FieldError(("by",), f"expected a step (found {self.by:g})")
        return log10(self.by or 1) if self.scale == "log" else self.by or 0.0

    def _count(self, width: float) -> int:
        step = self._by()
        count = floor(width / step + 1e-9) + 1 if step else 0
        if not 1 <= count <= MAX_VALUES:
            raise FieldError(("by",), f"expected 1 to {MAX_VALUES:,} values (found {count:,})")
        return count


def read_axis(stated: Any) -> Axis:
    """Return the values that a file states.

    Raises
    ------
    FieldError
        If there are none, or one twice.
    """
    if isinstance(stated, Axis):
        return stated
    if isinstance(stated, list):
        axis = Axis(stated, tuple(label(value) for value in stated), tuple(stated))
    elif isinstance(stated, Mapping) and "choices" in stated:
        axis = _choices(stated)
    elif isinstance(stated, Mapping):
        values = tuple(read_range(stated).values())
        axis = Axis(stated, values, values)
    else:
        expected = "expected a list, from and to, or choices"
        raise FieldError((), f"{expected} (found {type_name(stated)})")
    if len({isinstance(shown, str) for shown in axis.labels}) > 1:  # a column has one type
        axis = replace(axis, labels=tuple(map(_text, axis.labels)))
    if not axis.labels:
        raise FieldError((), "expected at least one value (found none)")
    seen: set[str] = set()
    for k, shown in enumerate(axis.labels):
        if (text := dumps(shown)) in seen:
            raise FieldError((k,), f"the value {shown} is there twice")
        seen.add(text)
    return axis


def read_range(stated: Mapping[str, Any]) -> Range:
    """Return a range that a file states.

    Raises
    ------
    FieldError
        If it is none.
    """
    check_known(Range, stated, ())
    try:
        return Range.model_validate(stated)
    except ValidationError as error:
        raise first_error(error, lambda place: 0) from error


def label(value: Any) -> Label:
    """Return what tables show of a value; whole numbers are the same with and without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return dumps(value, sort_keys=True, ensure_ascii=False)
    return "none" if value is None else value


def _text(shown: Label) -> str:
    return shown if isinstance(shown, str) else dumps(shown)


def _choices(stated: Mapping[str, Any]) -> Axis:
    choices = stated["choices"]
    if len(stated) > 1:
        raise FieldError((), f"choices stand alone (found {', '.join(stated)})")
    if not isinstance(choices, Mapping):
        raise FieldError(("choices",), f"expected values by name (found {type_name(choices)})")
    return Axis(stated, tuple(choices), tuple(choices.values()))


def _rounded(x: float) -> int | float:
    rounded = float(f"{x:.{_DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded


type AxisField = Annotated[Axis, BeforeValidator(read_axis), PlainSerializer(lambda a: a.stated)]
"""An axis in a model of a file."""
