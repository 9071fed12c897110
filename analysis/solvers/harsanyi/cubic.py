"""Polynomials of degree three in many unknowns, with their derivatives.

Takes arrays of terms, gives values and slopes at a point; :mod:`.conditions` writes the conditions
of the ``harsanyi`` equilibrium so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Vector = NDArray[np.float64]
type Indices = NDArray[np.int64]

_DEGREE = 3
"""Factors of a term, at most: the polynomials are cubic."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where the entries of sparse square matrices stand: rows and columns, ``(e,)`` each.

    Entries are in C order; ``diagonal`` are the numbers of those on the diagonal, ``(count,)``.
    """

    count: int
    rows: Indices
    columns: Indices
    diagonal: Indices

    def numbers(self, rows: Indices, columns: Indices) -> Indices:
        """Return the numbers of entries at given places, and ``e`` where there is none."""
        places, wanted = self.rows * self.count + self.columns, rows * self.count + columns
        found = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
        return np.where(places[found] == wanted, found, len(places))

    def dense(self, entries: Vector) -> Vector:
        """Return the matrix with these entries, shape ``(count, count)``."""
        matrix = np.zeros((self.count, self.count))
        matrix[self.rows, self.columns] = entries
        return matrix

    def product(self, entries: Vector, x: Vector) -> Vector:
        """Return the product of the matrix with these entries and a vector, ``(count,)``."""
        return np.bincount(self.rows, entries * x[self.columns], self.count)


class Cubic:
    """As many polynomials as there are unknowns.

    Parameters
    ----------
    count : int
    terms : sequence of tuples
        Each is ``(rows, coefficients, *factors)``, arrays that are broadcast against each other:
        to the polynomials numbered ``rows``, coefficients times the unknowns numbered by up to
        three factors are added.

    Attributes
    ----------
    pattern : Pattern
        Of the slopes, all places on the diagonal among them.
    """

    def __init__(self, count: int, terms: Sequence[tuple[ArrayLike, ...]]) -> None:
        terms = sorted(terms, key=len, reverse=True)  # those with most factors first
        shapes = [np.broadcast(*term).shape for term in terms]
        ends = np.cumsum([prod(shape) for shape in shapes]).tolist()
        self._count = count
        self._coefficients = np.empty(ends[-1])
        # a factor that a term has not got is a further unknown, which is always 1
        numbers = np.full((1 + _DEGREE, ends[-1]), count)
        self._sizes = [0] * _DEGREE
        for (rows, coefficients, *factors), shape, end in zip(terms, shapes, ends, strict=True):
            these = slice(end - prod(shape), end)
            self._coefficients[these].reshape(shape)[...] = coefficients
            for k, part in enumerate([rows, *factors]):
                numbers[k, these].reshape(shape)[...] = part
            for k in range(len(factors)):
                self._sizes[k] = end
        self._rows, self._factors = numbers[0], numbers[1:]
        slopes = [
            self._rows[:size] * count + factor[:size]
            for factor, size in zip(self._factors, self._sizes, strict=True)
        ]
        diagonal = np.arange(count) * (count + 1)
        places, own = np.unique(np.concatenate([*slopes, diagonal]), return_inverse=True)
        self._entries = own[:-count]
        self.pattern = Pattern(count, *np.divmod(places, count), own[-count:])

    def __call__(self, x: Vector) -> tuple[Vector, Vector]:
        """Return values, ``(count,)``, and the entries of the slopes, ``(e,)``, at a point."""
        one, two, three = np.append(x, 1.0)[self._factors]
        scaled = self._coefficients * one
        values = np.bincount(self._rows, scaled * two * three, self._count)
        first, second, third = self._sizes
        slopes = np.concatenate(
            [
                (self._coefficients * two * three)[:first],
                scaled[:second] * three[:second],
                scaled[:third] * two[:third],
            ]
        )
        return values, np.bincount(self._entries, slopes, len(self.pattern.rows))
