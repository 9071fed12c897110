"""Equilibria in prices, an agreement and the threats of all coalitions."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import (
    NO_CURVES,
    Concept,
    ConceptError,
    Search,
    by_actions,
)
from curnits.analysis.concepts.money import COMMITMENTS, in_money
from curnits.analysis.solution import Candidate, Claim, Equilibrium, Solution, Vector
from curnits.analysis.solvers.coco import coco
from curnits.analysis.solvers.curved.refining import METHOD, at_root, refined
from curnits.analysis.solvers.curved.roots import Rule, coco_stance, harsanyi_stance
from curnits.analysis.solvers.exhaustive import everywhere
from curnits.analysis.solvers.harsanyi import harsanyi
from curnits.analysis.solvers.rules import FIRST_MOVER_SURPLUS
from curnits.analysis.solvers.rules.doubted import DoubtedThreats, UnsettledConflictError
from curnits.analysis.solvers.rules.first_mover import few_commitments
from curnits.analysis.solvers.strict import strict
from curnits.analysis.verification import equilibria as verifiers
from curnits.analysis.verification import first_mover
from curnits.analysis.verification.disarmed import embed
from curnits.analysis.verification.doubted import doubted
from curnits.sim.games.bargaining import BargainingGame
from curnits.sim.games.coalitional import CoalitionalGame
from curnits.sim.games.coalitions import grand
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import harmful_actions, without
from curnits.sim.games.normal import normal_form

_PLAYED = 1e-3
"""Probability above which a state is said to play a joint action."""

_QUICK_CELLS = 2_000
"""Payoffs in all conflicts of a game in which doubted threats are found in seconds."""

_QUICK_PLAYERS, _QUICK_OUTCOMES = 3, 64
"""In larger games the search for harsanyi equilibria may take minutes."""

_GAIN = 1e-6
"""Least gain over disagreement, a share of payoff range, that is no rounding."""


def _alone(solve: Callable[[Game], Solution]) -> Search:
    """Return a search that needs no disagreement point, and says if its answer is the only one."""
    return lambda game, _: _only(game, solve(game))


def _only(game: Game, solution: Solution) -> Solution:
    """Say that there is no other answer where only all together can do anything (Nash 1950).

    At positive prices all gains are then worth the same, as at the one point of a convex set at
    which their product is largest; and prices are positive if all can gain at once.
    """
    if not isinstance(game, BargainingGame) or len(solution.equilibria) != 1:
        return solution
    (found,) = solution.equilibria
    gains = found.payoffs - game.threats.outcomes[0]
    fixed = game.threats.payoffs.size == game.n
    priced = (found.candidate.prices > 0).all() and (gains > _GAIN * game.scales).all()
    if not (fixed and priced):
        return solution
    why = "only all together can act, so it is Nash's (1950) solution, and there is one"
    return replace(solution, complete=True, method=f"{solution.method}; {why}")


def _coco_on_curves(game: Game) -> Solution:
    found = at_root(game, "coco", coco_stance, verifiers.coco)
    return found or refined(game, coco.solve, verifiers.coco)


def _harsanyi_on_curves(game: Game) -> Solution:
    rule = _fair_stance(game)
    if rule is None or grand(game.n) not in game.curved:
        return refined(game, harsanyi.solve, verifiers.harsanyi)
    found = at_root(game, "harsanyi", rule, verifiers.harsanyi)
    # among points that lie close together the usual search is very slow
    note = "no equilibrium with positive prices was found"
    return found or Solution("harsanyi", None, (), False, METHOD, (note,))


def _fair_stance(game: Game) -> Rule | None:
    """Return what coalitions do at given prices, if prices are all that is to be found."""
    if isinstance(game, CoalitionalGame):
        return harsanyi_stance
    alone = isinstance(game, BargainingGame) and game.threats.payoffs.size == game.n
    return coco_stance if alone or game.n == 2 else None  # then a coalition cannot be unfair


def _literal_on_curves(game: Game) -> Solution:
    note = "no coco equilibrium was found that delivers what is claimed"
    found = at_root(game, "strict", coco_stance, verifiers.literal)
    return found or Solution("strict", None, (), False, "coco equilibria that deliver", (note,))


def _literal_with_money(game: Game) -> Solution:
    note = "with money, claims are paid, so the coco value is a literal equilibrium"
    return replace(in_money(game), concept="strict", notes=(note,))


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


def _doubted(game: Game, credibility: Vector | None, state: Candidate | None = None) -> Solution:
    """Return prices that clear if threats are believed so far; near a state, what is played there.

    Conflicts may have several equilibria. Near a state only its joint actions are looked at.
    """
    if credibility is None:
        raise ConceptError(
            "doubted does not apply: it asks how far players are believed, which only a run says"
        )

    def judged(same: Game, candidate: Candidate) -> Equilibrium:
        return doubted(same, Claim(candidate, candidate.agreement @ same.outcomes, None, levels))

    levels = credibility
    rule = DoubtedThreats(tuple(levels.tolist()))
    if state is not None:
        threats = state.threats.items()
        rule = replace(rule, played={mask: np.flatnonzero(x > _PLAYED) for mask, x in threats})
    start = None if state is None else state.prices
    try:
        solution = coco.Clearing("doubted", rule, judged).solve(game, start)
    except UnsettledConflictError as error:
        solution = Solution("doubted", None, (), False, coco.METHOD, (str(error),))
    return replace(solution, credibility=levels)


def _doubted_near(game: Game, state: Candidate, credibility: Vector | None) -> Solution:
    return _doubted(game, credibility, state)


def _coco_near(game: Game, state: Candidate, _: Vector | None) -> Solution:
    return coco.solve(game, start=state.prices)


def _harsanyi_near(game: Game, state: Candidate, _: Vector | None) -> Solution:
    return harsanyi.solve_widely(game, near=state)


def _literal_proof(game: Game) -> Proposition | None:
    if game.money:
        return Proposition.COCO_VALUE
    return Proposition.COCO if game.n <= 2 else None


def _fair_proof(game: Game) -> Proposition:
    return Proposition.COCO if game.n <= 2 else Proposition.FAIR_SPLIT


_CLEARING = coco.Clearing("first-mover", FIRST_MOVER_SURPLUS, first_mover.judged)

COCO = Concept(
    name="coco",
    title="prices clear, and claims inside coalitions are paid in curnits",
    answer="coco equilibrium",
    solve=_alone(coco.solve),
    solve_all=_alone(everywhere.solve),
    solve_near=_coco_near,
    on_curves=_alone(_coco_on_curves),
    with_money="with money, claims are paid and all prices are equal (expected coco-value)",
    verify=verifiers.coco,
    threats=True,
    zero_sum=True,
    unique_for_two=True,
    proof=lambda _: Proposition.COCO,
)

FIRST_MOVER = Concept(
    name="first-mover",
    title="prices clear if threats must leave others their best reply (reconstructed like "
    "first-mover-value)",
    answer="first-mover equilibrium",
    solve=_alone(_CLEARING.solve),
    solve_all=_alone(_CLEARING.solve_widely),
    solve_near=lambda game, state, _: _CLEARING.solve(game, state.prices),
    on_curves="it is not worked out on curved frontiers (expected coco, which is the same where "
    "fights leave the other side alone)",
    with_money="with money, claims are paid and all prices are equal (expected first-mover-value)",
    verify=first_mover.first_mover,
    threats=True,
    instead=COMMITMENTS,
    proof=lambda _: Proposition.FIRST_MOVER,
    quick=few_commitments,
)

DOUBTED = Concept(
    name="doubted",
    title="coco where threats are believed only in part; only runs say how far",
    answer="equilibrium of threats believed so far",
    solve=_doubted,
    solve_near=_doubted_near,
    on_curves="how far threats are believed is not worked out on curved frontiers (expected coco)",
    with_money="how far threats are believed is not worked out with money (expected coco-value)",
    verify=doubted,
    doubts=True,
    threats=True,
    quick=lambda game: game.conflict_cells <= _QUICK_CELLS,
)

HARSANYI = Concept(
    name="harsanyi",
    title="coalitions split fairly what they deliver, and dispose of the rest",
    answer="harsanyi equilibrium",
    solve=_alone(harsanyi.solve),
    solve_all=_alone(harsanyi.solve_widely),
    solve_near=_harsanyi_near,
    on_curves=_alone(_harsanyi_on_curves),
    with_money="with money, claims are paid and nothing is disposed of (expected coco-value)",
    verify=verifiers.harsanyi,
    threats=True,
    unique_for_two=True,
    proof=_fair_proof,
    quick=lambda game: game.n <= _QUICK_PLAYERS and len(game.outcomes) <= _QUICK_OUTCOMES,
)

STRICT = Concept(
    name="strict",
    title="the literal definition, which may not exist",
    answer="strict solution",
    solve=_alone(strict.solve),
    on_curves=_alone(_literal_on_curves),
    with_money=_alone(_literal_with_money),
    verify=verifiers.literal,
    threats=True,
    unique_for_two=True,
    proof=_literal_proof,
    quick=lambda _: False,
)

DISARMED = Concept(
    name="disarmed",
    title="without actions that only harm",
    answer="disarmed equilibrium",
    applies=by_actions,
    solve=_disarmed(coco.solve),
    solve_all=_disarmed(everywhere.solve),
    on_curves=NO_CURVES,
    with_money=_disarmed(in_money),
    verify=verifiers.disarmed,
    threats=True,
    unique_for_two=True,
)
