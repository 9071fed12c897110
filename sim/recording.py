"""What is kept of a run: tidy tables, one row an observation, built when the run is over.

Curnits in the tables are those of the reported prices, which sum to 1 for the players' own
utilons.
"""

from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.games.coalitions import members, membership
from sim.games.damage import Damage, damage
from sim.games.frontier import support
from sim.games.game import Game
from sim.negotiation.model import Negotiation

type Vector = NDArray[np.float64]

RARE = 1e-3
"""Joint actions threatened less often than this are left out of the table ``threats``."""


@dataclass
class Recorder:
    """Watches a negotiation tick by tick and remembers every few of them.

    Attributes
    ----------
    model : Negotiation
    every : int
        Ticks between two rows of a series. Trades in between are summed.
    """

    model: Negotiation
    every: int
    _ticks: list[int] = field(default_factory=list)
    _series: dict[str, list[Vector]] = field(default_factory=dict)
    _threats: list["_Threats"] = field(default_factory=list)
    _trades: Vector = field(init=False)

    def __post_init__(self) -> None:
        n = self.model.game.n
        self._trades = np.zeros((3, n, n))

    def observe(self) -> None:
        """Note the trades of this tick, and every few ticks everything else."""
        model = self.model
        flows = model.flows * self._unit
        self._trades += (flows, flows / model.prices[:, None], flows / model.prices)
        if model.ticks % self.every == 0:
            self.keep()

    def keep(self) -> None:
        """Remember the present state, unless it is already."""
        model, unit = self.model, self._unit
        if self._ticks and self._ticks[-1] == model.ticks:
            return
        self._ticks.append(model.ticks)
        lowest = model.prices * model.game.low
        threats, regrets = model.credible()
        worths = unit * (model.delivered * model.quote.prices).sum(axis=1)
        dividends = unit * model.shares.sum(axis=1) / np.maximum(self._membership.sum(axis=1), 1)
        dividends[1 << np.arange(model.game.n)] += lowest
        excess, harm = model.excess, self._damage()
        state = {
            "sanding": np.array(model.sanding),
            "clearing": np.abs(excess).max(),
            "regret": regrets.max(),
            "traded": self._trades[0].sum(),
            "destruction": np.array(harm.expected(1.0)),
            "payoff": model.payoffs,
            "price": model.prices,
            "entitlement": unit * model.entitlements + lowest,
            "excess": excess,
            "purse": unit * model.purses,
            "dividend": dividends[1:],
            "worth": (worths + self._membership @ lowest)[1:],
            "coalition regret": regrets[1:],
            "menace": harm.menace[1:],
            "cost": harm.cost[1:],
            "trades": self._trades,
        }
        for name, value in state.items():
            self._series.setdefault(name, []).append(np.array(value))
        self._threats.append(self._frequent(threats))
        self._trades = np.zeros_like(self._trades)

    def excerpt(self, rows: int | None = None) -> "Recorder":
        """Return a copy that remembers the present state, too, and forgets some of the past.

        Parameters
        ----------
        rows : int, optional
            Most ticks to remember, evenly spread; what was traded in between is summed.
        """
        copied = copy(self)
        copied._ticks, copied._threats = list(self._ticks), list(self._threats)
        copied._series = {name: list(values) for name, values in self._series.items()}
        copied.keep()
        have = len(copied._ticks)
        if rows is not None and have > rows:
            kept = np.unique(np.linspace(0, have - 1, rows).astype(int))
            firsts = np.append(0, kept[:-1] + 1)
            copied._ticks = [copied._ticks[k] for k in kept]
            copied._threats = [copied._threats[k] for k in kept]
            copied._series = {
                name: list(np.add.reduceat(values, firsts))
                if name in ("traded", "trades")
                else [values[k] for k in kept]
                for name, values in copied._series.items()
            }
        return copied

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name.

        Returns
        -------
        dict from str to DataFrame
            - ``ticks``: tick, sanding (curnits at mean price 1 and range 1), clearing (largest
              excess), regret (largest, in average payoff ranges), traded (curnits since the
              last row), destruction (curnits to be expected if talks failed for certain; see
              :meth:`sim.games.damage.Damage.expected`).
            - ``negotiators``: tick, player, payoff (utilons), price, entitlement (curnits),
              excess (entitlement less payoff, in shares of payoff range), purse (curnits).
            - ``coalitions``: tick, coalition (names joined by ``+``), dividend (curnits for each
              member), worth (curnits delivered to its members), regret (average payoff ranges),
              menace and cost of its standing threat (curnits; :class:`sim.games.damage.Damage`).
            - ``threats``: tick, coalition, joint_action (actions of its members joined by ``+``),
              probability; of every proper coalition, at least :data:`RARE`.
            - ``trades``: tick, payer, payee, curnits paid since the last row, given_up (utilons of
              the payer that buys at the quotes) and received (utilons of the payee).
        """
        game = self.model.game
        names = ["+".join(game.players[i] for i in members(mask)) for mask in range(1, 1 << game.n)]
        series = {name: np.array(values) for name, values in self._series.items()}
        ticks = np.array(self._ticks)
        return {
            "ticks": pd.DataFrame(
                {
                    "tick": ticks,
                    **_columns(series, "sanding", "clearing", "regret", "traded", "destruction"),
                }
            ),
            "negotiators": pd.DataFrame(
                {
                    **_index(ticks, "player", list(game.players)),
                    **_columns(series, "payoff", "price", "entitlement", "excess", "purse"),
                }
            ),
            "coalitions": pd.DataFrame(
                {
                    **_index(ticks, "coalition", names),
                    **_columns(series, "dividend", "worth"),
                    "regret": series["coalition regret"].ravel(),
                    **_columns(series, "menace", "cost"),
                }
            ),
            "threats": self._threat_table(ticks, names),
            "trades": self._trade_table(ticks, series["trades"]),
        }

    def _threat_table(self, ticks: NDArray[np.int64], coalitions: list[str]) -> pd.DataFrame:
        names: dict[tuple[int, int, int], str] = {}
        rows = []
        for tick, kept in zip(ticks, self._threats, strict=True):
            order = np.lexsort((kept.actions, kept.masks))
            for mask, action, chance in zip(
                kept.masks[order], kept.actions[order], kept.chances[order], strict=True
            ):
                key = id(kept.game), int(mask), int(action)
                if key not in names:
                    names[key] = "+".join(kept.game.joint_action(*key[1:]).values())
                rows.append((tick, coalitions[mask - 1], names[key], chance))
        columns = ["tick", "coalition", "joint_action", "probability"]
        return pd.DataFrame(rows, columns=columns).astype(
            {"tick": "int64", "probability": "float64"}
        )

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

    def _frequent(self, threats: Vector) -> "_Threats":
        conflicts = self.model.conflicts
        frequent = np.flatnonzero(threats >= RARE)
        pieces = conflicts.segments.owner[frequent]
        return _Threats(
            self.model.game,
            conflicts.coalitions[pieces],
            frequent - conflicts.segments.starts[pieces],
            threats[frequent],
        )

    def _damage(self) -> Damage:
        """Measure what the threats would have done when they last met, in reported curnits."""
        model = self.model
        peace = model.market.payoffs(model.quote, model.purses)
        fought = model.delivered + model.delivered[::-1]
        fought[[0, -1]] = peace
        prices = self._unit * model.quote.prices
        return damage(prices, peace, fought, support(model.game.normalised.outcomes, prices))

    @property
    def _unit(self) -> float:
        """Reported curnits in one curnit of the model, at present quotes."""
        model = self.model
        return float(1.0 / (model.quote.prices / model.game.scales).sum())

    @property
    def _membership(self) -> Vector:
        return membership(self.model.game.n)


class _Threats(NamedTuple):
    """Joint actions that are threatened with, in a game as large as it was then."""

    game: Game
    masks: NDArray[np.int64]
    actions: NDArray[np.int64]
    chances: Vector


def _index(
    ticks: NDArray[np.int64], name: str, entries: list[str]
) -> dict[str, NDArray[np.int64] | list[str]]:
    return {"tick": np.repeat(ticks, len(entries)), name: entries * len(ticks)}


def _columns(series: dict[str, Vector], *names: str) -> dict[str, Vector]:
    return {name: series[name].ravel() for name in names}
