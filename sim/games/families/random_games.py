"""Games whose payoffs are drawn at random, in any shape."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import override

import numpy as np

from curnits.sim.games.families.base import (
    Family,
    Payoffs,
    check_count,
    check_numbers,
    numbered,
    require,
)
from curnits.sim.games.normal import MAX_CELLS, NormalGame, check_size

_LARGEST_EXACT_INTEGER = 2**53
"""Payoffs beyond it are not told from their neighbours in double precision."""


@dataclass(frozen=True)
class _Random(Family):
    """A random game with ``shape[i]`` actions for player ``i``."""

    shape: Sequence[int] = (2, 2, 2)

    def __post_init__(self) -> None:
        require(
            isinstance(self.shape, Sequence) and len(self.shape) > 0,
            f"shape must list the number of actions of each player, found {self.shape!r}",
        )
        for i, count in enumerate(self.shape):
            check_count(f"shape[{i}]", count, 1, MAX_CELLS)
        object.__setattr__(self, "shape", tuple(self.shape))
        check_size(self.shape)

    @abstractmethod
    def _draw(self, rng: np.random.Generator, size: tuple[int, ...]) -> Payoffs:
        """Return payoffs of the given shape, players first."""

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        players = numbered(len(self.shape))
        actions = tuple(numbered(count) for count in self.shape)
        payoffs = self._draw(rng, (len(self.shape), *self.shape))
        return NormalGame(players, actions, payoffs, title="Random game")


@dataclass(frozen=True)
class Uniform(_Random):
    """Independent payoffs, uniform between ``low`` and ``high`` utilons.

    Parameters
    ----------
    shape : sequence of int
        Number of actions of each player.
    low, high : float
        Utilons, ``low < high``.

    Raises
    ------
    GameError
        If a parameter is out of range or the game would be too big.
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(low=self.low, high=self.high)
        require(self.low < self.high, f"low must be below high, found {self.low} and {self.high}")

    @override
    def _draw(self, rng: np.random.Generator, size: tuple[int, ...]) -> Payoffs:
        return rng.uniform(self.low, self.high, size)


@dataclass(frozen=True)
class _Bell(_Random):
    """A random game whose payoffs are normal in some scale, with a mean and a deviation there."""

    mean: float = 0.0
    deviation: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(mean=self.mean, deviation=self.deviation)
        require(self.deviation > 0, f"deviation must be positive, found {self.deviation}")


@dataclass(frozen=True)
class Normal(_Bell):
    """Independent payoffs, normal.

    Parameters
    ----------
    shape : sequence of int
        Number of actions of each player.
    mean, deviation : float
        Utilons; the standard deviation is positive.

    Raises
    ------
    GameError
        If a parameter is out of range or the game would be too big.
    """

    @override
    def _draw(self, rng: np.random.Generator, size: tuple[int, ...]) -> Payoffs:
        return rng.normal(self.mean, self.deviation, size)


@dataclass(frozen=True)
class LogNormal(_Bell):
    """Independent payoffs whose logarithms are normal: most are small, some very large.

    Parameters
    ----------
    shape : sequence of int
        Number of actions of each player.
    mean, deviation : float
        Of the logarithm of the payoffs; the standard deviation is positive.

    Raises
    ------
    GameError
        If a parameter is out of range or the game would be too big.
    """

    @override
    def _draw(self, rng: np.random.Generator, size: tuple[int, ...]) -> Payoffs:
        return rng.lognormal(self.mean, self.deviation, size)


@dataclass(frozen=True)
class Integer(_Random):
    """Independent payoffs, each integer from ``low`` to ``high`` equally likely: many ties.

    Parameters
    ----------
    shape : sequence of int
        Number of actions of each player.
    low, high : int
        Utilons, both included, ``low ≤ high``.

    Raises
    ------
    GameError
        If a parameter is out of range or the game would be too big.
    """

    low: int = 0
    high: int = 9

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count("low", self.low, -_LARGEST_EXACT_INTEGER, _LARGEST_EXACT_INTEGER)
        check_count("high", self.high, self.low, _LARGEST_EXACT_INTEGER)

    @override
    def _draw(self, rng: np.random.Generator, size: tuple[int, ...]) -> Payoffs:
        return rng.integers(self.low, self.high, size, endpoint=True).astype(np.float64)


@dataclass(frozen=True)
class Covariant(_Random):
    """Standard normal payoffs, correlated across players (Rinott & Scarsini 2000).

    In each outcome any two players' payoffs have correlation ρ; outcomes are independent. ρ = 1
    gives common interests, ρ = −1/(n−1) a zero-sum game. The same family as in GAMUT (Nudelman,
    Wortman, Shoham & Leyton-Brown 2004).

    Parameters
    ----------
    shape : sequence of int
        Number of actions of each player.
    correlation : float
        ρ, from −1/(n−1) to 1.

    Raises
    ------
    GameError
        If a parameter is out of range or the game would be too big.
    """

    correlation: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(correlation=self.correlation)
        lowest = -1.0 / max(1, len(self.shape) - 1)
        require(
            lowest <= self.correlation <= 1.0,
            f"correlation must be from {lowest:g} to 1 with {len(self.shape)} players, "
            f"found {self.correlation}",
        )

    @override
    def _draw(self, rng: np.random.Generator, size: tuple[int, ...]) -> Payoffs:
        # The mean and the deviations from it are the eigenspaces of the covariance matrix.
        draws = rng.standard_normal(size)
        mean = draws.mean(axis=0)
        common = max(0.0, 1.0 + (size[0] - 1) * self.correlation)
        return np.asarray(np.sqrt(1.0 - self.correlation) * (draws - mean) + np.sqrt(common) * mean)
