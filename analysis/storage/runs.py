"""The JSON in which finished runs are written and read."""

from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any, Self

import pandas as pd

from curnits.analysis.concepts import default_concept
from curnits.analysis.judging.escalation import Escalation, measure
from curnits.analysis.judging.judge import Judgement, convergence_rate
from curnits.analysis.judging.policies import PolicyJudgement
from curnits.analysis.solution import Equilibrium
from curnits.analysis.storage.folder import run_id
from curnits.analysis.storage.record import ByPlayer, Record, by_player
from curnits.analysis.storage.solutions import (
    EquilibriumRecord,
    OpenRecord,
    PaidRecord,
    Share,
    SolutionRecord,
    paid,
)
from curnits.sim.games.coalitions import members, proper_coalitions
from curnits.sim.games.game import Game
from curnits.sim.games.normal import own_actions
from curnits.sim.running import Run
from curnits.sim.scenario.scenario import Scenario


class Figures(PaidRecord):
    """Prices and payoffs by player; what is agreed on where there are payments, else null."""

    prices: ByPlayer[float]
    agreement: list[Share] | None = None


class Analytic(Figures):
    """The analytic answer nearest to a simulation.

    It is ``number`` of the ``known`` ones, which are all if ``complete``.
    """

    concept: str
    number: int
    known: int
    complete: bool


class Distance(Record):
    """How far a simulation ended from an answer; see :mod:`curnits.analysis.judging.judge`."""

    payoffs: float
    prices: float


class ThreatRecord(Record):
    """One coalition's threat, in curnits; see :class:`curnits.sim.games.damage.Damage`.

    ``answer`` has what optimal threats do in the analytic answer, and ``off`` by how much the
    simulated ones deliver more or less, a share of payoff range; null where that is not known.
    """

    members: list[str]
    menace: float
    cost: float
    destruction: float
    answer: OpenRecord | None = None
    off: float | None = None


class InventionRecord(Record):
    """A rung that was invented during a run, and at which tick.

    What ``research`` cost its owner, utilons, is taken from its payoff in that talk.
    """

    tick: int
    player: str
    action: str
    research: float


class EscalationRecord(Record):
    """What the threats at the end of a run would do, and who gains by them.

    ``at_stake`` (all payoff ranges), ``expected_destruction`` (if talks fail for certain; it is
    proportional to the probability) and ``worst_destruction`` are curnits. ``fought_with`` says how
    often each player then plays each of its actions. ``leverage`` and
    ``owed_to_threats``, see :class:`curnits.analysis.judging.escalation.Escalation`, are utilons
    of each player in the analytic answer; null where there is none to compare.
    """

    at_stake: float
    expected_destruction: float
    worst_destruction: float
    coalitions: list[ThreatRecord]
    fought_with: ByPlayer[dict[str, float]]
    inventions: list[InventionRecord]
    harmful: dict[str, list[str]]
    leverage: ByPlayer[float | None]
    owed_to_threats: ByPlayer[float | None]

    @classmethod
    def of(cls, game: Game, escalation: Escalation, inventions: pd.DataFrame) -> Self:
        """Write what was measured in a game, and the table of what was invented."""
        harm, opened = escalation.damage, escalation.open
        return cls(
            at_stake=escalation.at_stake,
            expected_destruction=harm.expected(1.0),
            worst_destruction=float(harm.destruction.max()),
            coalitions=[
                ThreatRecord(
                    members=[game.players[i] for i in members(mask)],
                    menace=float(harm.menace[mask]),
                    cost=float(harm.cost[mask]),
                    destruction=float(harm.destruction[mask]),
                    answer=OpenRecord.of(game, mask, opened[mask]) if mask in opened else None,
                    off=escalation.off.get(mask),
                )
                for mask in proper_coalitions(game.n)
            ],
            fought_with={
                player: dict(zip(own, map(float, played), strict=True))
                for player, own, played in zip(
                    game.players, own_actions(game), escalation.fought_with, strict=True
                )
            },
            inventions=[
                InventionRecord.model_validate(made) for made in inventions.to_dict("records")
            ],
            harmful={
                game.players[i]: [own_actions(game)[i][k] for k in actions]
                for i, actions in escalation.harmful.items()
            },
            leverage=_known(by_player(game, escalation.leverage)),
            owed_to_threats=_known(by_player(game, escalation.owed)),
        )


def _outcome(game: Game, found: Equilibrium) -> dict[str, Any]:
    """Return payoffs and payments of an answer, and what is agreed on if anything is paid."""
    entries = paid(game, found)
    if "payments" in entries:
        entries["agreement"] = EquilibriumRecord.of(game, found).agreement
    return entries


def _known(amounts: dict[str, float]) -> dict[str, float | None]:
    return {player: x if isfinite(x) else None for player, x in amounts.items()}


