"""Verifier of bargaining that starts from the least each player gets where nothing is wasted.

Of each player some efficient outcome gives just the stated payoff, and every outcome that gives it
less is improved on by some mixture: linear programs say so, one for each outcome in question.
"""

from dataclasses import replace

import numpy as np

from curnits.analysis.solution import Claim, Equilibrium, Vector
from curnits.analysis.verification.bargaining import equal_worth, selected
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.frontier import pareto_gap
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.game import Game

_BARGAINED = selected(equal_worth)


def from_pareto_meet(game: Game, claim: Claim) -> Equilibrium:
    """Verify the Nash solution from the Pareto meet minimum.

    Raises
    ------
    CandidateError
        If there is money or a curved frontier, no disagreement point is stated, or the candidate
        does not fit the game.
    """
    if game.money or game.curved:
        raise CandidateError("expected a game without money and curved frontiers")
    found = _BARGAINED(game, claim)
    if claim.disagreement is None:
        raise CandidateError("disagreement: missing")
    missed = _missed(game.normalised.outcomes, (claim.disagreement - game.low) / game.scales)
    figure = max(found.residuals.clearing, missed)
    return replace(
        found,
        residuals=replace(found.residuals, clearing=figure),
        accepted=found.accepted and figure <= ACCEPTED,
    )


def _missed(outcomes: Vector, start: Vector) -> float:
    """Return how far a point is from the Pareto meet minimum, in shares of payoff range.

    Infinite if rounding leaves open whether an outcome that matters is efficient.
    """
    gaps = np.full(len(outcomes), np.nan)
    worst = 0.0
    for own, least in zip(outcomes.T, start.tolist(), strict=True):
        reached = np.inf
        for k in np.argsort(own, kind="stable"):
            if np.isnan(gaps[k]):
                gaps[k] = pareto_gap(outcomes, outcomes[k])
            if gaps[k] <= ACCEPTED:
                reached = abs(own[k] - least)
                break
        worst = max(worst, float(reached))
    return worst
