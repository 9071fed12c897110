"""The concept ``first-mover-value``: money, and threats that leave others their best reply."""

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import Concept
from curnits.analysis.concepts.paying import as_if, paid
from curnits.analysis.solution import Solution, Vector
from curnits.analysis.solvers.curved.refining import refined
from curnits.analysis.solvers.rules.first_mover import FIRST_MOVER_SURPLUS, few_commitments
from curnits.analysis.verification.first_mover import ASKED
from curnits.analysis.verification.first_mover import first_mover_value as verifier
from curnits.sim.games.game import Game


def _in_money(game: Game, _: Vector | None) -> Solution:
    def solve(known: Game) -> Solution:
        return paid(known, verifier, FIRST_MOVER_SURPLUS, "first-mover-value")

    return refined(game, solve, verifier)


FIRST_MOVER_VALUE = Concept(
    name="first-mover-value",
    title="what they get in money if threats must leave others their best reply (a "
    "reconstruction of what Diffractor 2022 says of ROSE)",
    answer="first-mover value",
    solve=as_if(_in_money),
    on_curves=as_if(_in_money),
    with_money=_in_money,
    verify=verifier,
    threats=True,
    instead=ASKED,
    pays=True,
    proof=lambda _: Proposition.FIRST_MOVER_VALUE,
    quick=few_commitments,
)
