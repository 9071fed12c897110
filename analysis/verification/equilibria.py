"""Verifiers of answers with threats: prices, an agreement, and what every coalition plays."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from curnits.analysis.solution import Candidate, Claim, Equilibrium, Vector
from curnits.analysis.verification import coco as conditions
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.curved import among_all_points
from curnits.analysis.verification.measures import ACCEPTED, money_unit, rounding
from curnits.sim.games.coalitional import CoalitionalGame
from curnits.sim.games.coalitions import grand, members
from curnits.sim.games.game import Game

_EQUAL_PRICES = 1e-12
"""How far prices may differ from each other where there is money."""


@among_all_points
def coco(game: Game, claim: Claim) -> Equilibrium:
    """Verify a ``coco`` equilibrium; see :func:`curnits.analysis.verification.coco.verify`."""
    return conditions.verify(game, claim.candidate)


@among_all_points
def literal(game: Game, claim: Claim) -> Equilibrium:
    """Verify a ``strict`` equilibrium; with money claims are paid, and it is the coco value."""
    if game.money:
        return paid(game, claim)
    return conditions.verify(game, claim.candidate, "strict")


@among_all_points
def coco_value(game: Game, claim: Claim) -> Equilibrium:
    """Verify a coco value: players are paid what they claim.

    Payoffs are after payments, they clear if they add up to what is played, and any agreement with
    the largest joint payoff is efficient.

    Raises
    ------
    CandidateError
        If prices differ.
    """
    return paid(game, claim)


@among_all_points
def shapley(game: Game, claim: Claim) -> Equilibrium:
    """Verify a Shapley value: a coco value that is also the average of what each player adds."""
    if not (isinstance(game, CoalitionalGame) and game.money):
        raise CandidateError(f"a Shapley value is one of worths in money (found {game.kind})")
    found = paid(game, claim)
    gaps = np.abs(found.payoffs - average_contributions(game.worths))
    near = bool(gaps.max() <= ACCEPTED * money_unit(game))
    return replace(found, accepted=found.accepted and near)


def average_contributions(worths: Vector) -> Vector:
    """Return what each player adds to those before it, averaged over all orders of arrival.

    The Shapley (1953) value, shape ``(n,)``, of worths ``v(S)`` by mask, shape ``(2**n,)``. Players
    before i are any s of the others with probability 1/n for each s, so averages are taken size by
    size.
    """
    n = len(worths).bit_length() - 1
    value = np.empty(n)
    for i in range(n):
        added: list[list[float]] = [[] for _ in range(n)]
        for mask in range(1, len(worths)):
            if mask >> i & 1:
                added[len(members(mask)) - 1].append(worths[mask] - worths[mask ^ 1 << i])
        value[i] = np.mean([np.mean(same) for same in added])
    return value


def paid(
    game: Game,
    claim: Claim,
    judged: Callable[[Game, Candidate], Equilibrium] = conditions.verify,
) -> Equilibrium:
    """Verify an answer whose players are paid what they claim, by the books of a conflict rule.

    Raises
    ------
    CandidateError
        If prices differ.
    """
    prices = claim.candidate.prices
    if not np.allclose(prices, 1.0 / game.n, rtol=0.0, atol=_EQUAL_PRICES):
        raise CandidateError(f"with money all prices are equal, found {prices.tolist()}")
    equilibrium = judged(game, claim.candidate)
    claims = equilibrium.coalitions[grand(game.n) - 1].claims
    gap = abs(float(claims.sum() - equilibrium.payoffs.sum()))
    unpaid = max(0.0, gap - float(rounding(game).sum())) / money_unit(game)
    figures = equilibrium.residuals
    demands = (figures.support, figures.regret, figures.split, unpaid)
    return replace(
        equilibrium,
        payoffs=claims,
        on="smooth",
        residuals=replace(figures, pareto=figures.support, clearing=unpaid),
        accepted=all(figure <= ACCEPTED for figure in demands),
    )
