"""Bargaining from a disagreement point: rules that pick one agreement, and the concepts of three.

:func:`bargaining_rule` makes a concept of a rule; concepts that bargain from a point of their own
are in :mod:`.starting`.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import Concept, Reason, Search
from curnits.analysis.solution import Candidate, Claim, Point, Solution, Vector
from curnits.analysis.solvers import bargaining, values
from curnits.analysis.solvers.bargaining import UnsettledError
from curnits.analysis.solvers.curved import bargained
from curnits.analysis.verification import bargaining as verifiers
from curnits.analysis.verification.curved import Verify
from curnits.sim.games.coalitions import grand
from curnits.sim.games.game import Game

type Select = Callable[[Vector, Vector], Point]
"""Picks a mixture of outcomes, shape ``(X, n)``, from a disagreement point, shape ``(n,)``."""

type SelectOnCurves = Callable[[Game, Vector], tuple[Game, Point]]
"""The same on a curved frontier; also returns the game with the points that are needed."""


CONVEX = "convex programme"
"""How the Nash solution is found."""


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
        return partial(bargain, name, method, pick, verify)

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


def bargain(
    name: str, method: str, pick: SelectOnCurves, verify: Verify, game: Game, start: Vector | None
) -> Solution:
    """Return what a concept's rule picks from a disagreement point, by default maximin levels."""
    start = values.maximin_levels(game) if start is None else start
    try:
        known, point = pick(game, start)
    except UnsettledError as error:
        return Solution(name, None, (), False, method, (str(error),), disagreement=start)
    solution = solved_by(name, f"{method}; the solution is unique", known, point, verify, start)
    return replace(solution, game=known if game.curved else None, disagreement=start)


def solved_by(
    name: str, method: str, game: Game, point: Point, verify: Verify, start: Vector | None
) -> Solution:
    """Return a solution that has one agreement for its answer, if it is verified."""
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


def in_money(name: str) -> Select:
    """Return equal shares of the surplus: the frontier is then a plane of equal slopes."""
    return partial(bargaining.equal_surplus, name)


NASH = bargaining_rule(
    "nash",
    "the largest product of gains",
    bargaining.nash,
    method=CONVEX,
    on_curves=bargained.at_equal_worth,
    with_money=in_money("nash"),
    condition=verifiers.equal_worth,
    proof=Proposition.EQUAL_WORTH,
)

KALAI_SMORODINSKY = bargaining_rule(
    "kalai-smorodinsky",
    "gains in proportion to ideal ones",
    bargaining.kalai_smorodinsky,
    method="linear programmes",
    on_curves=partial(bargained.along, "kalai-smorodinsky", np.asarray),
    with_money=in_money("kalai-smorodinsky"),
    condition=verifiers.equal_shares,
)

EGALITARIAN = bargaining_rule(
    "egalitarian",
    "equal gains",
    bargaining.egalitarian,
    method="linear programmes",
    on_curves=partial(bargained.along, "egalitarian", np.ones_like),
    with_money=in_money("egalitarian"),
    condition=verifiers.equal_gains,
    proof=Proposition.EQUAL_GAINS,
)
