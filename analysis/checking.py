"""Re-verification of written answers, from their files alone."""

from collections.abc import Sequence
from pathlib import Path

from analysis.concepts import CONCEPTS, EQUILIBRIA, solve, units, verify_as, verify_point
from analysis.conditions import literal_conditions
from analysis.convergence import REACHED
from analysis.records import (
    CheckRecord,
    EquilibriumRecord,
    LiteralRecord,
    RecordError,
    SolutionRecord,
    by_player,
    read_json,
    vector,
)
from analysis.references import REFERENCES
from analysis.runfolder import SCENARIO, SUMMARY, TABLES, read_table
from analysis.runrecords import Summary
from analysis.solution import Equilibrium, Point, Vector
from analysis.verify import ACCEPTED, CandidateError
from sim.games.frontier import FrontierError
from sim.games.game import Game
from sim.scenario import load


def check_solution(path: Path) -> CheckRecord:
    """Check a file that ``solve --json`` has written.

    Raises
    ------
    RecordError
        If the file does not hold a solution.
    """
    solution = read_json(path, SolutionRecord)
    try:
        fresh, objections = recheck(solution, solution.game.game())
    except RecordError as error:
        raise RecordError(f"{path}: {error}") from error
    return CheckRecord(
        path=str(path),
        kind="solution",
        concept=solution.concept,
        passed=(bool(fresh) or solution.exists is False)
        and all(found.accepted for found in fresh)
        and not objections,
        equilibria=fresh,
        state=None,
        literal=_literal(solution.game.game(), fresh),
        objections=objections,
    )


def check_run(folder: Path) -> CheckRecord:
    """Check a run folder: the last state, the analytic solution, and how close they are.

    Raises
    ------
    ScenarioError, FolderError, RecordError
        If a file of the folder is missing or cannot be read.
    """
    game = load(folder / SCENARIO).build()
    summary = read_json(folder / SUMMARY, Summary)
    last = {name: read_table(folder, name) for name in TABLES}["negotiators"].tail(game.n)
    try:
        state = verify_as(game, summary.state.candidate(game), summary.solution.concept)
        final = vector(game, summary.final.payoffs, "final.payoffs")
        recorded = dict(zip(last["player"], last["payoff"], strict=True))
        logged = vector(game, recorded, "the last payoffs in negotiators.parquet")
        fresh, objections = recheck(summary.solution, game)
    except (RecordError, CandidateError) as error:
        raise RecordError(f"{folder / SUMMARY}: {error}") from error
    objections += [f"final: {text}" for text in differences(game, final, state.payoffs)]
    objections += [f"last tick: {text}" for text in differences(game, logged, state.payoffs)]
    gaps = [
        float(max(abs(state.payoffs - vector(game, found.payoffs, "payoffs")) / units(game)))
        for found in fresh
        if found.accepted
    ]
    arrived = summary.settled and bool(gaps) and min(gaps) < REACHED
    if summary.converged and not arrived:
        objections.append("is said to have converged, and has not")
    return CheckRecord(
        path=str(folder),
        kind="run",
        concept=summary.solution.concept,
        passed=arrived and not objections,
        equilibria=fresh,
        state=EquilibriumRecord.of(game, state),
        literal=_literal(game, [EquilibriumRecord.of(game, state), *fresh]),
        objections=objections,
    )


def recheck(solution: SolutionRecord, game: Game) -> tuple[list[EquilibriumRecord], list[str]]:
    """Verify every answer of a solution anew.

    Equilibria are verified from their prices, agreement and threats. Bargaining solutions have no
    threats: their efficiency is verified, and they are found again from the disagreement point.

    Returns
    -------
    equilibria : list of EquilibriumRecord
        As they were verified now.
    objections : list of str
        What the file says that is not so.

    Raises
    ------
    RecordError
        If the file does not describe answers of the game.
    """
    if solution.concept not in CONCEPTS:
        raise RecordError(f"concept: expected one of {', '.join(CONCEPTS)}")
    fresh: list[EquilibriumRecord] = []
    objections: list[str] = []
    for k, stated in enumerate(solution.equilibria):
        place = f"equilibria.{k}"
        try:
            payoffs = vector(game, stated.payoffs, "payoffs")
            found, due = _again(solution, game, stated, payoffs)
        except (RecordError, CandidateError, FrontierError) as error:
            raise RecordError(f"{place}: {error}") from error
        fresh.append(EquilibriumRecord.of(game, found))
        objections += [f"{place}: {text}" for text in differences(game, payoffs, due)]
        if stated.accepted and not found.accepted:
            objections.append(f"{place}: is said to be accepted, and is not")
    if solution.exists is False and solve(game, solution.concept).solution.exists is not False:
        objections.append("is said not to exist, and that could not be proved again")
    return fresh, objections


def _literal(game: Game, answers: Sequence[EquilibriumRecord]) -> list[list[LiteralRecord]]:
    """Measure the literal conditions of every answer that has threats."""
    return [
        [
            LiteralRecord.of(game, conditions)
            for conditions in literal_conditions(game, answer.candidate(game))
        ]
        for answer in answers
        if answer.coalitions
    ]


def differences(game: Game, stated: Vector, found: Vector) -> list[str]:
    """Say whose stated payoffs differ from those found by more than rounding."""
    said, is_so = by_player(game, stated), by_player(game, found)
    return [
        f"{player} is said to get {said[player]:.9g}, and gets {is_so[player]:.9g}"
        for player, scale in zip(game.players, units(game), strict=True)
        if not abs(said[player] - is_so[player]) <= ACCEPTED * scale
    ]


def _again(
    solution: SolutionRecord, game: Game, stated: EquilibriumRecord, payoffs: Vector
) -> tuple[Equilibrium, Vector]:
    """Return a verified answer, and the payoffs it should state."""
    candidate = stated.candidate(game)
    if solution.concept in EQUILIBRIA:
        found = verify_as(game, candidate, solution.concept)
        return found, found.payoffs
    if solution.disagreement is None:
        raise RecordError("disagreement: missing")
    start = vector(game, solution.disagreement, "disagreement")
    point = Point(solution.concept, payoffs, candidate.prices, candidate.agreement, start)
    again = solve(game, solution.concept, None if solution.concept in REFERENCES else start)
    if not again.solution.equilibria:
        raise RecordError(f"{solution.concept} finds nothing from this disagreement point")
    if again.disagreement is not None and differences(game, start, again.disagreement):
        raise RecordError(f"disagreement: not that of {solution.concept}")
    return verify_point(game, point), again.solution.equilibria[0].payoffs
