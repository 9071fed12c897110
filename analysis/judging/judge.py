"""Did the agents get there? A finished run against the analytic answer."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np
import pandas as pd

from curnits.analysis import concepts
from curnits.analysis.judging.escalation import beyond, open_threats
from curnits.analysis.judging.shortfalls import (
    ENOUGH,
    Shortfalls,
    own_units,
    shortfalls,
    stands_alone,
    vanishing,
)
from curnits.analysis.judging.verdicts import OpenConflicts, verdict
from curnits.analysis.solution import Candidate, Equilibrium, Solution, Vector
from curnits.analysis.solvers.commitment_value import NoLimitError, commitment_value
from curnits.sim.games.game import Game
from curnits.sim.negotiation.settings import NegotiationSettings
from curnits.sim.running import Run

REACHED = 5e-3
"""Distance in payoffs, a share of payoff range, below which a run counts as arrived."""

_SEARCHED_PLAYERS = 3
"""Players of games that are searched for all equilibria: with two they are unique."""

_SEARCHED = 2_000
"""Payoffs in the conflicts of a game up to which all equilibria are looked for: a few seconds."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the analysis says of a run.

    Attributes
    ----------
    concept : str
        What the run is compared with, see :func:`aim`.
    solution : Solution
        The analytic answer or answers.
    nearest : Equilibrium or None
        The analytic answer nearest in payoffs, if any was found.
    number : int
        Its place in the solution, from 1 on; 0 without.
    payoff_distance : float
        Largest gap in payoffs to the nearest answer, a share of that player's range (with money
        and no range, of the largest); NaN without.
    price_distance : float
        Largest gap in prices, each multiplied with its player's range and scaled to sum to 1.
        At a vertex of the frontier equilibrium prices are not unique, so it may stay large.
    state : Equilibrium
        The simulated state itself, with its residuals, judged as if it were an answer.
    missed : Shortfalls
        How far that state misses the conditions of its own rules.
    arrived : bool
        Whether the agents settled, missing no condition by more than
        :data:`curnits.analysis.judging.shortfalls.ENOUGH`, and within :data:`REACHED` of the
        nearest answer. If
        threats are believed only in part, there may be answers that are not known, and only the
        first counts. A state at which prices vanish may also be an equilibrium of its own.
    verdict : str
        The same in plain words.
    """

    concept: str
    solution: Solution
    nearest: Equilibrium | None
    number: int
    payoff_distance: float
    price_distance: float
    state: Equilibrium
    missed: Shortfalls
    arrived: bool
    verdict: str

    def __repr__(self) -> str:
        """Return the verdict."""
        return f"<{self.verdict}>"

    def _repr_html_(self) -> str:
        """Return the verdict and the analytic answer for notebooks."""
        return f"<p>{escape(self.verdict)}</p>{self.solution._repr_html_()}"


def aim(game: Game, negotiation: NegotiationSettings) -> str:
    """Return the concept that agents with such rules aim at.

    Alternating offers of two players who disagree by their threats lead to the usual concept, other
    ones to ``nash`` from their disagreement. For proposer-commitment with three or more players and
    no money no limit is known, and the usual concept is taken for comparison.
    """
    if negotiation.protocol == "first-mover":
        return "first-mover-value" if game.money else "first-mover"
    if negotiation.protocol == "alternating-offers":
        threatening = negotiation.offers.disagreement == "threats" and game.n <= 2
        return concepts.default_concept(game) if threatening else "nash"
    if negotiation.protocol == "proposer-commitment":
        try:
            return commitment_value(game).concept
        except NoLimitError:
            return concepts.default_concept(game)
    if negotiation.splitting == "delivered" and not game.money:
        return "harsanyi"
    return concepts.default_concept(game)


def judge(game: Game, run: Run, concept: str | None = None) -> Judgement:
    """Solve a game analytically and compare a finished run with the nearest answer.

    A game may have several equilibria. Small games of three players are searched for all of them;
    in others, if the run ended elsewhere than the first one found, another is looked for near the
    simulated prices.

    Parameters
    ----------
    game : Game
    run : Run
    concept : str, optional
        What the agents' rules aim at, see :func:`aim`; by default what the game is usually solved
        for.
    """
    concept = concept or concepts.default_concept(game)
    if run.credibility is not None and concept == concepts.default_concept(game):
        concept = concepts.doubted_concept(game) or concept
    start = run.disagreement if concepts.concept_named(concept).bargains else None
    if _is_searched(game, concept) or (start is None and run.credibility is None):
        solution = _usual_answers(game, concept)
    else:
        solution = concepts.solve(game, concept, start, run.credibility)
    _, distance = nearest(game, run.payoffs, solution)
    if not distance < REACHED:
        nearby = concepts.solve_near(game, concept, _state(game, run), run.credibility)
        if nearby is not None:
            other, other_distance = nearest(game, run.payoffs, nearby)
            if other and not distance <= other_distance:
                solution = nearby
    return compare(game, run, concept, solution)


@lru_cache(maxsize=1)
def _usual_answers(game: Game, concept: str) -> Solution:
    """Return what is compared with runs of a game, many of which may be judged one by one."""
    solve = concepts.solve_all if _is_searched(game, concept) else concepts.solve
    return solve(game, concept)


def _is_searched(game: Game, concept: str) -> bool:
    """Tell whether all answers to a game are looked for."""
    return (
        concepts.concept_named(concept).solve_all is not None
        and game.n == _SEARCHED_PLAYERS
        and game.conflict_cells <= _SEARCHED
        and not game.curved
        and not game.money
        and concept == concepts.default_concept(game)
    )


def unjudged(game: Game, run: Run, concept: str) -> Judgement:
    """Judge a run that was interrupted: by its own conditions only, since nothing is solved."""
    return compare(
        game, run, concept, Solution(concept, None, (), False, "interrupted, not solved")
    )


def compare(game: Game, run: Run, concept: str, solution: Solution) -> Judgement:
    """Compare a run, finished or not, with the nearest answer of a solution that is known.

    Parameters
    ----------
    game : Game
    run : Run
    concept : str
        What the agents' rules aim at, as in :func:`judge`.
    solution : Solution
        To that concept.
    """
    number, distance = nearest(game, run.payoffs, solution)
    state = concepts.verify_state(game, _state(game, run), run.payoffs, concept, run.credibility)
    missed = shortfalls(game, state, run.credibility)
    answer = solution.equilibria[number - 1] if number else None
    price_distance = np.nan
    if answer is not None:
        price_distance = price_gap(game, run.prices, answer.candidate.prices)
    near = is_there(distance, missed, run.credibility)
    alone = run.converged and not near and stands_alone(game, state, concept)
    arrived = run.converged and (near or alone)
    return Judgement(
        concept,
        solution,
        answer,
        number,
        distance,
        price_distance,
        state,
        missed,
        arrived,
        verdict(
            game,
            run,
            solution,
            number,
            distance,
            missed,
            arrived=arrived,
            free=vanishing(game, state) if alone else [],
            fights=_fights(game, state, answer),
        ),
    )


def _fights(game: Game, state: Equilibrium, answer: Equilibrium | None) -> OpenConflicts:
    """Return which conflicts an answer leaves open, and how far the state is off in any."""
    opened = open_threats(answer)
    return OpenConflicts(
        sum(not threat.unique for threat in opened.values()) // 2,
        len(opened) // 2,
        max((beyond(game, state, mask, one) for mask, one in opened.items()), default=np.nan),
    )


def _state(game: Game, run: Run) -> Candidate:
    return Candidate(run.prices, run.agreement, run.threats, np.zeros(game.n))


def price_gap(game: Game, prices: Vector, others: Vector) -> float:
    """Return the largest difference between prices of payoff ranges that sum to 1."""
    return float(np.abs(_shares(game, prices) - _shares(game, others)).max())


def distances(game: Game, negotiators: pd.DataFrame, target: Vector) -> pd.Series:
    """Return the distance in payoffs from a target by tick, a share of payoff range.

    Parameters
    ----------
    negotiators : DataFrame
        A run's table of that name, with columns ``tick``, ``player`` and ``payoff``.
    target : ndarray, shape (n,)
        Payoffs in utilons.
    """
    order = negotiators["player"].map({player: i for i, player in enumerate(game.players)})
    gaps = (negotiators["payoff"] - target[order]).abs() / own_units(game)[order]
    return gaps.groupby(negotiators["tick"]).max()


def convergence_rate(game: Game, negotiators: pd.DataFrame, target: Vector) -> float:
    """Return p of the least-squares fit ``distance ∝ tick^−p`` over the later half of the ticks.

    NaN where there is no such fit.
    """
    series = distances(game, negotiators, target)
    late = series[(series.index >= series.index.max() / 2) & (series > 0)]
    if late.index.nunique() < 3:
        return np.nan
    ticks = np.log(late.index.to_numpy(dtype=np.float64))
    return float(-np.polyfit(ticks, np.log(late.to_numpy()), 1)[0])


def is_there(distance: float, missed: Shortfalls, credibility: Vector | None) -> bool:
    """Tell whether a state that does not move any more is where the agents' rules lead.

    Parameters
    ----------
    distance : float
        To the nearest answer; NaN without.
    missed : Shortfalls
    credibility : ndarray, shape (n,), or None
        How far players are believed. Unless all are, there may be answers that are not known.
    """
    return (credibility is not None or distance < REACHED) and missed.worst <= ENOUGH


def nearest(game: Game, payoffs: Vector, solution: Solution) -> tuple[int, float]:
    """Return the number of the nearest answer, from 1 on, and its distance; 0 and NaN without."""
    units = own_units(game)
    gaps = [float(np.abs((payoffs - e.payoffs) / units).max()) for e in solution.equilibria]
    return (int(np.argmin(gaps)) + 1, min(gaps)) if gaps else (0, np.nan)


def _shares(game: Game, prices: Vector) -> Vector:
    weighted = prices * game.scales
    return np.asarray(weighted / weighted.sum())
