"""Runs of a study as measures see them: negotiated, and solved, when one first asks for that.

Takes scenarios, gives trials; those that differ in their seeds only share whatever does not depend
on it. Called by :mod:`curnits.analysis.studies.tasks` in whatever process does a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from curnits.analysis import concepts
from curnits.analysis.judging.escalation import Escalation, measure
from curnits.analysis.judging.judge import Judgement, aim, judge
from curnits.analysis.solution import Solution, Vector
from curnits.analysis.verification.payments import payments
from curnits.sim.games.game import Game
from curnits.sim.lockstep import simulate_seeds
from curnits.sim.running import Run
from curnits.sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Peers:
    """What runs of one scenario with different seeds have in common.

    Attributes
    ----------
    scenario : Scenario
        With whatever seed.
    seeds : sequence of int
    """

    scenario: Scenario
    seeds: Sequence[int]

    @cached_property
    def game(self) -> Game:
        """The game with all rungs of all ladders."""
        return self.scenario.build()

    @cached_property
    def runs(self) -> dict[int, Run]:
        """The finished talks by seed, which took their ticks together if they could."""
        return dict(zip(self.seeds, simulate_seeds(self.scenario, self.seeds), strict=True))

    @cached_property
    def aim(self) -> str:
        """The concept that the agents aim at."""
        return aim(self.game, self.scenario.negotiation)

    @cached_property
    def solution(self) -> Solution:
        """Every answer that can be found to the game."""
        return concepts.solve_all(self.game, concepts.default_concept(self.game))

    @cached_property
    def value(self) -> Solution:
        """The coco value, as if players could pay each other."""
        return concepts.solve(self.game, "coco-value")


class Trial:
    """One run of a study.

    Parameters
    ----------
    scenario : Scenario
    peers : Peers, optional
        Runs with other seeds, this one among them.
    """

    def __init__(self, scenario: Scenario, peers: Peers | None = None) -> None:
        self.scenario = scenario
        self._peers = peers or Peers(scenario, (scenario.run.seed,))

    @property
    def game(self) -> Game:
        """The game with all rungs of all ladders."""
        return self._peers.game

    @property
    def run(self) -> Run:
        """The finished talks."""
        return self._peers.runs[self.scenario.run.seed]

    @property
    def solution(self) -> Solution:
        """Every answer that can be found to the game."""
        return self._peers.solution

    @property
    def value(self) -> Solution:
        """The coco value, as if players could pay each other."""
        return self._peers.value

    @cached_property
    def judgement(self) -> Judgement:
        """The talks against the analytic answer."""
        return judge(self.game, self.run, self._peers.aim)

    @cached_property
    def paid(self) -> Vector:
        """What players are paid on top of what they get, shape ``(n,)``, for the coco value."""
        (found,) = self.value.equilibria
        net = payments(self.game, found)
        return np.zeros(self.game.n) if net is None else net

    @cached_property
    def escalation(self) -> Escalation:
        """Threats at the end of the talks, and what they are worth in the analytic answer."""
        judged = self.judgement
        levels = judged.solution.credibility
        usual = levels is not None or judged.concept == concepts.default_concept(self.game)
        return measure(self.game, judged.state, judged.nearest if usual else None, levels)
