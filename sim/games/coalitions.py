"""Coalitions as bitmasks: bit ``i`` of a mask is set when player ``i`` is a member."""

from collections.abc import Iterator
from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

type Mask = int


def grand(n: int) -> Mask:
    """Return the coalition of all ``n`` players."""
    return (1 << n) - 1


def members(coalition: Mask) -> tuple[int, ...]:
    """Return the players of a coalition in ascending order."""
    return tuple(i for i in range(coalition.bit_length()) if coalition >> i & 1)


def size(coalition: Mask) -> int:
    """Return the number of players of a coalition."""
    return coalition.bit_count()


def proper_coalitions(n: int) -> range:
    """Return every coalition of ``n`` players but the empty and the grand one, ascending."""
    return range(1, grand(n))


def subsets(coalition: Mask) -> Iterator[Mask]:
    """Yield the non-empty subsets of a coalition, itself included, from the largest mask down."""
    subset = coalition
    while subset:
        yield subset
        subset = (subset - 1) & coalition


def moebius(worths: NDArray[np.float64], axis: int = 0) -> NDArray[np.float64]:
    """Return ``w[S] = Σ_{R⊆S} (−1)^{|S|−|R|} worths[R]`` along an axis, of length ``2**n``.

    The inverse of :func:`zeta` (Rota 1964); of a worth function it gives Harsanyi's dividends,
    ``|S| d_S`` (Harsanyi 1963, section 4).
    """
    total = np.array(worths, dtype=np.float64, order="C")
    for without, with_ in _halves(total, axis):
        np.subtract(with_, without, out=with_)
    return total


def zeta(dividends: NDArray[np.float64], axis: int = 0) -> NDArray[np.float64]:
    """Return ``worth[S] = Σ_{R⊆S} dividends[R]`` along an axis, of length ``2**n``."""
    total = np.array(dividends, dtype=np.float64, order="C")
    for without, with_ in _halves(total, axis):
        np.add(with_, without, out=with_)
    return total


def _halves(
    total: NDArray[np.float64], axis: int
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield, for one player after the other, views of the coalitions without and with it."""
    step = total.strides[axis] // total.itemsize
    end = step * total.shape[axis]
    while step < end:
        halves = total.reshape(-1, 2, step)
        yield halves[:, 0], halves[:, 1]
        step *= 2


@lru_cache(maxsize=32)
def membership(n: int) -> NDArray[np.float64]:
    """Return a read-only ``(2**n, n)`` array, 1.0 where player ``i`` belongs to coalition ``S``."""
    table = (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(np.float64)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=32)
def headcounts(n: int) -> NDArray[np.float64]:
    """Return how many belong to each coalition, shape ``(2**n,)``; 1 for the empty one."""
    counts = np.maximum(membership(n).sum(axis=1), 1.0)
    counts.flags.writeable = False
    return counts


@lru_cache(maxsize=32)
def shapley_weights(n: int) -> NDArray[np.float64]:
    """Return ``γ[S] = (|S|−1)! (n−|S|)! / n!`` for every mask; 0 for the empty coalition.

    The value of player ``i`` is ``Σ_{S∋i} γ[S] (Z[S] − Z[N∖S])`` (Shapley 1953, theorem 1).
    """
    weights = [factorial(s - 1) * factorial(n - s) / factorial(n) for s in range(1, n + 1)]
    sizes = membership(n).sum(axis=1).astype(np.int64)
    table = np.array([0.0, *weights])[sizes]
    table.flags.writeable = False
    return table
