"""Watches a negotiation tick by tick, and remembers every few of them.

The first row is the state at tick 0, before anybody has met. No table grows beyond :data:`BUDGET`
rows by much: when one would, every other tick is forgotten, and from then on half as many are kept;
what was traded in between is summed, never lost.
"""

from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import grand, membership
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.recording.observing import Sight, Vector, look, traded
from curnits.sim.recording.tables import Plays, Record

RARE = 1e-3
"""Joint actions, and outcomes agreed on, less frequent than this are left out of the tables."""

BUDGET = 500_000
"""Most rows of a table, about: some 10 MB in memory. With up to six players of two actions a run of
20,000 ticks, recorded every 10, stays below it."""

_FEWEST = 32
"""Ticks that are always kept, however many rows that makes."""

_SUMMED = ("traded", "trades")
"""Series that add up what happened since the last row."""


@dataclass
class Recorder:
    """Watches a negotiation tick by tick and remembers every few of them.

    Attributes
    ----------
    model : Negotiation
    every : int
        Ticks between two rows of a series; doubled whenever every other one is forgotten.
    trades : ndarray, shape (3, n, n)
        What was traded since the last row, see :func:`curnits.sim.recording.observing.traded`.
    """

    model: Negotiation
    every: int
    _ticks: list[int] = field(default_factory=list)
    _series: dict[str, list[Vector]] = field(default_factory=dict)
    _agreements: list[Plays] = field(default_factory=list)
    _threats: dict[int, Plays] = field(default_factory=dict)
    _plays: int = 0  # rows of threats
    _every_threat: int = field(init=False)
    trades: Vector = field(init=False)

    def __post_init__(self) -> None:
        n = self.model.game.n
        self.trades = np.zeros((3, n, n))
        self._every_threat = self.every
        self._keep(look(self.model, self.trades))

    def observe(self) -> None:
        """Note the trades of this tick, and every few ticks everything else."""
        self.trades += traded(self.model)
        if self.model.ticks % self.every == 0:
            self.note(look(self.model, self.trades))

    def note(self, seen: Sight) -> None:
        """Remember a state, and forget others if they become too many."""
        self._keep(seen)
        self._thin()

    def _keep(self, seen: Sight) -> None:
        self._ticks.append(seen.tick)
        for name, value in seen.series.items():
            self._series.setdefault(name, []).append(value)
        self._agreements.append(self._agreed(seen.agreement))
        if seen.tick % self._every_threat == 0:
            self._threats[seen.tick] = self._threatened(seen.threats)
            self._plays += len(self._threats[seen.tick].actions)
        self.trades = np.zeros_like(self.trades)

    def _thin(self) -> None:
        """Forget every other tick, or its threats, if there are too many rows."""
        if len(self._ticks) * self._membership.sum() > BUDGET and len(self._ticks) > _FEWEST:
            self._select(np.arange(0, len(self._ticks), 2))
            self.every *= 2
        if self._plays > BUDGET and len(self._threats) > _FEWEST:
            self._every_threat *= 2
            self._keep_threats([t for t in self._threats if t % self._every_threat == 0])

    def _select(self, rows: NDArray[np.int64]) -> None:
        """Forget all rows but some; what was traded after the last of them is traded anew."""
        after = {name: sum(self._series[name][rows[-1] + 1 :]) for name in _SUMMED}
        self.trades = self.trades + after["trades"]
        firsts = np.append(0, rows[:-1] + 1)
        end = rows[-1] + 1
        self._series = {
            name: list(np.add.reduceat(values[:end], firsts))
            if name in _SUMMED
            else [values[k] for k in rows]
            for name, values in self._series.items()
        }
        self._ticks = [self._ticks[k] for k in rows]
        self._agreements = [self._agreements[k] for k in rows]
        self._keep_threats([tick for tick in self._ticks if tick in self._threats])

    def _keep_threats(self, ticks: list[int]) -> None:
        self._threats = {tick: self._threats[tick] for tick in ticks}
        self._plays = sum(len(kept.actions) for kept in self._threats.values())

    def excerpt(self, rows: int | None = None) -> Record:
        """Return what is remembered, with the present state, but without some of the past.

        Parameters
        ----------
        rows : int, optional
            Most ticks to remember, evenly spread; what was traded in between is summed.
        """
        copied = copy(self)
        copied._ticks, copied._agreements = list(self._ticks), list(self._agreements)
        copied._threats = dict(self._threats)
        copied._series = {name: list(values) for name, values in self._series.items()}
        if self._ticks[-1] != self.model.ticks:
            copied._keep(look(self.model, self.trades))
        copied._threats[self.model.ticks] = self._threatened(self.model.credible()[0])
        have = len(copied._ticks)
        if rows is not None and have > rows:
            copied._select(np.unique(np.linspace(0, have - 1, rows).astype(int)))
        ended = [entry.ended for entry in self.model.journal.talks[:: self.model.game.n]]
        return Record(
            self.model.game,
            np.array(ended, dtype=np.int64),
            np.array(copied._ticks, dtype=np.int64),
            copied._series,
            copied._agreements,
            copied._threats,
        )

    def _threatened(self, threats: Vector) -> Plays:
        places, masks, actions = self.model.conflicts.listed
        listed = threats.take(places)
        frequent = np.flatnonzero(listed >= RARE)
        return Plays(self.model.game, masks[frequent], actions[frequent], listed[frequent])

    def _agreed(self, agreement: Vector) -> Plays:
        frequent = np.flatnonzero(agreement >= RARE)
        everybody = np.full(len(frequent), grand(self.model.game.n))
        return Plays(self.model.game, everybody, frequent, agreement[frequent])

    @property
    def _membership(self) -> Vector:
        return membership(self.model.game.n)
