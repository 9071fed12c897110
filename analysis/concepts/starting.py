"""The Nash solution from where the game itself says that talks begin.

The concepts ``best-nash`` and ``best-correlated`` begin at the best equilibrium of selfish players,
``pareto-meet`` at the least that each gets where nothing is wasted.
"""

from collections.abc import Callable
from dataclasses import replace

from curnits.analysis.concepts.bargaining import CONVEX, bargain, in_money
from curnits.analysis.concepts.concept import NO_CURVES, Concept, ConceptError, by_actions
from curnits.analysis.solution import Point, Solution, Vector
from curnits.analysis.solvers import bargaining
from curnits.analysis.solvers.references import (
    NoReferenceError,
    Reference,
    best_correlated,
    best_nash,
)
from curnits.analysis.verification import meet, references
from curnits.analysis.verification.curved import Verify
from curnits.sim.games.feasible.meet import pareto_meet
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame, normal_form

_QUICK_PAYOFFS = 3_000
"""Most payoffs of a game whose efficient outcomes are found in some seconds."""


def _from_equilibrium(
    name: str, title: str, begin: Callable[[NormalGame], Reference], verify: Verify
) -> Concept:
    """Return the concept of the Nash solution from the best equilibrium of selfish players."""

    def search(game: Game, _: Vector | None) -> Solution:
        try:
            reference = begin(normal_form(game, name))
        except NoReferenceError as error:
            raise ConceptError(f"{name} does not apply: {error}") from error
        pick = in_money(name) if game.money else bargaining.nash

        def select(known: Game, start: Vector) -> tuple[Game, Point]:
            return known, pick(known.outcomes, start)

        solution = bargain(name, CONVEX, select, verify, game, reference.payoffs)
        return replace(solution, notes=(*reference.notes, *solution.notes))

    return Concept(
        name=name,
        title=title,
        answer=f"{name} solution",
        applies=by_actions,
        solve=search,
        on_curves=NO_CURVES,
        with_money=search,
        verify=verify,
    )


def _from_meet(game: Game, _: Vector | None) -> Solution:
    def select(known: Game, start: Vector) -> tuple[Game, Point]:
        return known, bargaining.nash(known.outcomes, start)

    start = pareto_meet(game.outcomes)
    return bargain("pareto-meet", CONVEX, select, meet.from_pareto_meet, game, start)


BEST_NASH = _from_equilibrium(
    "best-nash",
    "nash, starting from the best Nash equilibrium",
    best_nash,
    references.from_best_nash,
)

BEST_CORRELATED = _from_equilibrium(
    "best-correlated",
    "nash, starting from the best correlated equilibrium",
    best_correlated,
    references.from_best_correlated,
)

PARETO_MEET = Concept(
    name="pareto-meet",
    title="nash, starting from the least that each player gets where nothing is wasted",
    answer="pareto-meet solution",
    solve=_from_meet,
    on_curves="the least that players get is looked for among finitely many corners (expected "
    "nash)",
    with_money="with money nobody gets least: payments may be as large as you like (expected "
    "first-mover-value)",
    verify=meet.from_pareto_meet,
    quick=lambda game: game.n * len(game.outcomes) <= _QUICK_PAYOFFS,
)
