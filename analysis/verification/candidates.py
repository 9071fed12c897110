"""Whether a candidate is an answer to a game at all: shapes, prices, distributions.

Takes a candidate, gives what every coalition plays as exact distributions; every verifier of
answers with threats begins here.
"""

import numpy as np

from curnits.analysis.solution import Candidate, Vector
from curnits.analysis.verification.measures import DISTRIBUTION
from curnits.sim.errors import InputError
from curnits.sim.games.coalitions import Mask, grand, members, proper_coalitions
from curnits.sim.games.game import Game


class CandidateError(InputError):
    """A candidate that is no answer to this game at all: wrong shapes, no distributions, …."""


def checked_plays(game: Game, candidate: Candidate) -> dict[Mask, Vector]:
    """Return what every coalition plays, N included, as exact distributions."""
    prices = _numbers("prices", candidate.prices, game.n)
    if abs(prices.sum() - 1.0) > DISTRIBUTION:
        raise CandidateError(f"prices must sum to 1, found {prices.sum():.12g}")
    vanishing = _numbers("vanishing", candidate.vanishing, game.n, lowest=-np.inf)
    free = prices == 0
    if (vanishing[free] <= 0).any() or (vanishing.any() and not free.any()):
        raise CandidateError(
            "vanishing must be positive for the players whose price is 0, and 0 if there are none; "
            f"found prices {prices.tolist()} and vanishing {vanishing.tolist()}"
        )
    expected = set(proper_coalitions(game.n))
    for mask in sorted(expected ^ candidate.threats.keys()):
        problem = "threat missing for" if mask in expected else "threat given for unknown"
        raise CandidateError(f"{problem} coalition {mask} (members {members(mask)})")
    plays = {
        mask: _distribution(
            f"threat of coalition {mask} (members {members(mask)})",
            candidate.threats[mask],
            game.joint_actions(mask),
        )
        for mask in proper_coalitions(game.n)
    }
    plays[grand(game.n)] = _distribution("agreement", candidate.agreement, len(game.outcomes))
    return plays


def _distribution(what: str, given: Vector, length: int) -> Vector:
    weights = _numbers(what, given, length, lowest=-DISTRIBUTION).clip(min=0.0)
    if abs(weights.sum() - 1.0) > DISTRIBUTION:
        raise CandidateError(f"{what} must sum to 1, found {weights.sum():.12g}")
    return np.asarray(weights / weights.sum())


def _numbers(what: str, given: Vector, length: int, lowest: float = 0.0) -> Vector:
    if given.shape != (length,):
        raise CandidateError(f"{what} must have shape ({length},), found {given.shape}")
    if not np.isfinite(given).all():
        raise CandidateError(f"{what} must be finite numbers")
    if given.min() < lowest:
        raise CandidateError(f"{what} must not be negative, found {given.min():.12g}")
    return given
