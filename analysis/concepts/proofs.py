"""Answers of a concept proved, and certificates of them checked.

Takes a game, the name of a concept and an answer or a certificate. Called by ``solve --certify``
and by what checks files; apart from :mod:`.registry`, which solves without exact arithmetic.
"""

from curnits.analysis.certificates.certificate import Certificate
from curnits.analysis.certificates.checking import check
from curnits.analysis.certificates.proving import prove
from curnits.analysis.certificates.proving.prove import UncertifiedError
from curnits.analysis.concepts.registry import CONCEPTS, concept_named
from curnits.analysis.solution import Equilibrium, Vector
from curnits.sim.games.game import Game


def certify(
    game: Game, concept: str, found: Equilibrium, disagreement: Vector | None = None
) -> Certificate:
    """Return a certificate of an accepted answer, of a given concept.

    See :func:`curnits.analysis.certificates.proving.prove.certify`.

    Raises
    ------
    curnits.analysis.certificates.proving.prove.UncertifiedError
        If the concept or the game is out of reach, or no certificate was found.
    """
    proposition = concept_named(concept).proof(game)
    if proposition is None:
        able = ", ".join(name for name, row in CONCEPTS.items() if row.proof(game) is not None)
        raise UncertifiedError(f"{concept} is not certified here (only {able})")
    return prove.certify(game, proposition, found, disagreement)


def why_unproved(game: Game, concept: str, certificate: Certificate) -> list[str]:
    """Say why a certificate does not prove an answer; nothing if it does."""
    proposition = concept_named(concept).proof(game)
    if proposition is None:
        return [f"{concept} cannot be certified"]
    return check.certificate_objections(game, proposition, certificate)
