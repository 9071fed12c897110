"""Answers to games without the actions that only harm, read as answers to the games with them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, Claim, Equilibrium, Vector
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.equilibria import coco, coco_value
from curnits.sim.games.coalitions import Mask, grand, members
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import Actions, harmful_actions, without
from curnits.sim.games.normal import NormalGame


def disarmed(game: Game, claim: Claim) -> Equilibrium:
    """Verify an answer to the game without actions that only harm, which it may not use."""
    if not isinstance(game, NormalGame):
        raise CandidateError(f"expected a game in normal form (found {game.kind})")
    struck = harmful_actions(game)
    left = without(game, struck)
    used = replace(claim, candidate=restrict(game, struck, claim.candidate))
    return embed(game, struck, (coco_value if left.money else coco)(left, used))


def restrict(game: NormalGame, struck: Actions, candidate: Candidate) -> Candidate:
    """Read an answer to a game as one to the game without some actions, which it may not use.

    What it plays of them is lost; distributions then no longer sum to 1.
    """

    def cut(mask: Mask, weights: Vector) -> Vector:
        return weights.reshape(_shape(game, mask))[_kept(game, struck, mask)].ravel()

    return replace(
        candidate,
        agreement=cut(grand(game.n), candidate.agreement),
        threats={mask: cut(mask, threat) for mask, threat in candidate.threats.items()},
    )


def embed(game: NormalGame, struck: Actions, found: Equilibrium) -> Equilibrium:
    """Write an answer to a game without some actions as one in which nobody plays them."""

    def put(mask: Mask, weights: Vector) -> Vector:
        kept = _kept(game, struck, mask)
        whole = np.zeros(_shape(game, mask))
        whole[kept] = weights.reshape(whole[kept].shape)
        return whole.ravel()

    candidate = found.candidate
    return replace(
        found,
        candidate=replace(
            candidate,
            agreement=put(grand(game.n), candidate.agreement),
            threats={mask: put(mask, threat) for mask, threat in candidate.threats.items()},
        ),
        coalitions=tuple(
            replace(account, threat=put(account.coalition, account.threat))
            for account in found.coalitions
        ),
    )


def _shape(game: NormalGame, mask: Mask) -> list[int]:
    return [game.shape[i] for i in members(mask)]


def _kept(game: NormalGame, struck: Actions, mask: Mask) -> tuple[NDArray[np.intp], ...]:
    """Return the index of the joint actions of a coalition that none of its members has lost."""
    return np.ix_(
        *([k for k in range(game.shape[i]) if k not in struck.get(i, ())] for i in members(mask))
    )
