"""Values of games with money: claims are paid, and all prices are equal."""

from dataclasses import replace
from functools import partial

import numpy as np

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import Concept, ConceptError, Reason, Search
from curnits.analysis.solution import Candidate, Claim, Solution, Vector
from curnits.analysis.solvers import values
from curnits.analysis.solvers.conflict import values_of
from curnits.analysis.solvers.curved.refining import refined
from curnits.analysis.solvers.rules import FIRST_MOVER_SURPLUS, MINIMAX, ConflictRule
from curnits.analysis.solvers.rules.first_mover import few_commitments
from curnits.analysis.solvers.sampling import Estimate, estimate
from curnits.analysis.verification import equilibria as verifiers
from curnits.analysis.verification import first_mover
from curnits.analysis.verification.coco import ACCEPTED
from curnits.analysis.verification.curved import Verify
from curnits.analysis.verification.measures import money_unit, rounding
from curnits.sim.games.coalitional import CoalitionalGame
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


def in_money(game: Game, _: Vector | None = None) -> Solution:
    """Return the coco value of a game, also one with curved frontiers."""
    return refined(game, paid, verifiers.coco_value)


def _as_if(solve: Search) -> Search:
    """Return a search in the game with money."""

    def search(game: Game, start: Vector | None) -> Solution:
        note = "as if players could pay each other in utilons"
        solution = solve(game, start)
        return replace(solution, notes=(note, *solution.notes))

    return search


def _first_mover(game: Game, _: Vector | None) -> Solution:
    def solve(known: Game) -> Solution:
        return paid(known, first_mover.first_mover_value, FIRST_MOVER_SURPLUS, "first-mover-value")

    return refined(game, solve, first_mover.first_mover_value)


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


COMMITMENTS = (
    "no coalition gets more by another commitment, whichever reply it pays for, and everybody is "
    "owed equal dividends of what commitments get"
)
"""What is asked of threats by those who move first and pay for replies."""

COCO_VALUE = Concept(
    name="coco-value",
    title="what the players get when payoffs are paid in money",
    answer="coco value",
    solve=_as_if(in_money),
    on_curves=_as_if(in_money),
    with_money=in_money,
    verify=verifiers.coco_value,
    threats=True,
    zero_sum=True,
    pays=True,
    estimate=_sampled,
    proof=lambda _: Proposition.COCO_VALUE,
)

FIRST_MOVER_VALUE = Concept(
    name="first-mover-value",
    title="what they get in money if threats must leave others their best reply (a "
    "reconstruction of what Diffractor 2022 says of ROSE)",
    answer="first-mover value",
    solve=_as_if(_first_mover),
    on_curves=_as_if(_first_mover),
    with_money=_first_mover,
    verify=first_mover.first_mover_value,
    threats=True,
    instead=COMMITMENTS,
    pays=True,
    proof=lambda _: Proposition.FIRST_MOVER_VALUE,
    quick=few_commitments,
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
