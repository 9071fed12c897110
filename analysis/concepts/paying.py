"""Games played as if payoffs were paid in money: at equal prices, claims are paid.

What the concepts that have it so share: takes a conflict rule and a verifier, gives solutions.
"""

from dataclasses import replace

import numpy as np

from curnits.analysis.concepts.concept import Search
from curnits.analysis.solution import Candidate, Claim, Solution, Vector
from curnits.analysis.solvers import values
from curnits.analysis.solvers.rules.minimax import MINIMAX
from curnits.analysis.solvers.rules.rule import ConflictRule
from curnits.analysis.verification import equilibria as verifiers
from curnits.analysis.verification.curved import Verify
from curnits.analysis.verification.measures import ACCEPTED, money_unit, rounding
from curnits.sim.games.game import Game


def paid(
    game: Game,
    verify: Verify = verifiers.coco_value,
    rule: ConflictRule = MINIMAX,
    concept: str = "coco-value",
) -> Solution:
    """Return the value of a game as it is known under a conflict rule, with the threats behind it.

    The payoffs in closed form must also be what its prices and threats entitle the players to.
    """
    fought = rule.solve(game, np.ones(game.n))
    point = values.value_of(game, concept, fought.values)
    candidate = Candidate(point.prices, point.agreement, fought.threats, np.zeros(game.n))
    verified = verify(game, Claim(candidate, point.payoffs))
    missed = float(np.abs(verified.payoffs - point.payoffs).max() - rounding(game).sum())
    gap = max(0.0, missed) / money_unit(game)
    figures = replace(verified.residuals, clearing=max(gap, verified.residuals.clearing))
    accepted = verified.accepted and gap <= ACCEPTED
    found = replace(verified, residuals=figures, accepted=accepted)
    return Solution(
        concept,
        True if accepted else None,
        (found,) if accepted else (),
        accepted,
        "conflict values in closed form; the value is unique",
    )


def as_if(solve: Search) -> Search:
    """Return a search in the game with money."""

    def search(game: Game, start: Vector | None) -> Solution:
        note = "as if players could pay each other in utilons"
        solution = solve(game, start)
        return replace(solution, notes=(note, *solution.notes))

    return search
