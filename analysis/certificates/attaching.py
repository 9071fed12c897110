"""Solutions with the certificates of their answers."""

from analysis.certificates.proving import UncertifiedError, certify
from analysis.certificates.record import CertificateRecord
from analysis.concepts import Answer
from analysis.records import EquilibriumRecord, SolutionRecord
from sim.games.game import Game


def certified(record: SolutionRecord, game: Game, answer: Answer) -> SolutionRecord:
    """Return a solution with a certificate of each answer; notes say for which there is none.

    Parameters
    ----------
    record : SolutionRecord
        What is to be completed.
    game : Game
    answer : Answer
        The answer that was written.
    """
    answers: list[EquilibriumRecord] = []
    notes = list(record.notes)
    solution, start = answer.solution, answer.disagreement
    pairs = zip(record.equilibria, solution.equilibria, strict=True)
    for number, (stated, found) in enumerate(pairs, start=1):
        try:
            proof = CertificateRecord.of(game, certify(game, solution.concept, found, start))
        except UncertifiedError as error:
            place = f" of answer {number}" if len(record.equilibria) > 1 else ""
            notes.append(f"no certificate{place} was found: {error}")
            answers.append(stated)
        else:
            answers.append(stated.model_copy(update={"certificate": proof}))
    return record.model_copy(update={"equilibria": answers, "notes": notes})
