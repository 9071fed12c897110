"""Re-verification of written answers, from their files alone.

Takes what ``solve --json`` wrote, gives a report of what was verified and what is not so. Called by
``check``, and for the answers in a run folder by :mod:`curnits.analysis.checking.runs`.
"""

from collections.abc import Mapping, Sequence
from math import isclose
from pathlib import Path

from curnits.analysis.certificates.checking.check import payoff_mismatches
from curnits.analysis.checking.check import Check
from curnits.analysis.concepts import (
    CONCEPTS,
    ConceptError,
    concept_named,
    solve,
    solve_all,
    units,
)
from curnits.analysis.concepts.proofs import why_unproved
from curnits.analysis.solution import Claim, Equilibrium, Vector
from curnits.analysis.solvers.effort import foresee
from curnits.analysis.solvers.exhaustive.everywhere import WITHIN
from curnits.analysis.solvers.open_threats import with_open_threats
from curnits.analysis.storage.certificates import certificate_of
from curnits.analysis.storage.record import RecordError, by_player, read_json, utf8_safe, vector
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
from curnits.analysis.verification.literal import literal_conditions
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.errors import InputError
from curnits.sim.games.game import Game


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
        path=utf8_safe(path),
        kind="solution",
        concept=solution.concept,
        passed=(bool(fresh) or solution.exists is False)
        and all(found.accepted for found in fresh)
        and not objections,
        equilibria=fresh,
        state=None,
        literal=literal(solution.game.game(), solution.concept, fresh),
        objections=objections,
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
        if not agree(getattr(stated, name), getattr(found, name), 1.0)
    ]
    missed += [
        f"prices.{player}"
        for player, price in found.prices.items()
        if not agree(stated.prices.get(player), price, 1.0)
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
    certificate = certificate_of(game, stated.certificate)
    begun = solution.disagreement
    start = None if begun is None else vector(game, begun, "disagreement")
    wrong = why_unproved(game, solution.concept, certificate)
    return [*wrong, *payoff_mismatches(game, certificate, payoffs, start)]


def literal(
    game: Game, concept: str, answers: Sequence[EquilibriumRecord]
) -> list[list[LiteralRecord]]:
    """Measure the literal conditions of every answer that has threats they are meant for."""
    row = concept_named(concept)
    if row.instead or not row.threats:
        return []
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
        if not agree(stated.residuals.get(name), figure, 1.0)
    ]
    for name in ("before_payments", "payments"):
        for player, amount in (getattr(found, name) or {}).items():
            said = getattr(stated, name)
            if said is not None and not agree(said.get(player), amount, scales[player]):
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
            if not agree(getattr(said, name), getattr(account, name), curnits):
                wrong.append(f"{place}.{name}")
        for name, unit in (("delivered", scales), ("claims", scales), ("weights", None)):
            for player, amount in getattr(account, name).items():
                scale = unit[player] if unit else 1.0
                if not agree(getattr(said, name).get(player), amount, scale):
                    wrong.append(f"{place}.{name}.{player}")
        if said.open is not None and not _same_ends(said.open, account.open, scales, curnits):
            wrong.append(f"{place}.open")
        if not _same_mixture(said.threat, account.threat):
            wrong.append(f"{place}.threat")
        for player, amount in account.disposal.items():
            if not agree(said.disposal.get(player), amount, curnits):
                wrong.append(f"{place}.disposal.{player}")
    return [f"{key} is not what the verifier finds" for key in wrong]


def _same_transfers(
    said: Sequence[TransferRecord], due: Sequence[TransferRecord], scales: Mapping[str, float]
) -> bool:
    """Tell whether payments from player to player are the same, but for rounding."""
    return len(said) == len(due) and all(
        (one.payer, one.payee) == (other.payer, other.payee)
        and agree(one.amount, other.amount, scales[other.payee])
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
    return all(agree(stated, found, unit) for stated, found, unit in pairs)


def _same_mixture(stated: Sequence[Share], found: Sequence[Share]) -> bool:
    chances: dict[frozenset[tuple[str, str]], float] = {}
    for sign, shares in ((1.0, stated), (-1.0, found)):
        for share in shares:
            played = frozenset(share.outcome.items())
            chances[played] = chances.get(played, 0.0) + sign * share.probability
    return all(agree(difference, 0.0, 1.0) for difference in chances.values())


def agree(said: float | None, found: float | None, unit: float) -> bool:
    """Tell whether two figures are the same, but for rounding in this unit; or both are missing."""
    if said is None or found is None:
        return said is found
    return isclose(said, found, rel_tol=ACCEPTED, abs_tol=ACCEPTED * unit)


def _again(
    solution: SolutionRecord, game: Game, stated: EquilibriumRecord, payoffs: Vector
) -> Equilibrium:
    """Return an answer as it is verified now."""
    begun, levels = solution.disagreement, solution.credibility
    start = None if begun is None else vector(game, begun, "disagreement")
    believed = None if levels is None else vector(game, levels, "credibility")
    claim = Claim(stated.candidate(game), payoffs, start, believed)
    return concept_named(solution.concept).verify(game, claim)


SOLUTION = Check(check_solution, None)
