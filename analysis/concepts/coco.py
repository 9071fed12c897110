"""The concept ``coco``: prices clear, and claims inside coalitions are paid in curnits."""

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import Concept
from curnits.analysis.concepts.unique import alone
from curnits.analysis.solution import Candidate, Solution, Vector
from curnits.analysis.solvers.coco import coco
from curnits.analysis.verification import equilibria as verifiers
from curnits.sim.games.game import Game


def all_found(game: Game) -> Solution:
    """Look for every coco equilibrium."""
    from curnits.analysis.solvers.exhaustive import everywhere

    return everywhere.solve(game)


def _on_curves(game: Game) -> Solution:
    from curnits.analysis.solvers.curved.refining import at_root, refined
    from curnits.analysis.solvers.curved.roots import coco_stance

    found = at_root(game, "coco", coco_stance, verifiers.coco)
    return found or refined(game, coco.solve, verifiers.coco)


def _near(game: Game, state: Candidate, _: Vector | None) -> Solution:
    return coco.solve(game, start=state.prices)


COCO = Concept(
    name="coco",
    title="prices clear, and claims inside coalitions are paid in curnits",
    answer="coco equilibrium",
    solve=alone(coco.solve),
    solve_all=alone(all_found),
    solve_near=_near,
    on_curves=alone(_on_curves),
    with_money="with money, claims are paid and all prices are equal (expected coco-value)",
    verify=verifiers.coco,
    threats=True,
    zero_sum=True,
    unique_for_two=True,
    proof=lambda _: Proposition.COCO,
)
