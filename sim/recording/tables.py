"""What is kept of a run: tidy tables, one row an observation, each built when it is asked for.

Takes what a :class:`curnits.sim.recording.recorder.Recorder` remembers. Curnits in the tables are
those of the reported prices, which sum to 1 for the players' own utilons.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple, override

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from curnits.sim.games.coalitions import members
from curnits.sim.games.game import Game
from curnits.sim.recording.observing import Vector


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name, each built when it is first asked for; pickled as a dictionary.

    Parameters
    ----------
    builders : mapping from str to callable
    """

    def __init__(self, builders: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        self._builders = builders
        self._built: dict[str, pd.DataFrame] = {}

    @override
    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._built:
            self._built[name] = self._builders[name]()
        return self._built[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._builders)

    @override
    def __len__(self) -> int:
        return len(self._builders)

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


class Plays(NamedTuple):
    """What coalitions play how often, in a game as large as it was then."""

    game: Game
    masks: NDArray[np.int64]
    actions: NDArray[np.int64]
    chances: Vector


@dataclass(frozen=True, eq=False)
class Record:
    """What is remembered of a negotiation.

    Attributes
    ----------
    game : Game
        As it was at the end.
    ended : ndarray of int
        Ticks at which talks ended.
    ticks : ndarray of int, shape (T,)
    series : dict from str to sequence of ndarray
        What was seen at each tick, see :func:`curnits.sim.recording.observing.look`.
    agreements : sequence of Plays
        At each tick.
    threats : dict from int to Plays
        At some of the ticks.
    """

    game: Game
    ended: NDArray[np.int64]
    ticks: NDArray[np.int64]
    series: Mapping[str, Sequence[Vector]]
    agreements: Sequence[Plays]
    threats: Mapping[int, Plays]

    def tables(self) -> Mapping[str, Callable[[], pd.DataFrame]]:
        """Return what builds the tables, by name.

        Returns
        -------
        dict from str to callable
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
              all players together agree on, at least
              :data:`curnits.sim.recording.recorder.RARE`.
            - ``threats``: tick, coalition, joint_action (actions of its members joined by ``+``),
              probability; of every proper coalition, at least
              :data:`curnits.sim.recording.recorder.RARE`; maybe fewer ticks
              than in the other tables, see :data:`BUDGET`.
            - ``trades``: tick, payer, payee, curnits paid since the last row, given_up (utilons of
              the payer that buys at the quotes) and received (utilons of the payee).
        """
        builders = {
            "ticks": self._ticks,
            "negotiators": self._negotiators,
            "coalitions": self._coalitions,
            "members": self._members,
            "agreements": self._agreements,
            "threats": self._threats,
            "trades": self._trades,
        }
        return {name: partial(self._with_talks, build) for name, build in builders.items()}

    def _with_talks(self, build: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Build a table, and say of each row which talk was under way."""
        table = build()
        table.insert(1, "talk", np.searchsorted(self.ended, table["tick"].to_numpy()) + 1)
        return table

    def _ticks(self) -> pd.DataFrame:
        names = ("sanding", "clearing", "regret", "traded", "destruction")
        return pd.DataFrame({"tick": self.ticks, **self._columns(*names)})

    def _negotiators(self) -> pd.DataFrame:
        names = ("payoff", "price", "entitlement", "excess", "purse")
        index = self._index(player=list(self.game.players))
        return pd.DataFrame({**index, **self._columns(*names)})

    def _coalitions(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                **self._index(coalition=self._names),
                **self._columns("dividend", "worth"),
                "regret": self._stacked("coalition regret").ravel(),
                **self._columns("menace", "cost"),
            }
        )

    def _members(self) -> pd.DataFrame:
        coalitions = enumerate(self._names, start=1)
        owners = [(name, i) for mask, name in coalitions for i in members(mask)]
        index = self._index(
            coalition=[name for name, _ in owners],
            player=[self.game.players[i] for _, i in owners],
        )
        return pd.DataFrame({**index, **self._columns("delivered", "claimed")})

    def _agreements(self) -> pd.DataFrame:
        table = _play_table(self.ticks.tolist(), self.agreements, self._names)
        return table.drop(columns="coalition").rename(columns={"joint_action": "outcome"})

    def _threats(self) -> pd.DataFrame:
        return _play_table([*self.threats], [*self.threats.values()], self._names)

    def _trades(self) -> pd.DataFrame:
        trades = self._stacked("trades")
        when, payer, payee = np.nonzero(trades[:, 0])
        players = np.array(self.game.players)
        curnits, given_up, received = np.moveaxis(trades, 1, 0)[:, when, payer, payee]
        return pd.DataFrame(
            {
                "tick": self.ticks[when],
                "payer": players[payer],
                "payee": players[payee],
                "curnits": curnits,
                "given_up": given_up,
                "received": received,
            }
        )

    @cached_property
    def _names(self) -> list[str]:
        """All coalitions, members joined by ``+``."""
        game = self.game
        return ["+".join(game.players[i] for i in members(mask)) for mask in range(1, 1 << game.n)]

    def _stacked(self, name: str) -> Vector:
        return np.array(self.series[name])

    def _columns(self, *names: str) -> dict[str, Vector]:
        return {name: self._stacked(name).ravel() for name in names}

    def _index(self, **entries: list[str]) -> dict[str, Any]:
        """Return columns with a row for each tick and entry; several columns go together."""
        count = max(map(len, entries.values()))
        return {"tick": np.repeat(self.ticks, count)} | {
            name: own * len(self.ticks) for name, own in entries.items()
        }


def _play_table(
    ticks: Sequence[int], plays: Sequence[Plays], coalitions: list[str]
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
