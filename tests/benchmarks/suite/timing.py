"""Times of several ways to do the same, taken in turns so that a busy machine is fair to all."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Work = Callable[[], object]

ROUNDS = 9
"""How often each way comes in turn."""

_LEAST = 2e-3
"""Seconds that one measurement takes at least: quicker work is repeated."""


_LONG = 0.5
"""Seconds of work of which one warming up is enough to know how long it takes."""


@dataclass(frozen=True, eq=False)
class Times:
    """Seconds of processor time, all threads together, and of the clock; shapes ``(rounds,)``."""

    processor: NDArray[np.float64]
    clock: NDArray[np.float64]

    @property
    def median(self) -> float:
        """Seconds of processor time."""
        return float(np.median(self.processor))

    def __str__(self) -> str:
        low, high = np.quantile(self.processor, [0.25, 0.75])
        return f"{seconds(self.median)} ({seconds(low)} to {seconds(high)})"


def measure(ways: Mapping[str, Work], rounds: int = ROUNDS) -> dict[str, Times]:
    """Time several ways; each is run once before, for what happens only once."""
    repeats = {}
    for name, work in ways.items():
        taken, _ = _once(work, 1)
        if taken < _LONG:
            taken, _ = _once(work, 1)
        repeats[name] = max(1, round(_LEAST / max(taken, 1e-7)))
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            found[name].append(_once(work, repeats[name]))
    return {name: Times(*np.array(both).T) for name, both in found.items()}


def _once(work: Work, repeats: int) -> tuple[float, float]:
    processor, clock = time.process_time(), time.perf_counter()
    for _ in range(repeats):
        work()
    return (
        (time.process_time() - processor) / repeats,
        (time.perf_counter() - clock) / repeats,
    )


def ratio(slow: Times, fast: Times) -> float:
    """Return the median, over the rounds, of how many times as long the first takes."""
    return float(np.median(slow.processor / fast.processor))


def seconds(number: float) -> str:
    """Say a time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number / 1e-6:.2g} µs"
