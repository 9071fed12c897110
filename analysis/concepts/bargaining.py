"""Bargaining from a disagreement point, and what procedures without threats of coalitions give."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import (
    NO_CURVES,
    Concept,
    ConceptError,
    Reason,
    Search,
    by_actions,
)
from curnits.analysis.solution import Candidate, Claim, Point, Solution, Vector
from curnits.analysis.solvers import bargaining, values
from curnits.analysis.solvers.bargaining import UnsettledError
from curnits.analysis.solvers.commitment_value import NoLimitError, commitment_value
from curnits.analysis.solvers.curved import bargained
from curnits.analysis.solvers.references import (
    NoReferenceError,
    Reference,
    best_correlated,
    best_nash,
)
from curnits.analysis.verification import bargaining as verifiers
from curnits.analysis.verification import commitment, meet, references
from curnits.analysis.verification.curved import Verify
from curnits.sim.games.coalitions import grand
from curnits.sim.games.feasible.meet import pareto_meet
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame, normal_form

type Select = Callable[[Vector, Vector], Point]
"""Picks a mixture of outcomes, shape ``(X, n)``, from a disagreement point, shape ``(n,)``."""

type SelectOnCurves = Callable[[Game, Vector], tuple[Game, Point]]
"""The same on a curved frontier; also returns the game with the points that are needed."""


def bargaining_rule(
    name: str,
    title: str,
    select: Select,
    *,
    method: str,
    on_curves: SelectOnCurves | Reason,
    with_money: Select | Reason,
    condition: verifiers.Rule,
    proof: Proposition | None = None,
) -> Concept:
    """Return the concept of a bargaining rule.

    Parameters
    ----------
    name, title : str
        As in :class:`curnits.analysis.concepts.concept.Concept`.
    select : callable
        Among mixtures of finitely many outcomes.
    method : str
        How it does that, for readers.
    on_curves, with_money : callable or str
        What the rule selects where N's frontier is curved; where payoffs can be paid in money. Or
        why it says nothing there.
    condition : callable
        Tells, without solving anything, how far a split is from what the rule selects.
    proof : Proposition, optional
        What certificates of answers prove.
    """
    verify = verifiers.selected(condition)

    def among(pick: Select, game: Game, start: Vector) -> tuple[Game, Point]:
        known = game.refined(np.ones((1 << game.n, game.n)))
        return known, pick(known.outcomes, start)

    def along(pick: SelectOnCurves, game: Game, start: Vector) -> tuple[Game, Point]:
        if grand(game.n) not in game.curved:
            return among(select, game, start)
        return pick(game, start)

    def solved(pick: SelectOnCurves) -> Search:
        return partial(_bargain, name, method, pick, verify)

    return Concept(
        name=name,
        title=title,
        answer=f"{name} solution",
        solve=solved(partial(among, select)),
        on_curves=on_curves if isinstance(on_curves, str) else solved(partial(along, on_curves)),
        with_money=with_money
        if isinstance(with_money, str)
        else solved(partial(among, with_money)),
        verify=verify,
        bargains=True,
        proof=lambda _: proof,
    )


def _bargain(
    name: str, method: str, pick: SelectOnCurves, verify: Verify, game: Game, start: Vector | None
) -> Solution:
    start = values.maximin_levels(game) if start is None else start
    try:
        known, point = pick(game, start)
    except UnsettledError as error:
        return Solution(name, None, (), False, method, (str(error),), disagreement=start)
    solution = _solution(name, f"{method}; the solution is unique", known, point, verify, start)
    return replace(solution, game=known if game.curved else None, disagreement=start)


def _solution(
    name: str, method: str, game: Game, point: Point, verify: Verify, start: Vector | None
) -> Solution:
    candidate = Candidate(point.prices, point.agreement, {}, np.zeros(game.n))
    found = verify(game, Claim(candidate, point.payoffs, start))
    return Solution(
        name,
        True if found.accepted else None,
        (found,) if found.accepted else (),
        found.accepted,
        method,
        point.notes,
    )


def _from_equilibrium(
    name: str, title: str, begin: Callable[[NormalGame], Reference], verify: Verify
) -> Concept:
    """Return the concept of the Nash solution from the best equilibrium of selfish players."""

    def search(game: Game, _: Vector | None) -> Solution:
        try:
            reference = begin(normal_form(game, name))
        except NoReferenceError as error:
            raise ConceptError(f"{name} does not apply: {error}") from error
        pick = _in_money(name) if game.money else bargaining.nash

        def select(known: Game, start: Vector) -> tuple[Game, Point]:
            return known, pick(known.outcomes, start)

        solution = _bargain(name, _CONVEX, select, verify, game, reference.payoffs)
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
    return _bargain("pareto-meet", _CONVEX, select, meet.from_pareto_meet, game, start)


def _expected(game: Game, _: Vector | None) -> Solution:
    name = "proposer-commitment"
    try:
        point = commitment_value(game)
    except NoLimitError as error:
        raise ConceptError(f"{name} does not apply: {error}") from error
    return _solution(name, "closed form", game, point, commitment.expectation, None)


def _in_money(name: str) -> Select:
    """Return equal shares of the surplus: the frontier is then a plane of equal slopes."""
    return partial(bargaining.equal_surplus, name)


_CONVEX = "convex programme"

NASH = bargaining_rule(
    "nash",
    "the largest product of gains",
    bargaining.nash,
    method=_CONVEX,
    on_curves=bargained.at_equal_worth,
    with_money=_in_money("nash"),
    condition=verifiers.equal_worth,
    proof=Proposition.EQUAL_WORTH,
)

KALAI_SMORODINSKY = bargaining_rule(
    "kalai-smorodinsky",
    "gains in proportion to ideal ones",
    bargaining.kalai_smorodinsky,
    method="linear programmes",
    on_curves=partial(bargained.along, "kalai-smorodinsky", np.asarray),
    with_money=_in_money("kalai-smorodinsky"),
    condition=verifiers.equal_shares,
)

EGALITARIAN = bargaining_rule(
    "egalitarian",
    "equal gains",
    bargaining.egalitarian,
    method="linear programmes",
    on_curves=partial(bargained.along, "egalitarian", np.ones_like),
    with_money=_in_money("egalitarian"),
    condition=verifiers.equal_gains,
    proof=Proposition.EQUAL_GAINS,
)

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
)

PROPOSER_COMMITMENT = Concept(
    name="proposer-commitment",
    title="where that protocol leads",
    answer="proposer-commitment solution",
    applies=by_actions,
    solve=_expected,
    on_curves=NO_CURVES,
    with_money=_expected,
    verify=commitment.expectation,
)
