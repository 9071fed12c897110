"""The concept ``proposer-commitment``: where that protocol leads."""

from curnits.analysis.concepts.bargaining import solved_by
from curnits.analysis.concepts.concept import NO_CURVES, Concept, ConceptError, by_actions
from curnits.analysis.solution import Solution, Vector
from curnits.analysis.solvers.commitment_value import NoLimitError, commitment_value
from curnits.analysis.verification import commitment
from curnits.sim.games.game import Game


def _expected(game: Game, _: Vector | None) -> Solution:
    name = "proposer-commitment"
    try:
        point = commitment_value(game)
    except NoLimitError as error:
        raise ConceptError(f"{name} does not apply: {error}") from error
    return solved_by(name, "closed form", game, point, commitment.expectation, None)


PROPOSER_COMMITMENT = Concept(
    name="proposer-commitment",
    title="where that protocol leads",
    answer="proposer-commitment solution",
    applies=by_actions,
    solve=_expected,
    on_curves=NO_CURVES,
    with_money=_expected,
    verify=commitment.expectation,
)