class HistoryRecord(Record):
    """How the talks of a run ended, one after the other.

    ``average`` has what each player got from those that agreed or broke down, utilons; null if none
    did. ``carried_out`` counts breakdowns in which the side that formed carried out its threat, and
    ``credibility`` is the probability with which players are believed to at the end.
    """

    agreed: int
    broke_down: int
    carried_out: int
    average: dict[str, float | None]
    credibility: dict[str, float]

    @classmethod
    def of(cls, talks: pd.DataFrame, breakdowns: pd.DataFrame) -> Self:
        """Write what the tables of these names say."""
        endings = talks.groupby("talk")["ending"].first()
        ended = talks[talks["ending"] != "unfinished"]
        average = ended.groupby("player")["payoff"].mean()
        last = talks.groupby("player", sort=False)["credibility"].last()
        return cls(
            agreed=int((endings == "agreed").sum()),
            broke_down=int((endings == "broke down").sum()),
            carried_out=int(breakdowns["carried_out"].sum()),
            average={str(player): average.get(player) for player in last.index},
            credibility={str(player): float(level) for player, level in last.items()},
        )


class PolicyRecord(Record):
    """What ways of negotiating did: :class:`curnits.analysis.judging.policies.PolicyJudgement`."""

    policies: dict[str, str]
    payoffs: ByPlayer[float]
    measures: dict[str, ByPlayer[float]]
    near: str | None
    gained: dict[str, float]
    destroyed: float
    verdict: str

    @classmethod
    def of(cls, game: Game, judged: PolicyJudgement) -> Self:
        """Write what was found out about a run of a game."""
        return cls(
            policies=dict(judged.policies),
            payoffs=by_player(game, judged.payoffs),
            measures={name: by_player(game, at) for name, at in judged.measures.items()},
            near=judged.near,
            gained=dict(judged.gained),
            destroyed=judged.destroyed,
            verdict=judged.verdict,
        )


class RunRecord(Record):
    """What ``run --json`` prints; nothing is analytic if no answer was found.

    ``run`` is the same for runs of the same scenario, seed included, and for no others.
    ``unfinished`` says that the simulation was interrupted, ``settled`` that it stopped by itself,
    ``converged`` that it did so near an analytic answer and missing no condition by much.
    ``missed`` is by how much it misses those conditions, see
    :mod:`curnits.analysis.judging.shortfalls`, and
    ``rate`` is p where the distance falls like ticks to the power −p.
    """

    run: str
    unfinished: bool
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
    missed: dict[str, float | None]
    escalation: EscalationRecord
    history: HistoryRecord
    policies: PolicyRecord | None = None


class Summary(RunRecord):
    """A run with all that is needed to verify it: its last state and the analytic solution."""

    state: EquilibriumRecord
    solution: SolutionRecord

    @classmethod
    def of(
        cls,
        name: str,
        scenario: Scenario,
        run: Run,
        judgement: Judgement,
        escalation: Escalation | None = None,
        policies: PolicyJudgement | None = None,
    ) -> Self:
        """Write a finished run of the scenario of that name; escalation is measured if need be."""
        game = scenario.build()
        state = EquilibriumRecord.of(game, judgement.state)
        nearest = judgement.nearest
        levels = judgement.solution.credibility
        usual = levels is not None or judgement.concept == default_concept(game)
        distance = analytic = rate = None
        if nearest is not None:
            distance = Distance(payoffs=judgement.payoff_distance, prices=judgement.price_distance)
            fitted = convergence_rate(game, run.tables["negotiators"], nearest.payoffs)
            rate = fitted if isfinite(fitted) else None
            analytic = Analytic(
                concept=judgement.concept,
                number=judgement.number,
                known=len(judgement.solution.equilibria),
                complete=judgement.solution.complete,
                prices=by_player(game, nearest.candidate.prices),
                **_outcome(judgement.solution.game or game, nearest),
            )
        return cls(
            run=run_id(scenario),
            unfinished=run.interrupted,
            scenario=name,
            seed=run.seed,
            ticks=run.ticks,
            settled=run.converged,
            converged=judgement.arrived,
            verdict=judgement.verdict,
            final=Figures(
                prices=by_player(game, run.prices),
                **_outcome(game, judgement.state) | {"payoffs": by_player(game, run.payoffs)},
            ),
            analytic=analytic,
            distance=distance,
            rate=rate,
            residuals=state.residuals,
            missed=_known(asdict(judgement.missed)),
            escalation=EscalationRecord.of(
                game,
                escalation or measure(game, judgement.state, nearest if usual else None, levels),
                run.tables["inventions"],
            ),
            history=HistoryRecord.of(run.tables["talks"], run.tables["breakdowns"]),
            policies=PolicyRecord.of(game, policies) if policies else None,
            state=state,
            solution=SolutionRecord.of(game, scenario.game.form, judgement.solution),
        )

    def printed(self, out: Path) -> dict[str, Any]:
        """Return what ``run --json`` prints of a run written to a folder."""
        return {**self.model_dump(exclude={"state", "solution"}), "out": str(out)}
