"""Solutions with the certificates of their answers."""

from curnits.analysis.certificates.proving.prove import UncertifiedError
from curnits.analysis.concepts.proofs import certify
from curnits.analysis.solution import Solution
from curnits.analysis.storage.certificates import record_of
from curnits.analysis.storage.solutions import EquilibriumRecord, SolutionRecord
from curnits.sim.games.game import Game


def certified(record: SolutionRecord, game: Game, solution: Solution) -> SolutionRecord:
    """Return a solution with a certificate of each answer; notes say for which there is none.

    Parameters
    ----------
    record : SolutionRecord
        What is to be completed.
    game : Game
    solution : Solution
        The one that was written.
    """
    answers: list[EquilibriumRecord] = []
    notes = list(record.notes)
    pairs = zip(record.equilibria, solution.equilibria, strict=True)
    for number, (stated, found) in enumerate(pairs, start=1):
        try:
            proof = certify(game, solution.concept, found, solution.disagreement)
        except UncertifiedError as error:
            place = f" of answer {number}" if len(record.equilibria) > 1 else ""
            notes.append(f"no certificate{place} was found: {error}")
            answers.append(stated)
        else:
            certificate = record_of(game, proof)
            answers.append(stated.model_copy(update={"certificate": certificate}))
    return record.model_copy(update={"equilibria": answers, "notes": notes})
