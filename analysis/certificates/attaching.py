"""Solutions with the certificates of their answers."""

from analysis.certificates.proving import UncertifiedError
from analysis.certificates.record import CertificateRecord
from analysis.concepts import certify
from analysis.records import EquilibriumRecord, SolutionRecord
from analysis.solution import Solution
from sim.games.game import Game


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
            certificate = CertificateRecord.of(game, proof)
            answers.append(stated.model_copy(update={"certificate": certificate}))
    return record.model_copy(update={"equilibria": answers, "notes": notes})
