"""All runs of a study, one after the other, made when they are asked for.

A design is a product of factors: axes, groups of paired axes, a sample, and replications.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.studies.axes import Label
from curnits.analysis.studies.seeding import run_id

REPLICATE = "replicate"
"""Name of the column that counts the replications of the same parameters, from 1."""


@dataclass(frozen=True)
class Factor:
    """Parameters that vary together.

    Attributes
    ----------
    names : tuple of str
    rows : sequence
        Label and value of each of them, one row a level.
    """

    names: tuple[str, ...]
    rows: Sequence[tuple[tuple[Label, Any], ...]]


@dataclass(frozen=True)
class Point:
    """One run of a study.

    Attributes
    ----------
    labels : dict from str to label
        Parameters as tables show them, in the order of the file; the replicate is the last.
    values : dict from str to object
        What is put into the scenario, by dotted name; without the replicate.
    """

    labels: Mapping[str, Label]
    values: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The name of the run."""
        return run_id(self.labels)


@dataclass(frozen=True)
class Design:
    """The product of factors, the last varying fastest."""

    factors: tuple[Factor, ...]
    replications: int = 1

    @property
    def names(self) -> list[str]:
        """All parameters, without the replicate."""
        return [name for factor in self.factors for name in factor.names]

    @property
    def levels(self) -> list[int]:
        """Levels of each factor."""
        return [len(factor.rows) for factor in self.factors]

    @property
    def runs(self) -> int:
        """How many there are."""
        return prod(self.levels) * self.replications

    def __len__(self) -> int:
        return self.runs

    def at(self, number: int) -> list[int]:
        """Return the level of each factor in a run."""
        rest = number // self.replications
        levels = []
        for count in reversed(self.levels):
            rest, level = divmod(rest, count)
            levels.append(level)
        return levels[::-1]

    def __getitem__(self, number: int) -> Point:
        entries: list[tuple[str, tuple[Label, Any]]] = []
        for factor, level in zip(self.factors, self.at(number), strict=True):
            entries += zip(factor.names, factor.rows[level], strict=True)
        replicate = number % self.replications
        labels = {name: shown for name, (shown, _) in entries}
        values = {name: value for name, (_, value) in entries}
        return Point({**labels, REPLICATE: replicate + 1}, values)

    def __iter__(self) -> Iterator[Point]:
        return (self[number] for number in range(len(self)))

    @cached_property
    def ids(self) -> NDArray[np.uint64]:
        """Names of all runs as numbers, in order: 8 bytes a run."""
        return np.fromiter((int(point.id, 16) for point in self), np.uint64, len(self))

    def number(self, levels: Sequence[int]) -> int:
        """Return the number of the first replicate at some levels of the factors."""
        number = 0
        for level, count in zip(levels, self.levels, strict=True):
            number = number * count + level
        return number * self.replications
