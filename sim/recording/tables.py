"""What is kept of a run: tidy tables, one row an observation, built when the run is over.

The first row is the state at tick 0, before anybody has met. No table grows beyond :data:`BUDGET`
rows by much: when one would, every other tick is forgotten, and from then on half as many are kept;
what was traded in between is summed, never lost.

Curnits in the tables are those of the reported prices, which sum to 1 for the players' own
utilons.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from curnits.sim.games.coalitions import grand, members, membership
from curnits.sim.games.game import Game
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.recording.observing import Sight, Vector, look, traded

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
    _agreements: list["_Plays"] = field(default_factory=list)
    _threats: dict[int, "_Plays"] = field(default_factory=dict)
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

    def excerpt(self, rows: int | None = None) -> "Recorder":
        """Return a copy that remembers the present state, too, and forgets some of the past.

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
        return copied

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name.

        Returns
        -------
        dict from str to DataFrame
            In all of them ``talk`` is the number of the talk that was under way, from 1.

            - ``ticks``: tick, sanding (curnits at mean price 1 and range 1), clearing (largest
              excess), regret (largest, in average payoff ranges), traded (curnits since the
              last row), destruction (curnits to be expected if talks failed for certain; see
              :meth:`curnits.sim.games.damage.Damage.expected`).
            - ``negotiators``: tick, player, payoff (utilons), price, entitlement (curnits),
              excess (entitlement less payoff, in shares of payoff range), purse (curnits).
            - ``coalitions``: tick, coalition (names joined by ``+``), dividend (curnits for each
              member), worth (curnits delivered to its members), regret (average payoff ranges),
              menace and cost of its standing threat (curnits;
              :class:`curnits.sim.games.damage.Damage`).
            - ``members``: tick, coalition, player, delivered (what the member gets in the conflict
              of the coalition, or by the agreement of all) and claimed (what it may claim there,
              its fallback and the dividend), utilons.
            - ``agreements``: tick, outcome (actions of all joined by ``+``), probability; of what
              all players together agree on, at least :data:`RARE`.
            - ``threats``: tick, coalition, joint_action (actions of its members joined by ``+``),
              probability; of every proper coalition, at least :data:`RARE`; maybe fewer ticks
              than in the other tables, see :data:`BUDGET`.
            - ``trades``: tick, payer, payee, curnits paid since the last row, given_up (utilons of
              the payer that buys at the quotes) and received (utilons of the payee).
        """
        game = self.model.game
        names = ["+".join(game.players[i] for i in members(mask)) for mask in range(1, 1 << game.n)]
        series = {name: np.array(values) for name, values in self._series.items()}
        ticks = np.array(self._ticks)
        inside = [(name, mask) for mask, name in enumerate(names, 1)]
        owners = [(name, game.players[i]) for name, mask in inside for i in members(mask)]
        tables = {
            "ticks": pd.DataFrame(
                {
                    "tick": ticks,
                    **_columns(series, "sanding", "clearing", "regret", "traded", "destruction"),
                }
            ),
            "negotiators": pd.DataFrame(
                {
                    **_index(ticks, player=list(game.players)),
                    **_columns(series, "payoff", "price", "entitlement", "excess", "purse"),
                }
            ),
            "coalitions": pd.DataFrame(
                {
                    **_index(ticks, coalition=names),
                    **_columns(series, "dividend", "worth"),
                    "regret": series["coalition regret"].ravel(),
                    **_columns(series, "menace", "cost"),
                }
            ),
            "members": pd.DataFrame(
                {
                    **_index(
                        ticks,
                        coalition=[coalition for coalition, _ in owners],
                        player=[player for _, player in owners],
                    ),
                    **_columns(series, "delivered", "claimed"),
                }
            ),
            "agreements": _play_table(self._ticks, self._agreements, names)
            .drop(columns="coalition")
            .rename(columns={"joint_action": "outcome"}),
            "threats": _play_table([*self._threats], [*self._threats.values()], names),
            "trades": self._trade_table(ticks, series["trades"]),
        }
        for table in tables.values():
            table.insert(1, "talk", self._talks(table["tick"].to_numpy()))
        return tables

    def _talks(self, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of the talk that was under way at each tick."""
        ended = [entry.ended for entry in self.model.journal.talks[:: self.model.game.n]]
        return np.searchsorted(np.array(ended, dtype=np.int64), ticks) + 1

    def _trade_table(self, ticks: NDArray[np.int64], trades: Vector) -> pd.DataFrame:
        when, payer, payee = np.nonzero(trades[:, 0])
        players = np.array(self.model.game.players)
        curnits, given_up, received = np.moveaxis(trades, 1, 0)[:, when, payer, payee]
        return pd.DataFrame(
            {
                "tick": ticks[when],
                "payer": players[payer],
                "payee": players[payee],
                "curnits": curnits,
                "given_up": given_up,
                "received": received,
            }
        )

    def _threatened(self, threats: Vector) -> "_Plays":
        places, masks, actions = self.model.conflicts.listed
        listed = threats.take(places)
        frequent = np.flatnonzero(listed >= RARE)
        return _Plays(self.model.game, masks[frequent], actions[frequent], listed[frequent])

    def _agreed(self, agreement: Vector) -> "_Plays":
        frequent = np.flatnonzero(agreement >= RARE)
        everybody = np.full(len(frequent), grand(self.model.game.n))
        return _Plays(self.model.game, everybody, frequent, agreement[frequent])

    @property
    def _membership(self) -> Vector:
        return membership(self.model.game.n)


class _Plays(NamedTuple):
    """What coalitions play how often, in a game as large as it was then."""

    game: Game
    masks: NDArray[np.int64]
    actions: NDArray[np.int64]
    chances: Vector


def _play_table(
    ticks: Sequence[int], plays: Sequence[_Plays], coalitions: list[str]
) -> pd.DataFrame:
    """Return one row for each joint action that is played at each tick."""
    known: dict[tuple[int, int, int], str] = {}

    def name(game: Game, mask: int, action: int) -> str:
        key = id(game), mask, action
        if key not in known:
            known[key] = "+".join(game.joint_action(mask, action).values())
        return known[key]

    named = [
        name(played.game, mask, action)
        for played in plays
        for mask, action in zip(played.masks.tolist(), played.actions.tolist(), strict=True)
    ]
    masks = np.concatenate([np.zeros(0, dtype=np.int64), *(played.masks for played in plays)])
    return pd.DataFrame(
        {
            "tick": np.repeat(np.array(ticks, dtype=np.int64), [len(p.masks) for p in plays]),
            "coalition": np.array(["", *coalitions], dtype=object)[masks],
            "joint_action": pd.Series(named, dtype=object),
            "probability": np.concatenate([np.zeros(0), *(played.chances for played in plays)]),
        }
    )


def _index(ticks: NDArray[np.int64], **entries: list[str]) -> dict[str, Any]:
    """Return columns with a row for each tick and entry; entries of several columns go together."""
    count = max(map(len, entries.values()))
    return {"tick": np.repeat(ticks, count)} | {
        name: own * len(ticks) for name, own in entries.items()
    }


def _columns(series: dict[str, Vector], *names: str) -> dict[str, Vector]:
    return {name: series[name].ravel() for name in names}
