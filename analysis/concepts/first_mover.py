"""The concept ``first-mover``: prices clear if threats must leave others their best reply."""

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import Concept
from curnits.analysis.concepts.unique import alone
from curnits.analysis.solvers.coco.coco import ClearingSolver
from curnits.analysis.solvers.rules.first_mover import FIRST_MOVER_SURPLUS, few_commitments
from curnits.analysis.verification import first_mover as verifiers

_SOLVER = ClearingSolver("first-mover", FIRST_MOVER_SURPLUS, verifiers.verify_first_mover)

FIRST_MOVER = Concept(
    name="first-mover",
    title="prices clear if threats must leave others their best reply (reconstructed like "
    "first-mover-value)",
    answer="first-mover equilibrium",
    solve=alone(_SOLVER.solve),
    solve_all=alone(_SOLVER.solve_widely),
    solve_near=lambda game, state, _: _SOLVER.solve(game, state.prices),
    on_curves="it is not worked out on curved frontiers (expected coco, which is the same where "
    "fights leave the other side alone)",
    with_money="with money, claims are paid and all prices are equal (expected first-mover-value)",
    verify=verifiers.first_mover,
    threats=True,
    instead=verifiers.ASKED,
    proof=lambda _: Proposition.FIRST_MOVER,
    quick=few_commitments,
)
