"""The JSON in which finished runs are written and read."""

from math import isfinite
from pathlib import Path
from typing import Any, Self

from analysis.concepts import Answer
from analysis.convergence import Judgement
from analysis.records import EquilibriumRecord, Record, SolutionRecord, by_player
from sim.running import Run
from sim.scenario import Scenario


class Figures(Record):
    """Prices and payoffs by player."""

    prices: dict[str, float]
    payoffs: dict[str, float]


class Analytic(Figures):
    """The analytic answer nearest to a simulation."""

    concept: str


class Distance(Record):
    """How far a simulation ended from an analytic answer; see :mod:`analysis.convergence`."""

    payoffs: float
    prices: float


class RunRecord(Record):
    """What ``run --json`` prints; nothing is analytic if no answer was found.

    ``settled`` says that the simulation stopped by itself, ``converged`` that it did so near an
    analytic answer, and ``rate`` is p where the distance falls like ticks to the power −p.
    """

    scenario: str
    seed: int
    ticks: int
    settled: bool
    converged: bool
    verdict: str
    final: Figures
    analytic: Analytic | None
    distance: Distance | None
    rate: float | None
    residuals: dict[str, float | None]
    escalation: dict[str, float]


class Summary(RunRecord):
    """A run with all that is needed to verify it: its last state and the analytic solution."""

    state: EquilibriumRecord
    solution: SolutionRecord

    @classmethod
    def of(cls, name: str, scenario: Scenario, run: Run, judgement: Judgement) -> Self:
        """Write a finished run of the scenario of that name."""
        game = scenario.build()
        state = EquilibriumRecord.of(game, judgement.state)
        nearest = judgement.nearest
        distance = analytic = None
        if nearest is not None:
            distance = Distance(payoffs=judgement.payoff_distance, prices=judgement.price_distance)
            analytic = Analytic(
                concept=judgement.concept,
                prices=by_player(game, nearest.candidate.prices),
                payoffs=by_player(game, nearest.payoffs),
            )
        return cls(
            scenario=name,
            seed=run.seed,
            ticks=run.ticks,
            settled=run.converged,
            converged=judgement.arrived,
            verdict=judgement.verdict,
            final=Figures(prices=by_player(game, run.prices), payoffs=by_player(game, run.payoffs)),
            analytic=analytic,
            distance=distance,
            rate=judgement.rate if isfinite(judgement.rate) else None,
            residuals=state.residuals,
            escalation={},
            state=state,
            solution=SolutionRecord.of(game, scenario.game.form, Answer(judgement.solution)),
        )

    def printed(self, out: Path) -> dict[str, Any]:
        """Return what ``run --json`` prints of a run written to a folder."""
        return {**self.model_dump(exclude={"state", "solution"}), "out": str(out)}
