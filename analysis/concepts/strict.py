"""The concept ``strict``: the literal definition, coalition-perfect; it may not exist."""

from dataclasses import replace

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.coco_value import in_money
from curnits.analysis.concepts.concept import Concept
from curnits.analysis.concepts.unique import alone
from curnits.analysis.solution import Solution
from curnits.analysis.solvers.curved.refining import at_root
from curnits.analysis.solvers.curved.roots import coco_stance
from curnits.analysis.solvers.strict import strict
from curnits.analysis.verification import equilibria as verifiers
from curnits.sim.games.game import Game


def _on_curves(game: Game) -> Solution:
    note = "no coco equilibrium was found that delivers what is claimed"
    found = at_root(game, "strict", coco_stance, verifiers.literal)
    return found or Solution("strict", None, (), False, "coco equilibria that deliver", (note,))


def _with_money(game: Game) -> Solution:
    note = "with money, claims are paid, so the coco value is a literal equilibrium"
    return replace(in_money(game), concept="strict", notes=(note,))


def _proof(game: Game) -> Proposition | None:
    if game.money:
        return Proposition.COCO_VALUE
    return Proposition.COCO if game.n <= 2 else None


STRICT = Concept(
    name="strict",
    title="the literal definition, which may not exist",
    answer="strict solution",
    solve=alone(strict.solve),
    on_curves=alone(_on_curves),
    with_money=alone(_with_money),
    verify=verifiers.literal,
    threats=True,
    unique_for_two=True,
    proof=_proof,
    quick=lambda _: False,
)
