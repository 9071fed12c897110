"""The exact answer under first-mover surplus at given prices, if they clear."""

from fractions import Fraction

import numpy as np

from curnits.analysis.certificates.certificate import Exact
from curnits.analysis.certificates.checking.moving import Mover
from curnits.analysis.certificates.exact import ExactGame, Fractions, entitlements, vector
from curnits.analysis.certificates.proving.clearing import distinct, mixing, sparse
from curnits.analysis.certificates.proving.exact_simplex import solve_matrix_game
from curnits.sim.games.coalitions import grand, proper_coalitions

MAX_PROGRAMS = 2_000
"""Exact linear programs that are solved for an answer: one for each reply of each conflict."""


def programs(game: ExactGame) -> int:
    """Return how many linear programs an answer takes."""
    return sum(game.game.joint_actions(mask) for mask in proper_coalitions(game.n))


def moved_at(game: ExactGame, prices: Fractions) -> Exact | None:
    """Return the answer at given positive prices, shape ``(n,)``, or None if they do not clear."""
    full, secured, threats, replies = grand(game.n), {}, {}, {}
    for mask in proper_coalitions(game.n):
        mover = Mover.of(game, mask, prices)
        saddles = [solve_matrix_game(mover.matrix(b)) for b in range(mover.theirs.shape[1])]
        best = max(saddles, key=lambda saddle: saddle.value)
        secured[mask], threats[mask] = best.value, sparse(best.row)
        replies[mask] = {b: sparse(saddle.column) for b, saddle in enumerate(saddles)}
    worths = game.outcomes @ prices
    fights = {mask: secured[mask] - secured[full ^ mask] for mask in range(1, full, 2)}
    target = entitlements(game.n, fights | {full: worths.max()}) / prices
    face = distinct(game.outcomes, np.flatnonzero(worths == worths.max()).tolist())
    if game.game.money:
        face, shares = face[:1], vector([Fraction(1)])
    else:
        found = mixing(game.outcomes[face], target, np.zeros(game.n, bool))
        if found is None:
            return None
        shares = found
    return Exact(
        prices=tuple(prices),
        vanishing=(Fraction(0),) * game.n,
        payoffs=tuple(target),
        weights=tuple(prices),
        agreement={k: weight for k, weight in zip(face, shares, strict=True) if weight},
        threats=threats,
        multipliers={},
        replies=replies,
    )
