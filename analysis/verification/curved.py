"""Verification in games with curved frontiers, of which only finitely many points are known.

An answer is verified among the known points; then the points that coalitions would like best at
its weights are added, and it is verified again, until nobody would like another point better.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from curnits.analysis.solution import Candidate, Claim, Equilibrium, Vector
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.coalitions import Mask, grand
from curnits.sim.games.game import Game

type Verify = Callable[[Game, Claim], Equilibrium]
"""Verifies what an answer says of itself."""

_MOST_ROUNDS = 200
"""Refinements after which figures that still change are not accepted."""


def among_all_points(verify: Verify) -> Verify:
    """Return a verifier that counts curved frontiers in full, not only their known points."""

    def judged(game: Game, claim: Claim) -> Equilibrium:
        return _judged(game, claim, verify)

    return judged


def _judged(game: Game, claim: Claim, verify: Verify) -> Equilibrium:
    found = verify(game, claim)
    known = game
    for _ in range(_MOST_ROUNDS):
        finer = known.refined(member_weights(game, found))
        if finer is known:
            break
        known = finer
        padded = _padded(claim.candidate, known)
        found = verify(known, replace(claim, candidate=padded))
    else:
        found = replace(found, accepted=False)
    if not game.curved:
        return found
    pareto = _most_gain(game, found) if grand(game.n) in game.curved else 0.0
    return replace(
        found,
        candidate=claim.candidate,
        coalitions=tuple(
            replace(account, threat=account.threat[: game.joint_actions(account.coalition)])
            for account in found.coalitions
        ),
        residuals=replace(found.residuals, pareto=max(pareto, found.residuals.pareto)),
        accepted=found.accepted and pareto <= ACCEPTED,
    )


def _most_gain(game: Game, found: Equilibrium) -> float:
    """Return what the players' gains, nobody losing, can be on average at most, in shares of range.

    Gains are worth no more than the best point is worth beyond the agreement.
    """
    shares = found.candidate.prices * game.scales
    lowest = float(shares.min() / shares.sum())
    return found.residuals.support / (game.n * lowest) if lowest > 0.0 else np.inf


def member_weights(game: Game, found: Equilibrium) -> Vector:
    """Return how coalitions weigh their members in an answer, curnits per utilon, ``(2**n, n)``."""
    prices = found.candidate.prices
    weights = np.zeros((grand(game.n) + 1, game.n))
    weights[-1] = prices
    for account in found.coalitions:
        weights[account.coalition] = prices * np.nan_to_num(account.weights)
    return weights.clip(min=0.0)


def _padded(candidate: Candidate, game: Game) -> Candidate:
    """Return an answer to a coarser game as one of a game with more points."""

    def pad(mask: Mask, weights: Vector) -> Vector:
        return np.append(weights, np.zeros(game.joint_actions(mask) - len(weights)))

    return replace(
        candidate,
        agreement=pad(grand(game.n), candidate.agreement),
        threats={mask: pad(mask, threat) for mask, threat in candidate.threats.items()},
    )
