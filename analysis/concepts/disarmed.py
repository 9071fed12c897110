"""The concept ``disarmed``: coco of the game without actions that only harm."""

from collections.abc import Callable
from dataclasses import replace

from curnits.analysis.concepts.coco import all_found
from curnits.analysis.concepts.coco_value import in_money
from curnits.analysis.concepts.concept import NO_CURVES, Concept, Search, by_actions
from curnits.analysis.solution import Solution, Vector
from curnits.analysis.solvers.coco import coco
from curnits.analysis.verification.disarmed import disarmed as verifier
from curnits.analysis.verification.disarmed import embed
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import harmful_actions, without
from curnits.sim.games.normal import normal_form


def _disarmed(solve: Callable[[Game], Solution]) -> Search:
    """Return a search in the game without actions that only harm."""

    def search(game: Game, _: Vector | None) -> Solution:
        armed, struck = normal_form(game, "disarmed"), harmful_actions(game)
        solution = solve(without(armed, struck))
        names = [
            armed.players[i] + ": " + armed.actions[i][k] for i, own in struck.items() for k in own
        ]
        return replace(
            solution,
            concept="disarmed",
            equilibria=tuple(embed(armed, struck, found) for found in solution.equilibria),
            method=f"{solution.concept} of the game without actions that only harm; "
            f"{solution.method}",
            notes=(f"struck: {', '.join(names) or 'nothing'}", *solution.notes),
        )

    return search


DISARMED = Concept(
    name="disarmed",
    title="without actions that only harm",
    answer="disarmed equilibrium",
    applies=by_actions,
    solve=_disarmed(coco.solve),
    solve_all=_disarmed(all_found),
    on_curves=NO_CURVES,
    with_money=_disarmed(in_money),
    verify=verifier,
    threats=True,
    unique_for_two=True,
)
