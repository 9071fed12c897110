"""Values of games with money: claims are paid, and all prices are equal."""

from dataclasses import replace
from functools import partial

import numpy as np

from curnits.analysis.certificates.proving import prove
from curnits.analysis.concepts.concept import Concept, ConceptError, Reason
from curnits.analysis.solution import Candidate, Claim, Solution, Vector
from curnits.analysis.solvers import values
from curnits.analysis.solvers.conflict import solve_conflicts, values_of
from curnits.analysis.solvers.curved.refining import refined
from curnits.analysis.solvers.sampling import Estimate, estimate
from curnits.analysis.verification import equilibria as verifiers
from curnits.analysis.verification.coco import ACCEPTED
from curnits.analysis.verification.curved import Verify
from curnits.analysis.verification.measures import money_unit, rounding
from curnits.sim.games.coalitional import CoalitionalGame
from curnits.sim.games.game import Game


def paid(game: Game, verify: Verify = verifiers.coco_value) -> Solution:
    """Return the coco value, with the threats behind it, of a game as it is known.

    The payoffs in closed form must also be what its prices and threats entitle the players to.
    """
    solved = solve_conflicts(game, np.ones(game.n))
    point = values.coco_value_of(game, solved.values)
    candidate = Candidate(point.prices, point.agreement, solved.threats, np.zeros(game.n))
    verified = verify(game, Claim(candidate, point.payoffs))
    missed = float(np.abs(verified.payoffs - point.payoffs).max() - rounding(game).sum())
    gap = max(0.0, missed) / money_unit(game)
    figures = replace(verified.residuals, clearing=max(gap, verified.residuals.clearing))
    accepted = verified.accepted and gap <= ACCEPTED
    found = replace(verified, residuals=figures, accepted=accepted)
    return Solution(
        "coco-value",
        True if accepted else None,
        (found,) if accepted else (),
        accepted,
        "conflict values in closed form; the value is unique",
    )


def in_money(game: Game, _: Vector | None = None) -> Solution:
    """Return the coco value of a game, also one with curved frontiers."""
    return refined(game, paid, verifiers.coco_value)


def _as_if_with_money(game: Game, _: Vector | None) -> Solution:
    note = "as if players could pay each other in utilons"
    solution = in_money(game)
    return replace(solution, notes=(note, *solution.notes))


def _sampled(game: Game, conflicts: int, rng: np.random.Generator) -> Estimate:
    if game.curved:
        raise ConceptError("coalitions with curved frontiers cannot be sampled")
    best = float(game.outcomes.sum(axis=1).max())
    return estimate(game.n, best, partial(values_of, game), conflicts, rng)


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


COCO_VALUE = Concept(
    name="coco-value",
    title="what the players get when payoffs are paid in money",
    answer="coco value",
    solve=_as_if_with_money,
    on_curves=_as_if_with_money,
    with_money=in_money,
    verify=verifiers.coco_value,
    threats=True,
    pays=True,
    estimate=_sampled,
    proof=lambda _: prove.COCO_VALUE,
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
    proof=lambda _: prove.SHAPLEY,
)
