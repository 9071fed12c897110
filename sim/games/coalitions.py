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


def moebius(worths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``w[S] = Σ_{R⊆S} (−1)^{|S|−|R|} worths[R]`` along the first axis, of length ``2**n``.

    The inverse of :func:`zeta` (Rota 1964); of a worth function it gives Harsanyi's dividends,
    ``|S| d_S`` (Harsanyi 1963, section 4).
    """
    return _sum_over_subsets(worths, -1.0)


def zeta(dividends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``worth[S] = Σ_{R⊆S} dividends[R]`` along the first axis, of length ``2**n``."""
    return _sum_over_subsets(dividends, 1.0)


def _sum_over_subsets(values: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    total = np.array(values, dtype=np.float64)
    step = 1
    while step < len(total):
        halves = total.reshape(-1, 2, step, *total.shape[1:])
        halves[:, 1] += sign * halves[:, 0]
        step *= 2
    return total


@lru_cache(maxsize=32)
def membership(n: int) -> NDArray[np.float64]:
    """Return a read-only ``(2**n, n)`` array, 1.0 where player ``i`` belongs to coalition ``S``."""
    table = (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(np.float64)
    table.flags.writeable = False
    return table


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
