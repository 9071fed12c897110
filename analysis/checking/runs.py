"""Re-verification of run folders: the last state, the answers, and how near they are.

Takes a folder that ``run`` wrote, gives a report of what was verified and what is not so. Called by
``check`` and the page.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from curnits.analysis.checking.answers import agree, differences, literal, misstated, recheck
from curnits.analysis.checking.recounting import recounted
from curnits.analysis.concepts import concept_named, default_concept, verify_state
from curnits.analysis.judging.judge import is_there, price_gap
from curnits.analysis.judging.shortfalls import own_units, shortfalls, stands_alone
from curnits.analysis.solution import Vector
from curnits.analysis.solvers.open_threats import with_open_threats
from curnits.analysis.storage.folder import SCENARIO, SUMMARY, run_id
from curnits.analysis.storage.games import GameRecord
from curnits.analysis.storage.record import RecordError, by_player, read_json, utf8_safe, vector
from curnits.analysis.storage.runs import Summary
from curnits.analysis.storage.solutions import CheckRecord, EquilibriumRecord
from curnits.analysis.storage.tables import read_tables
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.errors import InputError
from curnits.sim.games.game import Game
from curnits.sim.scenario.loading import load


def check_run(folder: Path) -> CheckRecord:
    """Check a run folder: the last state, the analytic solution, and how close they are.

    Raises
    ------
    ScenarioError, FolderError, RecordError
        If a file of the folder is missing or cannot be read.
    """
    scenario = load(folder / SCENARIO)
    game = scenario.build()
    summary = read_json(folder / SUMMARY, Summary)
    concept = summary.solution.concept
    tables = read_tables(folder, game)
    last, talks = tables["negotiators"].tail(game.n), tables["talks"].tail(game.n)
    try:
        reached = vector(game, summary.state.payoffs, "state.payoffs")
        final = vector(game, summary.final.payoffs, "final.payoffs")
        recorded = dict(zip(last["player"], last["payoff"], strict=True))
        logged = vector(game, recorded, "the last payoffs in negotiators.parquet")
        believed = dict(zip(talks["player"], talks["credibility"], strict=True))
        levels = vector(game, believed, "the last credibility in talks.parquet")
        credibility = levels if (levels < 1.0).any() else None
        state = verify_state(game, summary.state.candidate(game), reached, concept, credibility)
        solved = summary.solution.game.game()
        fresh, objections = recheck(summary.solution, solved)
    except InputError as error:
        raise RecordError(f"{folder / SUMMARY}: {error}") from error
    if not concept_named(summary.solution.concept).threats and state.residuals.delivery > ACCEPTED:
        objections.append("last state: payoffs are not those of its agreement")
    objections += [f"state: {text}" for text in differences(game, reached, state.payoffs)]
    objections += [f"final: {text}" for text in differences(game, final, state.payoffs)]
    objections += [f"last tick: {text}" for text in differences(game, logged, state.payoffs)]
    again = EquilibriumRecord.of(game, state)
    objections += [f"last state: {text}" for text in misstated(game, summary.state, again)]
    gaps = [_gap(game, found, state.payoffs) for found in fresh if found.accepted]
    if summary.solution.game.unrefined != GameRecord.of(game, scenario.game.form):
        objections.append(f"solution.game is not the game of {SCENARIO}")
    stated = summary.solution.credibility
    if stated is not None and stated != by_player(game, levels):
        objections.append("solution.credibility is not what the tables say")
    if summary.run != run_id(scenario):
        objections.append(f"run is not that of {SCENARIO}")
    if (summary.seed, summary.ticks) != (scenario.run.seed, int(last["tick"].iloc[-1])):
        objections.append("seed or ticks are not those of the scenario and the tables")
    objections += _misjudged(game, summary, again, fresh)
    missed = shortfalls(game, state, credibility)
    near = is_there(min(gaps, default=np.nan), missed, credibility)
    arrived = summary.settled and (near or stands_alone(game, state, concept))
    if summary.converged != arrived:
        said, so = ("not ", "has") if arrived else ("", "has not")
        objections.append(f"is said {said}to have converged, and {so}")
    if summary.unfinished:
        objections.append(f"the run is unfinished: interrupted after {summary.ticks:,} ticks")
    if summary.state.accepted != again.accepted:
        objections.append("state.accepted is not what the verifier finds")
    nearest = min(fresh, default=None, key=lambda found: _gap(game, found, state.payoffs))
    there = None if nearest is None else vector(game, nearest.payoffs, "payoffs")
    answer = None
    doubts = concept_named(concept).doubts
    usual = doubts or concept == default_concept(game)
    if nearest is not None and there is not None and usual:
        verified = verify_state(solved, nearest.candidate(solved), there, concept, credibility)
        answer = verified if doubts else with_open_threats(solved, verified)
    objections += [
        f"{key} is not what the verifier finds"
        for key in recounted(
            game, summary, state, answer, there, tables, credibility if doubts else None
        )
    ]
    return CheckRecord(
        path=utf8_safe(folder),
        kind="run",
        concept=summary.solution.concept,
        passed=(arrived or bool(scenario.negotiation.policies)) and not objections,
        reached=arrived,
        equilibria=fresh,
        state=again,
        literal=[*literal(game, concept, [again]), *literal(solved, concept, fresh)],
        objections=objections,
    )


def _misjudged(
    game: Game, summary: Summary, state: EquilibriumRecord, answers: Sequence[EquilibriumRecord]
) -> list[str]:
    """Say which figures of the head of a summary do not follow from its state and answers."""
    prices = vector(game, state.prices, "prices")
    payoffs = vector(game, state.payoffs, "payoffs")
    wrong = [
        f"residuals.{name}"
        for name, figure in state.residuals.items()
        if not agree(summary.residuals.get(name), figure, 1.0)
    ]
    if _far(game, summary.final.prices, prices):
        wrong.append("final.prices")
    if summary.analytic is None or summary.distance is None:
        return [f"{key} is not what the verifier finds" for key in wrong]
    nearest = min(answers, default=None, key=lambda found: _gap(game, found, payoffs))
    if nearest is None:
        return ["analytic: there is no such answer in the solution"]
    there = vector(game, nearest.prices, "prices")
    if _far(game, summary.analytic.prices, there):
        wrong.append("analytic.prices")
    due = vector(game, nearest.payoffs, "payoffs")
    if differences(game, vector(game, summary.analytic.payoffs, "analytic.payoffs"), due):
        wrong.append("analytic.payoffs")
    if not agree(summary.distance.payoffs, _gap(game, nearest, payoffs), 1.0):
        wrong.append("distance.payoffs")
    if not agree(summary.distance.prices, price_gap(game, prices, there), 1.0):
        wrong.append("distance.prices")
    return [f"{key} is not what the verifier finds" for key in wrong]


def _gap(game: Game, answer: EquilibriumRecord, payoffs: Vector) -> float:
    gaps = abs(payoffs - vector(game, answer.payoffs, "payoffs")) / own_units(game)
    return float(gaps.max())


def _far(game: Game, stated: dict[str, float], prices: Vector) -> bool:
    return any(
        not agree(stated.get(player), price, price)
        for player, price in by_player(game, prices).items()
    )
