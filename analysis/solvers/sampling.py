"""The coco value from some of the conflicts only, for games with too many of them.

Takes conflict values as a function of coalitions, gives an unbiased estimate with confidence
intervals. Called by ``curnits solve --sample``; each conflict that is drawn is solved exactly.

Conflicts are drawn without replacement within strata, pairs ``{S, N∖S}`` by the size of the smaller
side; ``v(N∖S) = −v(S)`` comes free. Half of them fit ``v(S) ≈ Σ_{i∈S} φ_i − Σ_{j∉S} φ_j`` plus a
level for each size by least squares with Shapley's weights (Charnes, Golany, Keane & Rousseau 1988;
Lundberg & Lee 2017); from all conflicts, and without levels, φ would be the coco value itself. The
coco value of what the fit leaves over is estimated from the other half, stratum by stratum, so that
no error of the fit stays. The halves then change places, and both estimates are averaged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from curnits.analysis.solution import Vector
from curnits.sim.errors import InputError
from curnits.sim.games.coalitions import membership

type Coalitions = NDArray[np.int64]

type Values = Callable[[Coalitions], Vector]
"""Conflict values ``v(S)``, shape ``(P,)``, of coalitions by mask."""

_LEAST = 4
"""Fewest conflicts of a stratum: two in each half, so that their spread can be seen."""


class SampleError(InputError):
    """A sample that is too small for a game."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """An estimated coco value.

    Attributes
    ----------
    payoffs : ndarray, shape (n,)
        After payments; they add up to the largest joint payoff.
    errors : ndarray, shape (n,)
        Standard errors; 0 if all conflicts were solved.
    margins : ndarray, shape (n,)
        Half the widths of intervals that hold each player's value with the given confidence.
    confidence : float
    conflicts, of : int
        How many were solved, and how many there are.
    """

    payoffs: Vector
    errors: Vector
    margins: Vector
    confidence: float
    conflicts: int
    of: int


@dataclass(frozen=True, eq=False)
class _Stratum:
    """Conflicts drawn among all with a smaller side of one size.

    ``signs``, shape ``(m, n)``: +1 for members of that side, −1 for the others; ``values``, shape
    ``(m,)``; ``pairs``: how many there are; ``half``: which half each belongs to.
    """

    size: int
    pairs: int
    signs: Vector
    values: Vector
    half: NDArray[np.int64]

    @property
    def shares(self) -> Vector:
        """What a unit of value is worth to each player, shape ``(m, n)``, times all pairs."""
        other = self.signs.shape[1] - self.size
        shares = np.where(self.signs > 0, 1.0 / self.size, -1.0 / other)
        return shares / 2.0 if other == self.size else shares


@dataclass(frozen=True, eq=False)
class _Fit:
    """``v(S) ≈ slopes · signs + level`` of the stratum; the coco value of all levels is 0.

    For members of the smaller side gain on average by them what they lose on the larger side.
    Where both sides are equal there is no level.
    """

    slopes: Vector
    levels: Vector


def estimate(
    n: int,
    best: float,
    values: Values,
    conflicts: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate the coco value.

    Parameters
    ----------
    n : int
        Number of players.
    best : float
        The largest joint payoff, ``v(N)``.
    values : callable
        Solves the conflicts of the coalitions drawn.
    conflicts : int
        How many to draw.
    rng : numpy.random.Generator
    confidence : float

    Raises
    ------
    SampleError
        If ``conflicts`` is below what the strata need.
    """
    if n == 1:
        raise SampleError("a game of one player has no conflicts to draw from")
    sizes = range(1, n // 2 + 1)
    pairs = np.array([comb(n, size) // (1 + (2 * size == n)) for size in sizes], dtype=np.int64)
    counts = _allocated(pairs, np.array([1.0 / np.sqrt(s * (n - s)) for s in sizes]), conflicts)
    drawn = [_draw(n, s, p, m, rng) for s, p, m in zip(sizes, pairs, counts, strict=True)]
    found = np.split(values(np.concatenate(drawn)), np.cumsum(counts)[:-1])
    strata = [
        _Stratum(
            size,
            int(total),
            membership(n)[masks] * 2.0 - 1.0,
            own,
            rng.permutation(np.arange(len(masks)) % 2),
        )
        for size, total, masks, own in zip(sizes, pairs, drawn, found, strict=True)
    ]
    fits = [_fitted(strata, best, half) for half in (0, 1)]
    payoffs = np.mean(
        [fit.slopes + _left_over(strata, fit, half) for half, fit in enumerate(fits)], axis=0
    )
    errors, freedom = _spread(strata, fits)
    margins = errors * stdtrit(freedom, (1.0 + confidence) / 2.0)
    return Estimate(
        payoffs, errors, np.nan_to_num(margins), confidence, int(counts.sum()), int(pairs.sum())
    )


def _allocated(pairs: Coalitions, weights: Vector, conflicts: int) -> Coalitions:
    """Divide conflicts among strata in proportion to weights, none more than there are."""
    least = np.minimum(pairs, _LEAST)
    if conflicts < least.sum():
        raise SampleError(
            f"a sample of {conflicts} conflicts is too small: at least {least.sum()} for so many "
            "players"
        )
    low, high = 0.0, float(((pairs + 1) / weights).max())
    for _ in range(100):
        middle = (low + high) / 2.0
        counts = np.clip((middle * weights).astype(np.int64), least, pairs)
        low, high = (middle, high) if counts.sum() <= conflicts else (low, middle)
    return np.clip((low * weights).astype(np.int64), least, pairs)


def _draw(n: int, size: int, pairs: int, count: int, rng: np.random.Generator) -> Coalitions:
    """Draw different coalitions of a size; of equal halves only those with player 0."""
    chosen: dict[int, None] = {}
    while len(chosen) < count:
        members = rng.permutation(n)[:size]
        mask = int((1 << members).sum())
        if 2 * size == n and not mask & 1:
            mask ^= (1 << n) - 1
        chosen[mask] = None
    return np.array(list(chosen), dtype=np.int64)


def _fitted(strata: list[_Stratum], best: float, half: int) -> _Fit:
    """Fit the *other* half by weighted least squares, with ``Σ φ = best``."""
    rows, targets = [], []
    for k, stratum in enumerate(strata):
        used = stratum.half != half
        signs = stratum.signs[used]
        n = signs.shape[1]
        halves = 2 * stratum.size == n
        levels = np.zeros((len(signs), len(strata)))
        levels[:, k] = not halves
        mass = (1 if halves else 2) / (stratum.size * (n - stratum.size))
        weight = np.sqrt(mass / max(1, len(signs)))
        free = signs - signs.mean(axis=1, keepdims=True)
        rows.append(weight * np.hstack([free, levels]))
        targets.append(weight * (stratum.values[used] - signs.mean(axis=1) * best))
    found = np.linalg.lstsq(np.concatenate(rows), np.concatenate(targets), rcond=None)[0]
    slopes = found[:n] - found[:n].mean() + best / n
    return _Fit(slopes, found[n:])


def _left_over(strata: list[_Stratum], fit: _Fit, half: int) -> Vector:
    """Estimate the coco value of what a fit leaves over from a half, shape ``(n,)``.

    The other half's conflicts are known, so only the mean of all but those is estimated.
    """
    total = np.zeros(len(fit.slopes))
    for stratum, worths in zip(strata, _worths(strata, fit), strict=True):
        own = stratum.half == half
        rest = stratum.pairs - np.count_nonzero(~own)
        known = worths[~own].sum(axis=0)
        total += (known + (rest * worths[own].mean(axis=0) if rest else 0.0)) / stratum.pairs
    return total


def _worths(strata: list[_Stratum], fit: _Fit) -> Iterator[Vector]:
    """Yield what is left over in each conflict drawn, by what it is worth to each player."""
    for stratum, level in zip(strata, fit.levels, strict=True):
        left = stratum.values - stratum.signs @ fit.slopes - level
        yield left[:, None] * stratum.shares


def _spread(strata: list[_Stratum], fits: list[_Fit]) -> tuple[Vector, Vector]:
    """Return standard errors and degrees of freedom (Satterthwaite 1946), each ``(n,)``."""
    n = len(fits[0].slopes)
    variance, squares = np.zeros(n), np.zeros(n)
    for stratum, *worths in zip(strata, *(_worths(strata, fit) for fit in fits), strict=True):
        count = len(stratum.values)
        if count < stratum.pairs:
            own = np.choose(stratum.half[:, None], worths)
            part = own.var(axis=0, ddof=1) / count * (1.0 - count / stratum.pairs)
            variance += part
            squares += part**2 / (count - 1)
    exact = variance == 0.0
    freedom = np.where(exact, np.inf, variance**2 / np.where(exact, 1.0, squares))
    return np.sqrt(variance), freedom
