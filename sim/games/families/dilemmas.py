"""Social dilemmas: what is best for each is bad for all."""

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
from curnits.sim.games.normal import NormalGame, check_size


@dataclass(frozen=True)
class PrisonersDilemma(Family):
    """Prisoner's dilemma of any number of players (Hamburger 1973).

    With a share f of the others cooperating, a cooperator gets ``S + (R − S) f`` and a defector
    ``P + (T − P) f``. Defection is dominant, and joint cooperation has the largest sum of payoffs
    of all outcomes.

    Parameters
    ----------
    players : int
    temptation, reward, punishment, sucker : float
        T > R > P > S with 2 R > T + S, utilons.

    Raises
    ------
    GameError
        If the inequalities fail or the game would be too big.
    """

    players: int = 3
    temptation: float = 5.0
    reward: float = 3.0
    punishment: float = 1.0
    sucker: float = 0.0

    def __post_init__(self) -> None:
        check_count("players", self.players, 2, MAX_PLAYERS)
        check_size([2] * self.players)
        payoffs = {
            "temptation": self.temptation,
            "reward": self.reward,
            "punishment": self.punishment,
            "sucker": self.sucker,
        }
        check_numbers(**payoffs)
        require(
            self.temptation > self.reward > self.punishment > self.sucker
            and 2 * self.reward > self.temptation + self.sucker,
            f"a prisoner's dilemma needs temptation > reward > punishment > sucker and "
            f"2 reward > temptation + sucker, found {payoffs}",
        )

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        return tabulate(
            "Prisoner's dilemma",
            numbered(self.players),
            [("cooperate", "defect")] * self.players,
            self._payoffs,
        )

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        cooperates = profiles == 0
        share = (cooperates.sum(axis=0) - cooperates) / (self.players - 1)
        cooperator = self.sucker * (1 - share) + self.reward * share
        defector = self.punishment * (1 - share) + self.temptation * share
        return np.asarray(np.where(cooperates, cooperator, defector))


@dataclass(frozen=True)
class PublicGoods(Family):
    """Contributions to a public good: each gives ``benefit`` to everybody and costs its giver.

    ``u_i = benefit · (number of contributors) − cost · [i contributes]``: a linear public good
    (Marwell & Ames 1979; Isaac & Walker 1988). Nobody gains by contributing alone, all gain if all
    contribute.

    Parameters
    ----------
    players : int
    benefit, cost : float
        ``benefit < cost < players · benefit``, utilons.

    Raises
    ------
    GameError
        If the inequalities fail or the game would be too big.
    """

    players: int = 3
    benefit: float = 2.0
    cost: float = 3.0

    def __post_init__(self) -> None:
        check_count("players", self.players, 2, MAX_PLAYERS)
        check_size([2] * self.players)
        check_numbers(benefit=self.benefit, cost=self.cost)
        require(
            self.benefit < self.cost < self.players * self.benefit,
            f"a public good needs benefit < cost < players · benefit, found benefit "
            f"{self.benefit}, cost {self.cost} and {self.players} players",
        )

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        return tabulate(
            "Public goods",
            numbered(self.players),
            [("withhold", "contribute")] * self.players,
            lambda profiles: self.benefit * profiles.sum(axis=0) - self.cost * profiles,
        )


@dataclass(frozen=True)
class Chicken(Family):
    """Chicken of any number of players (Rapoport & Chammah 1966, for two).

    All get ``peace`` if all swerve. One who dares alone gets ``win`` and the others ``lose``. If
    several dare, they get ``crash``, and whoever swerved still ``lose``.

    Parameters
    ----------
    players : int
    win, peace, lose, crash : float
        ``win > peace > lose > crash``, utilons.

    Raises
    ------
    GameError
        If the inequalities fail or the game would be too big.
    """

    players: int = 2
    win: float = 3.0
    peace: float = 2.0
    lose: float = 1.0
    crash: float = 0.0

    def __post_init__(self) -> None:
        check_count("players", self.players, 2, MAX_PLAYERS)
        check_size([2] * self.players)
        payoffs = {"win": self.win, "peace": self.peace, "lose": self.lose, "crash": self.crash}
        check_numbers(**payoffs)
        require(
            self.win > self.peace > self.lose > self.crash,
            f"chicken needs win > peace > lose > crash, found {payoffs}",
        )

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        return tabulate(
            "Chicken", numbered(self.players), [("swerve", "dare")] * self.players, self._payoffs
        )

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        daring = profiles.sum(axis=0)
        return np.where(
            profiles == 1,
            np.where(daring == 1, self.win, self.crash),
            np.where(daring == 0, self.peace, self.lose),
        )
