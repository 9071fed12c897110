"""Did the agents get there? A finished run against the analytic answer."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import concepts
from analysis.commitment import NoLimitError, commitment_value
from analysis.solution import Candidate, Equilibrium, Solution, Vector
from sim.games.game import Game
from sim.negotiation.settings import NegotiationSettings
from sim.running import Run

REACHED = 5e-3
"""Distance in payoffs, a share of payoff range, below which a run counts as arrived."""


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
    payoff_distance : float
        Largest gap in payoffs to the nearest answer, a share of that player's range (with money,
        of the largest range); NaN without.
    price_distance : float
        Largest gap in prices, each multiplied with its player's range and scaled to sum to 1.
        At a vertex of the frontier equilibrium prices are not unique, so it may stay large.
    state : Equilibrium
        The simulated state itself, with its residuals, judged as if it were an answer.
    rate : float
        Fitted p in "distance falls like ticks to the power −p"; NaN where there is no such fit.
    arrived : bool
        Whether the agents settled, and within :data:`REACHED` of the nearest answer.
    verdict : str
        The same in plain words.
    """

    concept: str
    solution: Solution
    nearest: Equilibrium | None
    payoff_distance: float
    price_distance: float
    state: Equilibrium
    rate: float
    arrived: bool
    verdict: str


def aim(game: Game, negotiation: NegotiationSettings) -> str:
    """Return the concept that agents with such rules aim at.

    Alternating offers of two players who disagree by their threats lead to the usual concept, other
    ones to ``nash`` from their disagreement. For proposer-commitment with three or more players and
    no money no limit is known, and the usual concept is taken for comparison.
    """
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

    If the run ended elsewhere than the first equilibrium found, another one is looked for near the
    simulated prices: a game may have several.

    Parameters
    ----------
    game : Game
    run : Run
    concept : str, optional
        What the agents' rules aim at, see :func:`aim`; by default what the game is usually solved
        for.
    """
    concept = concept or concepts.default_concept(game)
    row = concepts.concept_named(concept)
    solution = concepts.solve(game, concept, run.disagreement if row.bargains else None)
    _, distance = _nearest(game, run.payoffs, solution)
    if row.solve_near is not None and not distance < REACHED and not (game.curved or game.money):
        nearby = row.solve_near(game, _state(game, run))
        other, other_distance = _nearest(game, run.payoffs, nearby)
        if other is not None and not distance <= other_distance:
            solution = nearby
    return compare(game, run, concept, solution)


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
    nearest, distance = _nearest(game, run.payoffs, solution)
    state = concepts.verify_state(game, _state(game, run), run.payoffs, concept)
    price_distance, rate = np.nan, np.nan
    if nearest is not None:
        price_distance = price_gap(game, run.prices, nearest.candidate.prices)
        rate = convergence_rate(game, run.tables["negotiators"], nearest.payoffs)
    return Judgement(
        concept,
        solution,
        nearest,
        distance,
        price_distance,
        state,
        rate,
        run.converged and distance < REACHED,
        _verdict(run, concept, distance),
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
    gaps = (negotiators["payoff"] - target[order]).abs() / concepts.units(game)[order]
    return gaps.groupby(negotiators["tick"]).max()


def convergence_rate(game: Game, negotiators: pd.DataFrame, target: Vector) -> float:
    """Return p of the least-squares fit ``distance ∝ tick^−p`` over the later half of the ticks."""
    series = distances(game, negotiators, target)
    late = series[(series.index >= series.index.max() / 2) & (series > 0)]
    if late.index.nunique() < 3:
        return np.nan
    ticks = np.log(late.index.to_numpy(dtype=np.float64))
    return float(-np.polyfit(ticks, np.log(late.to_numpy()), 1)[0])


def _nearest(game: Game, payoffs: Vector, solution: Solution) -> tuple[Equilibrium | None, float]:
    units = concepts.units(game)
    gaps = [np.abs((payoffs - e.payoffs) / units).max() for e in solution.equilibria]
    if not gaps:
        return None, np.nan
    best = int(np.argmin(gaps))
    return solution.equilibria[best], float(gaps[best])


def _shares(game: Game, prices: Vector) -> Vector:
    weighted = prices * game.scales
    return np.asarray(weighted / weighted.sum())


def _verdict(run: Run, concept: str, distance: float) -> str:
    fell_out = run.tables["talks"]["ending"].iloc[-1] == "broke down"
    otherwise = "fell out" if fell_out else "had not settled"
    settled = f"{'settled' if run.converged else otherwise} after {run.ticks:,} ticks"
    answer = concepts.concept_named(concept).answer
    if np.isnan(distance):
        return f"The agents {settled}; no analytic {answer} was found to compare with."
    where = f"{100 * distance:.2g} % of payoff range from the nearest {answer}"
    if run.converged and distance < REACHED:
        return f"The agents {settled}, {where}: they got there."
    if run.converged:
        return f"The agents {settled}, but {where}: they did not get there."
    return f"The agents {settled}; they are {where}."
