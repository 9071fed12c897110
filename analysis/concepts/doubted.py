"""The concept ``doubted``: coco where threats are believed only in part; only runs say how far."""

from dataclasses import replace

import numpy as np

from curnits.analysis.concepts.concept import Concept, ConceptError
from curnits.analysis.solution import Candidate, Claim, Equilibrium, Solution, Vector
from curnits.analysis.solvers.coco.coco import METHOD, ClearingSolver
from curnits.analysis.solvers.rules.doubted import DoubtedThreats, UnsettledConflictError
from curnits.analysis.verification.doubted import doubted as verifier
from curnits.sim.games.game import Game

_PLAYED = 1e-3
"""Probability above which a state is said to play a joint action."""

_QUICK_CELLS = 2_000
"""Payoffs in all conflicts of a game in which doubted threats are found in seconds."""


def _solve(game: Game, credibility: Vector | None, state: Candidate | None = None) -> Solution:
    """Return prices that clear if threats are believed so far; near a state, what is played there.

    Conflicts may have several equilibria. Near a state only its joint actions are looked at.
    """
    if credibility is None:
        raise ConceptError(
            "doubted does not apply: it asks how far players are believed, which only a run says"
        )

    def judged(same: Game, candidate: Candidate) -> Equilibrium:
        return verifier(same, Claim(candidate, candidate.agreement @ same.outcomes, None, levels))

    levels = credibility
    rule = DoubtedThreats(tuple(levels.tolist()))
    if state is not None:
        threats = state.threats.items()
        rule = replace(rule, played={mask: np.flatnonzero(x > _PLAYED) for mask, x in threats})
    start = None if state is None else state.prices
    try:
        solution = ClearingSolver("doubted", rule, judged).solve(game, start)
    except UnsettledConflictError as error:
        solution = Solution("doubted", None, (), False, METHOD, (str(error),))
    return replace(solution, credibility=levels)


def _near(game: Game, state: Candidate, credibility: Vector | None) -> Solution:
    return _solve(game, credibility, state)


DOUBTED = Concept(
    name="doubted",
    title="coco where threats are believed only in part; only runs say how far",
    answer="equilibrium of threats believed so far",
    solve=_solve,
    solve_near=_near,
    on_curves="how far threats are believed is not worked out on curved frontiers (expected coco)",
    with_money="how far threats are believed is not worked out with money (expected coco-value)",
    verify=verifier,
    doubts=True,
    threats=True,
    quick=lambda game: game.conflict_cells <= _QUICK_CELLS,
)
