"""Contests: arms, votes and sabotage, where threats decide the bargain."""

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import override

import numpy as np

from curnits.sim.games.families.base import (
    Family,
    Payoffs,
    Profiles,
    check_count,
    check_numbers,
    numbered,
    require,
    tabulate,
)
from curnits.sim.games.game import MAX_PLAYERS
from curnits.sim.games.normal import MAX_CELLS, NormalGame, check_size


@dataclass(frozen=True)
class ArmsRace(Family):
    """Arms race: being stronger than the others pays, arming costs, and arms bring danger.

    With ``x_i`` from 0 (disarmed) to 1 (fully armed) in equal steps,
    ``u_i = advantage · (x_i − mean of the others' x) − cost · x_i − danger · (mean of all x)²``.
    Every step up is a dominant one, though all would rather be disarmed (after Richardson 1960;
    GAMUT's arms race has the same advantage and cost terms).

    Parameters
    ----------
    players : int
    levels : int
        Number of actions, at least 2.
    advantage, cost, danger : float
        Utilons; ``cost ≥ 0``, ``danger ≥ 0``, not both 0, and
        ``advantage > cost + 2 danger / players``.

    Raises
    ------
    GameError
        If the inequalities fail or the game would be too big.
    """

    players: int = 3
    levels: int = 3
    advantage: float = 4.0
    cost: float = 1.0
    danger: float = 2.0

    def __post_init__(self) -> None:
        check_count("players", self.players, 2, MAX_PLAYERS)
        check_count("levels", self.levels, 2, MAX_CELLS)
        check_size([self.levels] * self.players)
        terms = {"advantage": self.advantage, "cost": self.cost, "danger": self.danger}
        check_numbers(**terms)
        require(
            self.cost >= 0
            and self.danger >= 0
            and self.cost + self.danger > 0
            and self.advantage > self.cost + 2 * self.danger / self.players,
            f"an arms race needs cost and danger ≥ 0, not both 0, and advantage > cost + "
            f"2 danger / players, found {terms} and {self.players} players",
        )

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        between = [f"arms {level}" for level in range(1, self.levels - 1)]
        return tabulate(
            "Arms race",
            numbered(self.players),
            [["disarm", *between, "arm fully"]] * self.players,
            self._payoffs,
        )

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        arms = profiles / (self.levels - 1)
        others = (arms.sum(axis=0) - arms) / (self.players - 1)
        danger = self.danger * arms.mean(axis=0) ** 2
        return np.asarray(self.advantage * (arms - others) - self.cost * arms - danger)


@dataclass(frozen=True)
class Majority(Family):
    """Simple majority game (von Neumann & Morgenstern 1944, section 21, for three players).

    Each player names a smallest majority to join. A majority named by all its members forms: it
    divides the prize equally, and each player left out loses ``loss``. Else all get nothing.

    Parameters
    ----------
    players : int
    prize : float
        Positive, utilons.
    loss : float
        Not negative, utilons; 1 with prize 1 and three players is the zero-sum original.

    Raises
    ------
    GameError
        If a parameter is out of range or the game would be too big.
    """

    players: int = 3
    prize: float = 1.0
    loss: float = 0.0

    def __post_init__(self) -> None:
        check_count("players", self.players, 2, MAX_PLAYERS)
        check_size([comb(self.players - 1, self.quota - 1)] * self.players)
        check_numbers(prize=self.prize, loss=self.loss)
        require(self.prize > 0, f"prize must be positive, found {self.prize}")
        require(self.loss >= 0, f"loss must not be negative, found {self.loss}")

    @property
    def quota(self) -> int:
        """Size of the smallest majority."""
        return self.players // 2 + 1

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        names = numbered(self.players)
        offers = self._offers()
        actions = [
            ["with " + " and ".join(names[j] for j in majority if j != i) for majority in own]
            for i, own in enumerate(offers)
        ]
        return tabulate("Majority", names, actions, self._payoffs)

    def _offers(self) -> list[list[tuple[int, ...]]]:
        """Return the smallest majorities that each player can name."""
        majorities = list(combinations(range(self.players), self.quota))
        return [[m for m in majorities if i in m] for i in range(self.players)]

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        payoffs = np.zeros(profiles.shape)
        offers = self._offers()
        for majority in combinations(range(self.players), self.quota):
            named = [profiles[i] == offers[i].index(majority) for i in majority]
            forms = np.logical_and.reduce(named)
            for i in range(self.players):
                payoffs[i, forms] = self.prize / self.quota if i in majority else 0.0 - self.loss
        return payoffs


@dataclass(frozen=True)
class Saboteur(Family):
    """Producers and a saboteur: a player with nothing but a threat.

    A producer may idle, keep its output, or share it, handing the saboteur a tribute. The saboteur
    may refrain, or at a cost destroy part of the output of every producer who works. Keeping and
    refraining are dominant, yet the threat of sabotage is worth a tribute.

    Parameters
    ----------
    producers : int
    output, tribute, damage, cost : float
        Utilons; ``0 < tribute < output``, ``0 < damage < output``, ``cost > 0``.

    Raises
    ------
    GameError
        If the inequalities fail or the game would be too big.
    """

    producers: int = 2
    output: float = 4.0
    tribute: float = 2.0
    damage: float = 3.0
    cost: float = 1.0

    def __post_init__(self) -> None:
        check_count("producers", self.producers, 1, MAX_PLAYERS)
        check_size([3] * self.producers + [2])
        terms = {
            "output": self.output,
            "tribute": self.tribute,
            "damage": self.damage,
            "cost": self.cost,
        }
        check_numbers(**terms)
        require(
            0 < self.tribute < self.output and 0 < self.damage < self.output and self.cost > 0,
            f"producers and a saboteur need 0 < tribute < output, 0 < damage < output and "
            f"cost > 0, found {terms}",
        )

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        producers = [f"producer {name}" for name in numbered(self.producers)]
        actions = [("idle", "keep", "share")] * self.producers + [("refrain", "sabotage")]
        return tabulate("Producers and saboteur", [*producers, "saboteur"], actions, self._payoffs)

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        work, sabotage = profiles[:-1], profiles[-1]
        shares = work == 2
        produced = np.where(work > 0, self.output - self.damage * sabotage, 0.0)
        return np.concatenate(
            [
                produced - self.tribute * shares,
                [self.tribute * shares.sum(axis=0) - self.cost * sabotage],
            ]
        )
