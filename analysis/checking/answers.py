"""Re-verification of written answers, from their files alone."""

from collections.abc import Mapping, Sequence
from math import isclose
from pathlib import Path

import numpy as np

from curnits.analysis.certificates.checking.check import strays
from curnits.analysis.checking.recounting import recounted
from curnits.analysis.concepts import (
    CONCEPTS,
    ConceptError,
    concept_named,
    default_concept,
    solve,
    solve_all,
    units,
    unproved,
    verify_state,
)
from curnits.analysis.judging.judge import is_there, price_gap
from curnits.analysis.judging.shortfalls import own_units, shortfalls, stands_alone
from curnits.analysis.solution import Claim, Equilibrium, Vector
from curnits.analysis.solvers.effort import foresee
from curnits.analysis.solvers.exhaustive.everywhere import WITHIN
from curnits.analysis.solvers.open_threats import with_open_threats
from curnits.analysis.storage.folder import SCENARIO, SUMMARY, run_id
from curnits.analysis.storage.games import GameRecord
from curnits.analysis.storage.record import RecordError, by_player, printable, read_json, vector
from curnits.analysis.storage.runs import Summary
from curnits.analysis.storage.solutions import (
    CheckRecord,
    EquilibriumRecord,
    LiteralRecord,
    OpenRecord,
    Share,
    ShortfallRecord,
    SolutionRecord,
    TransferRecord,
)
from curnits.analysis.storage.tables import read_tables
from curnits.analysis.verification.coco import ACCEPTED
from curnits.analysis.verification.literal import literal_conditions
from curnits.sim.errors import InputError
from curnits.sim.games.game import Game
from curnits.sim.scenario.loading import load


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
        path=printable(path),
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
    scenario = load(folder / SCENARIO)
    game = scenario.build()
    summary = read_json(folder / SUMMARY, Summary)
    concept = summary.solution.concept
    tables = read_tables(folder, game)
    last, talks = tables["negotiators"].tail(game.n), tables["talks"].tail(game.n)
    try:
        reached = vector(game, summary.state.payoffs, "state.payoffs")
        state = verify_state(game, summary.state.candidate(game), reached, concept)
        final = vector(game, summary.final.payoffs, "final.payoffs")
        recorded = dict(zip(last["player"], last["payoff"], strict=True))
        logged = vector(game, recorded, "the last payoffs in negotiators.parquet")
        believed = dict(zip(talks["player"], talks["credibility"], strict=True))
        levels = vector(game, believed, "the last credibility in talks.parquet")
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
    if summary.run != run_id(scenario):
        objections.append(f"run is not that of {SCENARIO}")
    if (summary.seed, summary.ticks) != (scenario.run.seed, int(last["tick"].iloc[-1])):
        objections.append("seed or ticks are not those of the scenario and the tables")
    objections += _misjudged(game, summary, again, fresh)
    credibility = levels if (levels < 1.0).any() else None
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
    if nearest is not None and there is not None and concept == default_concept(game):
        verified = verify_state(solved, nearest.candidate(solved), there, concept)
        answer = with_open_threats(solved, verified)
    objections += [
        f"{key} is not what the verifier finds"
        for key in recounted(game, summary, state, answer, there, tables)
    ]
    return CheckRecord(
        path=printable(folder),
        kind="run",
        concept=summary.solution.concept,
        passed=(arrived or bool(scenario.negotiation.policies)) and not objections,
        reached=arrived,
        equilibria=fresh,
        state=again,
        literal=[*_literal(game, [again]), *_literal(solved, fresh)],
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
        if not _agree(summary.residuals.get(name), figure, 1.0)
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
    if not _agree(summary.distance.payoffs, _gap(game, nearest, payoffs), 1.0):
        wrong.append("distance.payoffs")
    if not _agree(summary.distance.prices, price_gap(game, prices, there), 1.0):
        wrong.append("distance.prices")
    return [f"{key} is not what the verifier finds" for key in wrong]


def _gap(game: Game, answer: EquilibriumRecord, payoffs: Vector) -> float:
    gaps = abs(payoffs - vector(game, answer.payoffs, "payoffs")) / own_units(game)
    return float(gaps.max())


def _far(game: Game, stated: dict[str, float], prices: Vector) -> bool:
    return any(
        not _agree(stated.get(player), price, price)
        for player, price in by_player(game, prices).items()
    )


def recheck(solution: SolutionRecord, game: Game) -> tuple[list[EquilibriumRecord], list[str]]:
    """Verify every answer of a solution anew.

    Equilibria are verified from their prices, agreement and threats, bargaining solutions from
    their prices, agreement, payoffs and disagreement point. Nothing is solved for that.

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
    GameError
        If there are too many coalitions to verify.
    """
    if solution.concept not in CONCEPTS:
        raise RecordError(f"concept: expected one of {', '.join(CONCEPTS)}")
    try:
        concept_named(solution.concept).search(game)
    except ConceptError as error:
        raise RecordError(f"concept: {error}") from error
    concept = concept_named(solution.concept)
    if concept.threats:
        foresee(concept.played(game))
    fresh: list[EquilibriumRecord] = []
    objections: list[str] = []
    for k, stated in enumerate(solution.equilibria):
        place = f"equilibria.{k}"
        try:
            payoffs = vector(game, stated.payoffs, "payoffs")
            found = _again(solution, game, stated, payoffs)
            doubts = _doubts(game, solution, stated, payoffs)
        except InputError as error:
            raise RecordError(f"{place}: {error}") from error
        if any(account.open is not None for account in stated.coalitions):
            found = with_open_threats(game, found)
        fresh.append(EquilibriumRecord.of(game, found))
        if not doubts:
            fresh[-1] = fresh[-1].model_copy(update={"certificate": stated.certificate})
        objections += [f"{place}.certificate: {text}" for text in doubts]
        objections += [f"{place}: {text}" for text in differences(game, payoffs, found.payoffs)]
        objections += [f"{place}: {text}" for text in misstated(game, stated, fresh[-1])]
        if stated.accepted != found.accepted:
            said, so = ("not ", "is") if found.accepted else ("", "is not")
            objections.append(f"{place}: is said {said}to be accepted, and {so}")
    if solution.exists is False or solution.shortfall is not None:
        objections += _unmet(solution, game)
    if solution.complete and concept_named(solution.concept).solve_all is not None:
        objections += _incomplete(solution, game)
    return fresh, objections


def _unmet(solution: SolutionRecord, game: Game) -> list[str]:
    """Say what is wrong with a claim that there is no answer, and with how far from one it is."""
    again = solve(game, solution.concept)
    wrong = []
    if solution.exists is False and again.exists is not False:
        wrong.append("is said not to exist, and that could not be proved again")
    if solution.shortfall is None:
        return wrong
    if again.shortfall is None:
        return [*wrong, "shortfall: there is an answer"]
    stated, found = solution.shortfall, ShortfallRecord.of(game, again.shortfall)
    missed = [
        name
        for name in ("weights", "disposal", "violation")
        if not _agree(getattr(stated, name), getattr(found, name), 1.0)
    ]
    missed += [
        f"prices.{player}"
        for player, price in found.prices.items()
        if not _agree(stated.prices.get(player), price, 1.0)
    ]
    missed += ["members"] if set(stated.members) != set(found.members) else []
    return wrong + [f"shortfall.{name} is not what the verifier finds" for name in missed]


def _incomplete(solution: SolutionRecord, game: Game) -> list[str]:
    """Say why a list that is said to hold all answers may not; all are looked for again."""
    again = solve_all(game, solution.concept)
    if not again.complete:
        return ["is said to be complete, and that could not be shown again"]
    known = [vector(game, stated.payoffs, "payoffs") for stated in solution.equilibria]
    return [
        f"is said to be complete, and leaves out the payoffs {by_player(game, found.payoffs)}"
        for found in again.equilibria
        if not any((abs(found.payoffs - one) <= 2 * WITHIN * units(game)).all() for one in known)
    ]


def _doubts(
    game: Game, solution: SolutionRecord, stated: EquilibriumRecord, payoffs: Vector
) -> list[str]:
    """Say why the certificate of an answer, if it has one, does not prove it."""
    if stated.certificate is None:
        return []
    certificate = stated.certificate.certificate(game)
    begun = solution.disagreement
    start = None if begun is None else vector(game, begun, "disagreement")
    wrong = unproved(game, solution.concept, certificate)
    return [*wrong, *strays(game, certificate, payoffs, start)]


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


def misstated(game: Game, stated: EquilibriumRecord, found: EquilibriumRecord) -> list[str]:
    """Say which figures of the books and which residuals differ from those found now."""
    scales = by_player(game, units(game))
    curnits = sum(scales[player] * price for player, price in found.prices.items())
    wrong = [
        f"residuals.{name}"
        for name, figure in found.residuals.items()
        if not _agree(stated.residuals.get(name), figure, 1.0)
    ]
    for name in ("before_payments", "payments"):
        for player, amount in (getattr(found, name) or {}).items():
            said = getattr(stated, name)
            if said is not None and not _agree(said.get(player), amount, scales[player]):
                wrong.append(f"{name}.{player}")
    if stated.transfers is not None and not _same_transfers(
        stated.transfers, found.transfers or [], scales
    ):
        wrong.append("transfers")
    books = {frozenset(account.members): account for account in stated.coalitions}
    for account in found.coalitions:
        said = books.get(frozenset(account.members))
        if said is None:
            continue  # a coalition that is left out makes no statement
        place = f"coalitions.{'+'.join(account.members)}"
        for name in ("value", "dividend"):
            if not _agree(getattr(said, name), getattr(account, name), curnits):
                wrong.append(f"{place}.{name}")
        for name, unit in (("delivered", scales), ("claims", scales), ("weights", None)):
            for player, amount in getattr(account, name).items():
                scale = unit[player] if unit else 1.0
                if not _agree(getattr(said, name).get(player), amount, scale):
                    wrong.append(f"{place}.{name}.{player}")
        if said.open is not None and not _same_ends(said.open, account.open, scales, curnits):
            wrong.append(f"{place}.open")
        if not _same_mixture(said.threat, account.threat):
            wrong.append(f"{place}.threat")
        for player, amount in account.disposal.items():
            if not _agree(said.disposal.get(player), amount, curnits):
                wrong.append(f"{place}.disposal.{player}")
    return [f"{key} is not what the verifier finds" for key in wrong]


def _same_transfers(
    said: Sequence[TransferRecord], due: Sequence[TransferRecord], scales: Mapping[str, float]
) -> bool:
    """Tell whether payments from player to player are the same, but for rounding."""
    return len(said) == len(due) and all(
        (one.payer, one.payee) == (other.payer, other.payee)
        and _agree(one.amount, other.amount, scales[other.payee])
        for one, other in zip(said, due, strict=True)
    )


def _same_ends(
    said: OpenRecord, due: OpenRecord | None, scales: Mapping[str, float], curnits: float
) -> bool:
    """Tell whether two intervals of what threats do are the same, but for rounding."""
    if due is None or said.unique != due.unique:
        return False
    pairs = [
        (getattr(said, end).get(player), amount, scales[player])
        for end in ("least", "most")
        for player, amount in getattr(due, end).items()
    ]
    pairs += [
        (getattr(said, end), getattr(due, end), curnits)
        for end in ("least_destroyed", "most_destroyed")
    ]
    return all(_agree(stated, found, unit) for stated, found, unit in pairs)


def _same_mixture(stated: Sequence[Share], found: Sequence[Share]) -> bool:
    chances: dict[frozenset[tuple[str, str]], float] = {}
    for sign, shares in ((1.0, stated), (-1.0, found)):
        for share in shares:
            played = frozenset(share.outcome.items())
            chances[played] = chances.get(played, 0.0) + sign * share.probability
    return all(_agree(difference, 0.0, 1.0) for difference in chances.values())


def _agree(said: float | None, found: float | None, unit: float) -> bool:
    if said is None or found is None:
        return said is found
    return isclose(said, found, rel_tol=ACCEPTED, abs_tol=ACCEPTED * unit)


def _again(
    solution: SolutionRecord, game: Game, stated: EquilibriumRecord, payoffs: Vector
) -> Equilibrium:
    """Return an answer as it is verified now."""
    begun = solution.disagreement
    start = None if begun is None else vector(game, begun, "disagreement")
    claim = Claim(stated.candidate(game), payoffs, start)
    return concept_named(solution.concept).verify(game, claim)
