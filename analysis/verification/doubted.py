"""Verifier of equilibria in which threats are believed only in part.

Takes a claim with what is expected of every coalition, which is part threat and part retreat, and
how far players are believed. Called for such answers, and for runs of players who are doubted.
"""

from dataclasses import replace

import numpy as np

from curnits.analysis.solution import Claim, Equilibrium, Vector
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.coco import verify
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.coalitions import Mask, grand, members, proper_coalitions
from curnits.sim.games.game import Game

_DEMANDS = ("pareto", "support", "regret", "split", "clearing")


def doubted(game: Game, claim: Claim) -> Equilibrium:
    """Verify an equilibrium of threats that are believed in part.

    The conditions are those of ``coco``, but that every coalition, as :func:`believed_regret` says,
    is expected to threaten as far as it is believed, and otherwise to retreat. Prices must be
    positive: how threats change with prices that vanish is not worked out.

    Raises
    ------
    CandidateError
        If it is not said how far players are believed.
    """
    levels = claim.credibility
    if levels is None or levels.shape != (game.n,) or not ((levels >= 0) & (levels <= 1)).all():
        raise CandidateError("credibility must be a probability for each player")
    found = verify(game, claim.candidate)
    figures = replace(found.residuals, regret=believed_regret(game, found, levels))
    accepted = all(getattr(figures, name) <= ACCEPTED for name in _DEMANDS)
    positive = bool((claim.candidate.prices > 0.0).all())
    return replace(found, residuals=figures, accepted=accepted and positive)


def believed_regret(game: Game, state: Equilibrium, credibility: Vector) -> float:
    """Return the most a coalition regrets, given that threats are believed only in part.

    A coalition is believed as far as its least credible member, to a share c. What is expected of
    it, ρ, must then be a mixture of c parts of a best threat, which maximises
    ``Σ_{i∈S} a_i U_i − Σ_{j∉S} a_j U_j``, and 1 − c parts of a best retreat, which maximises
    ``Σ_{i∈S} a_i U_i``, both against what is expected of its complement. The regret is the least
    that any such division of ρ leaves to be gained.

    Parameters
    ----------
    game : Game
    state : Equilibrium
        With what is expected of every coalition.
    credibility : ndarray, shape (n,)
        Probability with which each player is believed to carry out threats.

    Returns
    -------
    float
        A share of payoff range.
    """
    full, prices = grand(game.n), state.candidate.prices
    unit = float(prices @ game.ranges) or float(prices @ game.scales)
    worst = 0.0
    for mask in proper_coalitions(game.n):
        share = float(credibility[list(members(mask))].min())
        played, answer = state.candidate.threats[mask], state.candidate.threats[full ^ mask]
        inside = np.array([bool(mask >> i & 1) for i in range(game.n)])
        payoffs = _against(game, mask, answer)
        own = prices[inside] @ payoffs[inside]
        threat = own - prices[~inside] @ payoffs[~inside]
        worst = max(worst, divided(played, share, threat, own) / unit)
    return worst


def _against(game: Game, mask: Mask, answer: Vector) -> Vector:
    """Return payoffs by joint action of a coalition, shape ``(n, M)``, if it gets this answer."""
    return np.asarray(game.conflict(mask) @ answer)


def divided(played: Vector, share: float, threat: Vector, own: Vector) -> float:
    """Return what the best division of a strategy into threat and retreat leaves to be gained."""
    short, shy = threat.max() - threat, own.max() - own
    order = np.argsort(short - shy)
    before = np.cumsum(played[order]) - played[order]
    threatened = np.zeros_like(played)
    threatened[order] = np.clip(share - before, 0.0, played[order])
    return float(threatened @ short + (played - threatened) @ shy)
