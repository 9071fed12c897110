"""Samples of several parameters at once: at random, Latin hypercubes and Sobol sequences.

Takes what a study file states, gives one row of values a point. Random and Sobol samples can be
enlarged later: the first points stay what they were.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.stats import qmc

from curnits.analysis.studies.axes import MAX_VALUES, Label, label, read_axis, read_range
from curnits.analysis.studies.seeding import sequence
from curnits.sim.files.section import Section
from curnits.sim.files.yaml import type_name
from curnits.sim.scenario.payoffs import FieldError

EXTENDABLE = ("random", "sobol")
"""Methods by which a larger sample begins with the smaller one."""


class Sample(Section):
    """Points drawn from ranges and lists, all of which vary together."""

    method: Literal["random", "latin_hypercube", "sobol"]
    size: Annotated[int, Field(ge=1, le=MAX_VALUES)] = Field(description="How many points.")
    over: dict[str, Any] = Field(
        description="By parameter: from and to, with scale (linear or log) and whole (numbers); a "
        "list or choices, each with the same chance."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.over:
            raise FieldError(("over",), "expected at least one parameter (found none)")
        for name, stated in self.over.items():
            try:
                _spread(stated, np.array([0.5]))
            except FieldError as error:
                raise FieldError(("over", name, *error.path), str(error)) from error
        return self

    def points(self, seed: int) -> list[tuple[tuple[Label, Any], ...]]:
        """Return label and value of each parameter in each point.

        Parameters
        ----------
        seed : int
            Of the study; other parameters are sampled differently.
        """
        rng = np.random.default_rng(sequence(seed, [self.method, *self.over]))
        unit = _unit(self.method, len(self.over), self.size, rng)
        columns = [_spread(stated, unit[:, k]) for k, stated in enumerate(self.over.values())]
        return list(zip(*columns, strict=True))


def _unit(method: str, d: int, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return points in the unit cube, shape ``(size, d)``."""
    if method == "random":
        return rng.random((size, d))
    if method == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(d, rng=rng).random(size))
    with catch_warnings():
        simplefilter("ignore", UserWarning)  # balance is lost if size is no power of two
        return np.asarray(qmc.Sobol(d, rng=rng).random(size))


def _spread(stated: Any, unit: NDArray[np.float64]) -> list[tuple[Label, Any]]:
    """Return what numbers from 0 to 1 stand for, label and value."""
    if isinstance(stated, Mapping) and "from" in stated:
        whole = stated.get("whole", False)
        if not isinstance(whole, bool):
            raise FieldError(("whole",), f"expected true or false (found {type_name(whole)})")
        ends = read_range({key: x for key, x in stated.items() if key != "whole"})
        low, high = ends.transformed()
        if ends.steps is not None or ends.by is not None:
            raise FieldError((), "a sample has no steps: expected from, to, scale and whole")
        inner = low + (high - low) * unit
        drawn = 10.0**inner if ends.scale == "log" else inner
        if whole:
            drawn = np.floor(ends.start + (ends.to - ends.start + 1) * unit)
        values = [int(x) if whole else float(x) for x in drawn]
        return [(label(value), value) for value in values]
    axis = read_axis(stated)
    chosen = np.minimum((unit * len(axis.labels)).astype(int), len(axis.labels) - 1)
    return [(axis.labels[k], axis.values[k]) for k in chosen]
