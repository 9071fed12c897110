"""The concept ``shapley``: what each player adds to worths in money, averaged over all orders."""

from dataclasses import replace

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import Concept, Reason
from curnits.analysis.concepts.paying import paid
from curnits.analysis.solution import Solution, Vector
from curnits.analysis.solvers.curved.refining import refined
from curnits.analysis.verification import equilibria as verifiers
from curnits.sim.games.coalitional import CoalitionalGame
from curnits.sim.games.game import Game


def _contributions(game: Game, _: Vector | None) -> Solution:
    def solve(known: Game) -> Solution:
        return replace(
            paid(known, verifiers.shapley),
            concept="shapley",
            method="what each player adds, averaged over all orders of arrival; "
            "the value is unique",
        )

    return refined(game, solve, verifiers.shapley)


def _no_worths(game: Game) -> Reason | None:
    if isinstance(game, CoalitionalGame) and game.money:
        return None
    instead = "coco-value" if game.money else "coco, the Shapley NTU value where it is coalitional"
    return (
        "it is defined by what each coalition is worth in money, v(S) "
        f"(found {game.kind}, {'with' if game.money else 'without'} money; expected {instead})"
    )


SHAPLEY = Concept(
    name="shapley",
    title="of worths in money",
    answer="shapley solution",
    applies=_no_worths,
    solve=_contributions,
    on_curves=_contributions,
    with_money=_contributions,
    verify=verifiers.shapley,
    threats=True,
    pays=True,
    proof=lambda _: Proposition.SHAPLEY,
)
