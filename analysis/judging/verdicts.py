"""The verdict on a run in plain words.

Takes what :mod:`curnits.analysis.judging.judge` has found out, gives the sentences that commands
and pages print.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curnits.analysis import concepts
from curnits.analysis.judging.shortfalls import ENOUGH, Shortfalls
from curnits.analysis.judging.symmetry import alike
from curnits.analysis.solution import Solution, Vector
from curnits.sim.games.game import Game
from curnits.sim.running import Run

_LEAST = 1e-5
"""Distances below this share of payoff range are not told apart in words."""

_DIFFERENT = 5e-3
"""Distance in payoffs, a share of payoff range, from which an answer and its mirror image count as
two."""


@dataclass(frozen=True)
class OpenConflicts:
    """What an answer says of its conflicts.

    Attributes
    ----------
    open, known : int
        Conflicts in which optimal threats may deliver different payoffs, of those looked at.
    off : float
        By how much simulated threats deliver more or less than they may, a share of payoff range.
    """

    open: int
    known: int
    off: float


def verdict(
    game: Game,
    run: Run,
    solution: Solution,
    number: int,
    distance: float,
    missed: Shortfalls,
    *,
    arrived: bool,
    free: Sequence[str] = (),
    fights: OpenConflicts = OpenConflicts(0, 0, 0.0),
) -> str:
    """Say how talks ended, where, and whether that is where their rules lead.

    Parameters
    ----------
    game : Game
    run : Run
    solution : Solution
    number : int
        Of the nearest answer, from 1 on; 0 without.
    distance : float
        To that answer, a share of payoff range.
    missed : Shortfalls
    arrived : bool
        Whether the agents got there.
    free : sequence of str
        Players whose prices vanish, if the state is an equilibrium because of that.
    fights : OpenConflicts
        Of the nearest answer.
    """
    if run.interrupted:
        return (
            f"The agents were interrupted after {run.ticks:,} ticks; the run is unfinished, and "
            "was not compared with any answer."
        )
    there = "they got there" if arrived else "they did not get there"
    known = run.credibility is None and number > 0
    said = f"The agents {_ended(run)}{_where(run, solution, number, distance, arrived)}"
    said += f": {there}." if known and run.converged else "."
    if run.credibility is not None:
        said += (
            f"{_comparison(solution, number)} {_doubts(game, run.credibility)} By its own "
            f"conditions the state misses at most {100 * max(missed.worst, _LEAST):.2g} % of "
            "payoff range"
        )
        said += f": {there}." if run.converged else "."
    elif run.converged and missed.worst > ENOUGH:
        said += f" Its state is not in equilibrium: {_missed(missed)}."
    if free:
        said += (
            f" The state is an equilibrium of its own, as the verifier finds: the price of "
            f"{' and '.join(free)} vanishes, and then more than one agreement gives everybody at "
            "least its due."
        )
    if known and fights.open:
        said += (
            f" In {fights.open} of {fights.known} conflicts the answer leaves open what threats "
            f"deliver; the simulated ones {_within(fights.off)}."
        )
    if not run.learned:
        said += " Nothing was learned: what players expect was worked out before the first tick."
    return said + _mirrored(game, solution, number)


def _ended(run: Run) -> str:
    if run.converged:
        how = "settled"
    elif run.tables["talks"]["ending"].iloc[-1] == "broke down":
        how = "fell out"
    else:
        how = "had not settled"
    return f"{how} after {run.ticks:,} ticks"


def _where(run: Run, solution: Solution, number: int, distance: float, arrived: bool) -> str:
    answer = _answer(solution, number)
    if not number:
        return f"; no analytic {answer} was found to compare with"
    link = "; they are"
    if run.converged:
        link = "," if arrived else ", but"
    return f"{link} {_percent(distance)} of payoff range from the nearest {answer}"


def _percent(share: float) -> str:
    """Write a share as a percentage, as far down as anybody could care."""
    return f"{100 * share:.2g} %" if not 0 < share < _LEAST else f"less than {100 * _LEAST:g} %"


def _answer(solution: Solution, number: int) -> str:
    """Name an answer, with its number where there may be several."""
    row = concepts.concept_named(solution.concept)
    if row.solve_all is None or not number:
        return row.answer
    return f"{row.answer}, {number} of {len(solution.equilibria)} known"


def _comparison(solution: Solution, number: int) -> str:
    if not number or solution.credibility is not None:
        return ""
    return " That answer takes threats to be carried out; here it is a comparison, not the target."


def _doubts(game: Game, credibility: Vector) -> str:
    """Say who is believed only in part."""
    return (
        "; ".join(
            f"{player} is believed with probability {level:.2g}"
            for player, level in zip(game.players, credibility, strict=True)
            if level < 1.0
        )
        + "."
    )


def _within(off: float) -> str:
    if off <= ENOUGH:
        return "deliver what it allows"
    return f"deliver up to {_percent(off)} of payoff range more or less than it allows"


def _missed(missed: Shortfalls) -> str:
    figures = {
        "a coalition regrets its threat by": missed.regret,
        "a player is owed or owes": missed.clearing,
        "the best outcome is better by": missed.support,
    }
    return ", ".join(
        f"{what} {_percent(figure)} of payoff range"
        for what, figure in figures.items()
        if figure > ENOUGH
    )


def _mirrored(game: Game, solution: Solution, number: int) -> str:
    """Say if players are alike in a way that takes the answer reached to another one."""
    if not number or len(solution.equilibria) < 2:
        return ""
    payoffs = (solution.equilibria[number - 1].payoffs - game.low) / game.scales
    for places in alike(game):
        if np.abs(payoffs[list(places)] - payoffs).max() > _DIFFERENT:
            moved = [game.players[i] for i, k in enumerate(places) if i != k]
            return (
                f" The game is symmetric between {' and '.join(moved)}, and this answer is not: "
                "from a start that is, too, the seed decides between it and its mirror image."
            )
    return ""
