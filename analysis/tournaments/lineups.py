"""Line-ups: which policy sits where, in which game, for the how-manieth time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from curnits.analysis.studies.seeding import run_id, run_seed

SEPARATOR = " | "
"""Between the policies of a line-up as text."""


@dataclass(frozen=True)
class Lineup:
    """One run of a tournament.

    Attributes
    ----------
    game : str
        Its name in the file.
    draw : int
        Of the family, from 1.
    policies : tuple of str
        By seat.
    replication : int
        From 1.
    """

    game: str
    draw: int
    policies: tuple[str, ...]
    replication: int

    @property
    def labels(self) -> dict[str, Any]:
        """What tells it from all others, as columns of a row."""
        return {
            "game": self.game,
            "draw": self.draw,
            "lineup": SEPARATOR.join(self.policies),
            "replication": self.replication,
        }

    @cached_property
    def id(self) -> str:
        """16 hex digits."""
        return run_id(self._names)

    def seed(self, tournament: int) -> int:
        """Return the seed of the run in a tournament with a seed."""
        return run_seed(tournament, self._names)

    @property
    def _names(self) -> dict[str, Any]:
        return {**self.labels, "lineup": list(self.policies)}


def all_lineups(policies: Sequence[str], seats: int) -> list[tuple[str, ...]]:
    """Return every way to seat policies."""
    return list(product(policies, repeat=seats))


def sampled(
    lineups: Sequence[tuple[str, ...]], size: int, game: str, seed: int
) -> list[tuple[str, ...]]:
    """Return some line-ups; a larger sample of the same ones holds the smaller one."""
    lot = {lineup: run_seed(seed, {"game": game, "lineup": list(lineup)}) for lineup in lineups}
    drawn = set(sorted(lineups, key=lambda lineup: lot[lineup])[:size])
    return [lineup for lineup in lineups if lineup in drawn]
