"""Games about doing the same thing, or not."""

from collections.abc import Sequence
from dataclasses import dataclass
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
class BattleOfTheSexes(Family):
    """Battle of the sexes of any number of players (Luce & Raiffa 1957, section 5.3, for two).

    There is one event for each player, that player's favourite. If all go to the same event, the
    player whose favourite it is gets ``favourite`` and the others ``company``; else all get
    ``apart``.

    Parameters
    ----------
    players : int
    favourite, company, apart : float
        ``favourite > company > apart``, utilons.

    Raises
    ------
    GameError
        If the inequalities fail or the game would be too big.
    """

    players: int = 2
    favourite: float = 2.0
    company: float = 1.0
    apart: float = 0.0

    def __post_init__(self) -> None:
        check_count("players", self.players, 2, MAX_PLAYERS)
        check_size([self.players] * self.players)
        payoffs = {"favourite": self.favourite, "company": self.company, "apart": self.apart}
        check_numbers(**payoffs)
        require(
            self.favourite > self.company > self.apart,
            f"battle of the sexes needs favourite > company > apart, found {payoffs}",
        )

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        players = numbered(self.players)
        events = [f"event of {player}" for player in players]
        return tabulate("Battle of the sexes", players, [events] * self.players, self._payoffs)

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        together = (profiles == profiles[0]).all(axis=0)
        host = np.arange(self.players).reshape(-1, *[1] * self.players)
        met = np.where(profiles == host, self.favourite, self.company)
        return np.where(together, met, self.apart)


@dataclass(frozen=True)
class Coordination(Family):
    """Pure coordination (Schelling 1960): all get ``rewards[k]`` if all choose ``k``, else nothing.

    Parameters
    ----------
    players : int
    rewards : sequence of float
        Positive, one for each action, utilons.

    Raises
    ------
    GameError
        If a reward is not positive or the game would be too big.
    """

    players: int = 3
    rewards: Sequence[float] = (3.0, 2.0)

    def __post_init__(self) -> None:
        check_count("players", self.players, 2, MAX_PLAYERS)
        require(
            isinstance(self.rewards, Sequence) and len(self.rewards) > 0,
            f"rewards must list a number for each action, found {self.rewards!r}",
        )
        for k, reward in enumerate(self.rewards):
            check_numbers(**{f"rewards[{k}]": reward})
            require(reward > 0, f"rewards[{k}] must be positive, found {reward}")
        object.__setattr__(self, "rewards", tuple(self.rewards))
        check_size([len(self.rewards)] * self.players)

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        actions = [numbered(len(self.rewards))] * self.players
        return tabulate("Coordination", numbered(self.players), actions, self._payoffs)

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        together = (profiles == profiles[0]).all(axis=0)
        return np.where(together, np.array(self.rewards)[profiles], 0.0)


@dataclass(frozen=True)
class MatchingPennies(Family):
    """Matching pennies of any number of players (Jordan 1993, for three).

    Every player but the last wants to choose the same side as the next player; the last wants the
    other side than the first. Who succeeds gains the stake, who fails loses it. With two players
    the game is zero-sum.

    Parameters
    ----------
    players : int
    sides : int
        Number of actions, at least 2.
    stake : float
        Positive, utilons.

    Raises
    ------
    GameError
        If a parameter is out of range or the game would be too big.
    """

    players: int = 2
    sides: int = 2
    stake: float = 1.0

    def __post_init__(self) -> None:
        check_count("players", self.players, 2, MAX_PLAYERS)
        check_count("sides", self.sides, 2, MAX_CELLS)
        check_size([self.sides] * self.players)
        check_numbers(stake=self.stake)
        require(self.stake > 0, f"stake must be positive, found {self.stake}")

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        sides = ("heads", "tails") if self.sides == 2 else numbered(self.sides)
        return tabulate(
            "Matching pennies", numbered(self.players), [sides] * self.players, self._payoffs
        )

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        succeeds = profiles == np.roll(profiles, -1, axis=0)
        succeeds[-1] = ~succeeds[-1]
        return np.where(succeeds, self.stake, -self.stake)
