"""Every solution concept by name; how games are solved, and answers verified."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from curnits.analysis.concepts.concept import Concept, ConceptError
from curnits.analysis.solution import Candidate, Claim, Equilibrium, Solution, Vector
from curnits.analysis.solvers.open_threats import with_open_threats
from curnits.analysis.verification.coco import verify
from curnits.sim.games.game import Game
from curnits.sim.registry import Registry, row_named

if TYPE_CHECKING:
    from curnits.analysis.solvers.sampling import Estimate

CONCEPTS = Registry[Concept](
    __package__,
    {
        "coco": "coco:COCO",
        "coco-value": "coco_value:COCO_VALUE",
        "disarmed": "disarmed:DISARMED",
        "doubted": "doubted:DOUBTED",
        "first-mover": "first_mover:FIRST_MOVER",
        "first-mover-value": "first_mover_value:FIRST_MOVER_VALUE",
        "harsanyi": "harsanyi:HARSANYI",
        "shapley": "shapley:SHAPLEY",
        "strict": "strict:STRICT",
        "nash": "bargaining:NASH",
        "kalai-smorodinsky": "bargaining:KALAI_SMORODINSKY",
        "egalitarian": "bargaining:EGALITARIAN",
        "best-nash": "starting:BEST_NASH",
        "best-correlated": "starting:BEST_CORRELATED",
        "pareto-meet": "starting:PARETO_MEET",
        "proposer-commitment": "commitment:PROPOSER_COMMITMENT",
    },
)
"""All concepts by name."""

_USUAL, _USUAL_WITH_MONEY, _DOUBTED = "coco", "coco-value", "doubted"


def concept_named(name: str) -> Concept:
    """Return a concept.

    Raises
    ------
    ConceptError
        If there is none of that name.
    """
    return row_named(CONCEPTS, name, "concept", ConceptError)


def default_concept(game: Game) -> str:
    """Return the concept that is meant when none is named."""
    return _USUAL_WITH_MONEY if game.money else _USUAL


def doubted_concept(game: Game) -> str | None:
    """Return the concept for threats that are believed in part, if it is quick for a game."""
    row = concept_named(_DOUBTED)
    return None if game.money or game.curved or not row.quick(game) else row.name


def solve(
    game: Game,
    concept: str | None = None,
    disagreement: Vector | None = None,
    credibility: Vector | None = None,
) -> Solution:
    """Solve a game.

    Parameters
    ----------
    game : Game
    concept : str, optional
        A key of :data:`CONCEPTS`; by default :func:`default_concept`.
    disagreement : ndarray, shape (n,), optional
        Where talks start from, utilons; by default the maximin levels.
    credibility : ndarray, shape (n,), optional
        How far each player is believed to carry out threats, for concepts that ask for it.

    Raises
    ------
    ConceptError
        If the concept is unknown, or does not apply to this game or a disagreement point.
    curnits.analysis.solvers.bargaining.DisagreementError
        If no agreement gives everybody at least its disagreement payoff.

    Examples
    --------
    >>> from curnits.analysis import solve
    >>> from curnits.sim import from_payoffs
    >>> solve(from_payoffs([[[5, 0], [0, 3]], [[3, -4], [0, 6]]], players=["row", "column"]))
    <coco: row 4.83333, column 3.25>
    """
    row = concept_named(concept or default_concept(game))
    if disagreement is not None and not row.bargains:
        able = ", ".join(name for name, other in CONCEPTS.items() if other.bargains)
        raise ConceptError(
            f"{row.name} finds its own disagreement payoffs; a disagreement point applies to {able}"
        )
    given = credibility if row.doubts else disagreement
    return _handed_out(game, row, row.search(game)(game, given))


def solve_near(
    game: Game, concept: str, state: Candidate, credibility: Vector | None = None
) -> Solution | None:
    """Look for another answer near a state, if the concept and the game allow it.

    Credibility and errors as for :func:`solve`.
    """
    row = concept_named(concept)
    if row.solve_near is None or game.curved or game.money:
        return None
    return _handed_out(game, row, row.solve_near(game, state, credibility))


def _handed_out(game: Game, row: Concept, solution: Solution) -> Solution:
    """Return a solution with names, and with what its threats leave open."""
    known, found = solution.game or game, solution.equilibria
    if row.zero_sum:
        found = tuple(with_open_threats(known, one) for one in found)
    return replace(solution, equilibria=found, players=game.players)


def solve_all(
    game: Game, concept: str | None = None, disagreement: Vector | None = None
) -> Solution:
    """Solve a game for every answer, as far as they can be found.

    Parameters and errors as for :func:`solve`. The solution says whether its list is ``complete``,
    and by which ``method``; concepts that select one answer are solved as usual.
    """
    row = concept_named(concept or default_concept(game))
    if row.solve_all is None or game.money or game.curved or disagreement is not None:
        return solve(game, row.name, disagreement)
    row.search(game)  # says why if the concept does not apply
    return _handed_out(game, row, row.solve_all(game, None))


def estimate(game: Game, concept: str, conflicts: int, rng: np.random.Generator) -> "Estimate":
    """Estimate an answer from so many conflicts, drawn at random.

    Raises
    ------
    ConceptError
        If the concept cannot be estimated, or not for such a game.
    curnits.analysis.solvers.sampling.SampleError
        If the sample is too small.
    """
    row = concept_named(concept)
    if row.estimate is None:
        able = ", ".join(name for name, other in CONCEPTS.items() if other.estimate is not None)
        raise ConceptError(f"{concept} cannot be estimated from a sample (only {able})")
    return row.estimate(game, conflicts, rng)


def verify_as(game: Game, candidate: Candidate, concept: str) -> Equilibrium:
    """Verify an answer that has threats; payoffs are what the concept makes of them.

    Raises
    ------
    curnits.analysis.verification.candidates.CandidateError
        If the candidate does not fit the game, or prices differ although there is money.
    """
    claim = Claim(candidate, candidate.agreement @ game.outcomes)
    return concept_named(concept).verify(game, claim)


def verify_state(
    game: Game,
    candidate: Candidate,
    payoffs: Vector,
    concept: str,
    credibility: Vector | None = None,
) -> Equilibrium:
    """Verify the state of talks that aim at a concept, after any payments.

    It may matter how far players are believed to carry out threats, shape ``(n,)``. For concepts
    without threats of coalitions only efficiency is asked for, and that payoffs are those of the
    agreement; the books are those of ``coco`` at the same prices.

    Raises
    ------
    curnits.analysis.verification.candidates.CandidateError,
    curnits.sim.games.feasible.frontier.FrontierError
        If the state does not fit the game, or payoffs are not feasible.
    """
    from curnits.analysis.verification.bargaining import efficient

    claim = Claim(candidate, payoffs, credibility=credibility)
    if concept_named(concept).threats:
        return concept_named(concept).verify(game, claim)
    bare = replace(claim, candidate=replace(candidate, threats={}, vanishing=np.zeros(game.n)))
    books = verify(game, candidate).coalitions
    found = replace(efficient(game, bare), candidate=candidate, coalitions=books)
    return replace(found, payoffs=payoffs)
