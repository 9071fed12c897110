"""Every solution concept by name: what it applies to, how it is solved and verified."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analysis import commitment, values
from analysis.bargaining import UnsettledError
from analysis.commitment import NoLimitError
from analysis.conflict import solve_conflicts
from analysis.curved import judged, rule_for, settle
from analysis.curved_bargaining import bargain
from analysis.disarming import embed, harmful_actions, restrict, strike
from analysis.equilibrium import coco, harsanyi, strict
from analysis.equilibrium.exhaustive import everywhere
from analysis.references import REFERENCES, NoReferenceError
from analysis.solution import Candidate, Equilibrium, Point, Residuals, Solution, Vector
from analysis.verify import ACCEPTED, CandidateError, pareto_gap, place_of, verify
from analysis.verify_harsanyi import verify_harsanyi
from analysis.verify_references import objections
from sim.games.coalitional import CoalitionalGame
from sim.games.coalitions import grand
from sim.games.frontier import support
from sim.games.game import Game, NormalGame

type _Search = Callable[[Game], Solution]

_ROUNDING = 1e-9
"""How far prices or an agreement may be from a distribution."""


class ConceptError(ValueError):
    """A concept that is unknown or does not apply to a game."""


@dataclass(frozen=True, eq=False)
class Answer:
    """A solution, and the disagreement point it starts from, shape ``(n,)``, utilons, if any."""

    solution: Solution
    disagreement: Vector | None = None


def default_concept(game: Game) -> str:
    """Return the concept that is meant when none is named."""
    return "coco-value" if game.money else "coco"


def solve(game: Game, concept: str, disagreement: Vector | None = None) -> Answer:
    """Solve a game.

    Parameters
    ----------
    game : Game
    concept : str
        A key of :data:`CONCEPTS`.
    disagreement : ndarray, shape (n,), optional
        Where talks start from, utilons; by default the maximin levels.

    Raises
    ------
    ConceptError
        If the concept is unknown, or does not apply to this game or a disagreement point.
    analysis.bargaining.DisagreementError
        If no agreement gives everybody at least its disagreement payoff.
    """
    if concept in _BARGAINING:
        return _bargain(game, concept, disagreement)
    if concept not in CONCEPTS:
        raise ConceptError(f"unknown concept {concept!r} (expected one of {', '.join(CONCEPTS)})")
    if disagreement is not None:
        raise ConceptError(
            f"{concept} finds its own disagreement payoffs; a disagreement point "
            f"applies to {', '.join(_BARGAINING)}"
        )
    if concept in REFERENCES:
        return _bargain_from(game, concept)
    if concept in VALUES:
        return Answer(_evaluate(game, concept))
    check = partial(_verify_known, concept=concept)
    return Answer(settle(game, concept, EQUILIBRIA[concept], check, rule_for(game, concept)))


def solve_all(game: Game, concept: str, disagreement: Vector | None = None) -> Answer:
    """Solve a game for every answer, as far as they can be found.

    Parameters and errors as for :func:`solve`. The solution says whether its list is ``complete``,
    and by which ``method``; concepts that select one answer are solved as usual.
    """
    if concept in SEVERAL and disagreement is None and not game.curved:
        return Answer(SEVERAL[concept](game))
    return solve(game, concept, disagreement)


def units(game: Game) -> Vector:
    """Return what differences in payoffs are shares of, utilons of each player, shape ``(n,)``.

    That is the player's own payoff range; with money the largest of all, since money reaches
    players whose own payoffs do not vary.
    """
    if not game.money:
        return game.scales
    return np.full(game.n, _money_unit(game))


def _money_unit(game: Game) -> float:
    return float(game.ranges.max()) or 1.0


def verify_as(game: Game, candidate: Candidate, concept: str) -> Equilibrium:
    """Verify an answer of a concept in :data:`EQUILIBRIA`; ``disarmed`` in the game that is left.

    Curved frontiers count in full, not only their known points.

    For ``coco-value`` players are paid what they claim. Payoffs are then after transfers, they
    clear if they add up to what is played, and any agreement with the largest joint payoff is
    efficient. For ``shapley`` they must also be the average of what each player adds.

    Raises
    ------
    analysis.verify.CandidateError
        If the candidate does not fit the game, or prices differ although there is money.
    """
    return judged(game, candidate, partial(_verify_known, concept=concept))


def _verify_known(game: Game, candidate: Candidate, concept: str) -> Equilibrium:
    if concept == "coco" or (concept == "strict" and not game.money):
        return verify(game, candidate, concept)
    if concept == "harsanyi":
        return verify_harsanyi(game, candidate)
    if concept == "disarmed":
        armed, struck = _in_normal_form(game, "disarmed"), harmful_actions(game)
        left, used = strike(armed, struck), restrict(armed, struck, candidate)
        return embed(armed, struck, verify_as(left, used, default_concept(left)))
    prices = candidate.prices
    if not np.allclose(prices, 1.0 / game.n, rtol=0.0, atol=1e-12):
        raise CandidateError(f"with money all prices are equal, found {prices.tolist()}")
    equilibrium = verify(game, candidate)
    claims = equilibrium.coalitions[-1].claims
    unpaid = abs(float(claims.sum() - equilibrium.payoffs.sum())) / _money_unit(game)
    figures = equilibrium.residuals
    demands = (figures.support, figures.regret, figures.split, unpaid)
    paid = replace(
        equilibrium,
        payoffs=claims,
        on="smooth",
        residuals=replace(figures, pareto=figures.support, clearing=unpaid),
        accepted=all(figure <= ACCEPTED for figure in demands),
    )
    if concept == "shapley" and not _is_shapley(game, paid):
        return replace(paid, accepted=False)
    return paid


def verify_state(game: Game, candidate: Candidate, payoffs: Vector, concept: str) -> Equilibrium:
    """Verify the state of talks that aim at a concept, after any payments.

    For concepts without threats of coalitions only efficiency is asked for, and that payoffs are
    those of the agreement; the books are those of ``coco`` at the same prices.

    Raises
    ------
    analysis.verify.CandidateError, sim.games.frontier.FrontierError
        As :func:`verify_as` and :func:`verify_point`.
    """
    if concept in EQUILIBRIA:
        return verify_as(game, candidate, concept)
    nothing = np.full(game.n, np.nan)
    point = Point(concept, payoffs, candidate.prices, candidate.agreement, nothing)
    books = verify(game, candidate).coalitions
    return replace(verify_point(game, point), candidate=candidate, coalitions=books)


def verify_point(game: Game, point: Point) -> Equilibrium:
    """Return a bargaining solution with the figures that are defined for it; the others are NaN.

    ``delivery`` is the gap between its payoffs and those of its agreement (with money: of the joint
    ones). Whether its rule selects this point among the efficient ones is not tested.

    Raises
    ------
    analysis.verify.CandidateError
        If prices or agreement do not fit the game.
    sim.games.frontier.FrontierError
        If the payoffs are not feasible.
    """
    nothing = np.zeros(game.n)
    candidate = Candidate(point.prices, point.agreement, {}, nothing)
    return judged(game, candidate, partial(_verify_known_point, point=point))


def _verify_known_point(game: Game, candidate: Candidate, point: Point) -> Equilibrium:
    prices, agreed = candidate.prices, candidate.agreement
    for what, weights in (("prices", prices), ("agreement", agreed)):
        if not (weights.min() >= -_ROUNDING and abs(weights.sum() - 1.0) <= _ROUNDING):
            raise CandidateError(f"{what} must be non-negative numbers that sum to 1")
    unit = float(prices @ game.ranges) or float(prices @ game.scales)
    gap = max(0.0, support(game.outcomes, prices) - float(prices @ point.payoffs)) / unit
    played = agreed @ game.outcomes
    missed = played.sum() - point.payoffs.sum() if game.money else played - point.payoffs
    delivery = float(np.max(np.abs(missed) / units(game)))
    shares = (point.payoffs - game.low) / game.scales
    pareto = gap if game.money else pareto_gap(game.normalised.outcomes, shares)
    return Equilibrium(
        candidate=candidate,
        payoffs=point.payoffs,
        on="smooth" if game.money else place_of(game, point.payoffs),
        coalitions=(),
        residuals=Residuals(pareto, gap, np.nan, np.nan, delivery, np.nan),
        accepted=all(figure <= ACCEPTED for figure in (pareto, gap, delivery)),
    )


def _solve_coco(game: Game, search: _Search = coco.solve) -> Solution:
    if game.money:
        raise ConceptError(
            "coco does not apply: with money, claims are paid and all prices are equal "
            "(expected coco-value)"
        )
    return search(game)


def _solve_coco_value(game: Game) -> Solution:
    point = values.coco_value(game)
    threats = solve_conflicts(game, point.prices).threats
    candidate = Candidate(point.prices, point.agreement, threats, np.zeros(game.n))
    equilibrium = _verify_known(game, candidate, "coco-value")
    gap = float(np.abs(equilibrium.payoffs - point.payoffs).max()) / _money_unit(game)
    residuals = replace(equilibrium.residuals, clearing=max(gap, equilibrium.residuals.clearing))
    accepted = equilibrium.accepted and gap <= ACCEPTED
    found = replace(equilibrium, residuals=residuals, accepted=accepted)
    notes = () if game.money else ("as if players could pay each other in utilons",)
    return Solution(
        "coco-value",
        True if accepted else None,
        (found,) if accepted else (),
        accepted,
        "conflict values in closed form; the value is unique",
        notes,
    )


def _solve_shapley(game: Game) -> Solution:
    solution = replace(
        _solve_coco_value(_with_worths(game)),
        concept="shapley",
        method="what each player adds, averaged over all orders of arrival; the value is unique",
    )
    if all(_is_shapley(game, found) for found in solution.equilibria):
        return solution
    return replace(solution, exists=None, equilibria=(), complete=False)


def _is_shapley(game: Game, found: Equilibrium) -> bool:
    gaps = found.payoffs - values.shapley(_with_worths(game).worths)
    return bool(np.abs(gaps).max() <= ACCEPTED * _money_unit(game))


def _with_worths(game: Game) -> CoalitionalGame:
    if isinstance(game, CoalitionalGame) and game.money:
        return game
    instead = "coco-value" if game.money else "coco, the Shapley NTU value where it is coalitional"
    raise ConceptError(
        "shapley does not apply: it is defined by what each coalition is worth in money, v(S) "
        f"(found {game.kind}, {'with' if game.money else 'without'} money; expected {instead})"
    )


def _solve_disarmed(game: Game, solver: Callable[[Game, str], Answer] = solve) -> Solution:
    armed, struck = _in_normal_form(game, "disarmed"), harmful_actions(game)
    left = strike(armed, struck)
    solution = solver(left, default_concept(left)).solution
    names = [
        armed.players[i] + ": " + armed.actions[i][k] for i, own in struck.items() for k in own
    ]
    return replace(
        solution,
        concept="disarmed",
        equilibria=tuple(embed(armed, struck, found) for found in solution.equilibria),
        method=f"{solution.concept} of the game without actions that only harm; {solution.method}",
        notes=(f"struck: {', '.join(names) or 'nothing'}", *solution.notes),
    )


def _solve_strict(game: Game) -> Solution:
    if not game.money:
        return strict.solve(game) if not game.curved else _strict_on_curves(game)
    note = "with money, claims are paid, so the coco value is a literal equilibrium"
    return replace(_solve_coco_value(game), concept="strict", notes=(note,))


def _strict_on_curves(game: Game) -> Solution:
    note = "no coco equilibrium was found that delivers what is claimed"
    return Solution("strict", None, (), False, "coco equilibria that deliver", (note,))


def _solve_harsanyi(game: Game, search: _Search = harsanyi.solve) -> Solution:
    if game.money:
        raise ConceptError(
            "harsanyi does not apply: with money, claims are paid and nothing is disposed of "
            "(expected coco-value)"
        )
    return search(game)


def _in_normal_form(game: Game, concept: str) -> NormalGame:
    if not isinstance(game, NormalGame):
        raise ConceptError(
            f"{concept} does not apply: it asks what players do by actions of their own "
            f"(expected a game in normal form, found {game.kind})"
        )
    return game


def _bargain_from(game: Game, concept: str) -> Answer:
    try:
        reference = REFERENCES[concept](_in_normal_form(game, concept))
    except NoReferenceError as error:
        raise ConceptError(f"{concept} does not apply: {error}") from error
    answer = _bargain(game, "nash", reference.payoffs)
    doubts = objections(_in_normal_form(game, concept), concept, reference.payoffs)
    if doubts:
        return replace(answer, solution=Solution(concept, None, (), False, "", doubts))
    notes = (*reference.notes, *answer.solution.notes)
    return replace(answer, solution=replace(answer.solution, concept=concept, notes=notes))


def _bargain(game: Game, concept: str, disagreement: Vector | None) -> Answer:
    method = "convex programme" if concept == "nash" else "linear programmes"
    start = values.maximin_levels(game) if disagreement is None else disagreement
    known = game
    try:
        if grand(game.n) in game.curved and not game.money:
            known, point = bargain(game, concept, start)
        else:
            known = game.refined(np.ones((1 << game.n, game.n)))
            point = _BARGAINING[concept](known, start)
    except UnsettledError as error:
        return Answer(Solution(concept, None, (), False, method, (str(error),)), start)
    found = verify_point(known, point)
    solution = Solution(
        concept,
        True if found.accepted else None,
        (found,) if found.accepted else (),
        found.accepted,
        f"{method}; the solution is unique",
        point.notes,
        game=known if game.curved else None,
    )
    return Answer(solution, start)


def _evaluate(game: Game, concept: str) -> Solution:
    try:
        point = VALUES[concept](_in_normal_form(game, concept))
    except NoLimitError as error:
        raise ConceptError(f"{concept} does not apply: {error}") from error
    found = verify_point(game, point)
    exists = True if found.accepted else None
    answers = (found,) if found.accepted else ()
    return Solution(concept, exists, answers, found.accepted, "closed form", point.notes)


EQUILIBRIA: Mapping[str, _Search] = {
    "coco": _solve_coco,
    "coco-value": _solve_coco_value,
    "disarmed": _solve_disarmed,
    "harsanyi": _solve_harsanyi,
    "shapley": _solve_shapley,
    "strict": _solve_strict,
}
"""Concepts whose answers are prices, an agreement and threats."""

SEVERAL: Mapping[str, _Search] = {
    "coco": partial(_solve_coco, search=everywhere.solve),
    "disarmed": partial(_solve_disarmed, solver=solve_all),
    "harsanyi": partial(_solve_harsanyi, search=harsanyi.solve_widely),
}
"""Concepts that may have several answers."""

_BARGAINING: Mapping[str, Callable[[Game, Vector], Point]] = {
    "nash": values.nash,
    "kalai-smorodinsky": values.kalai_smorodinsky,
    "egalitarian": values.egalitarian,
}

VALUES: Mapping[str, Callable[[Game], Point]] = {commitment.CONCEPT: commitment.commitment_value}
"""Concepts that name one point, and need no disagreement point."""

CONCEPTS = (*EQUILIBRIA, *_BARGAINING, *REFERENCES, *VALUES)
"""Names of all concepts."""
