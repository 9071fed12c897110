"""Verifiers of answers under first-mover surplus: commitments, prices, and what they entitle to.

Takes what an answer says of itself: prices, an agreement, and what every coalition commits itself
to. No commitment of a coalition may get it more, by a bound that any mixture of the others' replies
gives (weak duality), whoever found that mixture.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from curnits.analysis.solution import (
    Candidate,
    Claim,
    CoalitionAccount,
    Equilibrium,
    Residuals,
    Vector,
)
from curnits.analysis.verification.books import (
    accounts,
    equal_dividends,
    in_shares,
    owed,
    per_utilon,
)
from curnits.analysis.verification.candidates import checked_plays
from curnits.analysis.verification.clearing import clearing_residual
from curnits.analysis.verification.coco import best_in_the_limit
from curnits.analysis.verification.curved import among_all_points
from curnits.analysis.verification.equilibria import paid
from curnits.analysis.verification.frontier import pareto_gap, place_of
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.coalitions import grand, membership, proper_coalitions
from curnits.sim.games.game import Game

ASKED = (
    "no coalition gets more by another commitment, whichever reply it pays for, and everybody is "
    "owed equal dividends of what commitments get"
)
"""What is verified of threats, for readers."""

_PRECISION = 1e-10
"""To which linear programs are solved, in shares of what is at stake."""

_SLACK = 2e-10
"""What strategies that count as optimal may miss, so that linear programs find some."""

_BEST = 1e-9
"""Replies worth this much less than the best one may be paid for in the limit of zero prices."""


@among_all_points
def first_mover(game: Game, claim: Claim) -> Equilibrium:
    """Verify prices at which claims under first-mover surplus clear."""
    return verify_first_mover(game, claim.candidate)


@among_all_points
def first_mover_value(game: Game, claim: Claim) -> Equilibrium:
    """Verify the value of first-mover surplus where claims are paid in money.

    Raises
    ------
    CandidateError
        If prices differ.
    """
    return paid(game, claim, verify_first_mover)


def verify_first_mover(game: Game, candidate: Candidate) -> Equilibrium:
    """Return a candidate with its books and residuals.

    Measured in shares of payoff range, and in curnits that make the priced ranges add up to 1. A
    player whose price is 0 is read as the limit of ``prices + δ · vanishing``; it may get more than
    it claims. ``delivery`` is not defined, since payments belong to what a conflict comes to, and
    ``split`` is 0, since claims are those of equal dividends.

    Raises
    ------
    CandidateError
        If the candidate does not fit the game.
    """
    plays = checked_plays(game, candidate)
    prices, rates, unit = in_shares(game, candidate)
    scaled, full = game.normalised, grand(game.n)
    agreed = plays[full] @ scaled.outcomes
    best = float((scaled.outcomes @ prices).max())

    secured, delivered, regret = np.zeros(full + 1), np.zeros((full + 1, game.n)), 0.0
    secured[full], delivered[full] = prices @ agreed, agreed
    rising = np.zeros(full + 1)
    rising[full] = rates @ best_in_the_limit(scaled.outcomes, prices, rates)
    for mask in proper_coalitions(game.n):
        payoffs = scaled.conflict(mask)
        side = _Mover(payoffs, prices, membership(game.n)[mask])
        secured[mask], reply = side.secured(plays[mask])
        delivered[mask] = plays[mask] @ payoffs[:, :, reply].T
        most = side.most(secured[mask])
        regret = max(regret, float(most - secured[mask]))
        if rates.any():
            later = _Mover(payoffs, rates, membership(game.n)[mask])
            rising[mask] = side.rises(later, most)
    worths = (secured + secured[full] - secured[::-1]) / 2
    due = owed(equal_dividends(worths))
    claims = per_utilon(due, prices)
    if rates.any():
        rises = (rising + rising[full] - rising[::-1]) / 2
        limits = per_utilon(owed(equal_dividends(rises)), rates)
        claims = np.where(prices > 0, claims, limits)
    residuals = Residuals(
        pareto=pareto_gap(scaled.outcomes, agreed),
        support=max(0.0, best - float(prices @ agreed)),
        regret=regret,
        split=0.0,
        delivery=np.nan,
        clearing=clearing_residual(claims[-1] - agreed, prices == 0.0, due[-1]),
    )
    payoffs = plays[full] @ game.outcomes
    figures = (residuals.pareto, residuals.support, residuals.regret, residuals.clearing)
    return Equilibrium(
        candidate=candidate,
        payoffs=payoffs,
        on=place_of(game, payoffs),
        coalitions=_accounts(game, candidate, worths * unit, claims, delivered),
        residuals=residuals,
        accepted=all(figure <= ACCEPTED for figure in figures),
    )


class _Mover:
    """A coalition that moves first: what both sides get together, and what the others get.

    Parameters
    ----------
    payoffs : ndarray, shape (n, R, C)
        Rows are the coalition's joint actions.
    prices, inside : ndarray, shape (n,)
    """

    def __init__(self, payoffs: Vector, prices: Vector, inside: Vector) -> None:
        self.together = np.tensordot(prices, payoffs, 1)
        self.theirs = np.tensordot(prices * (1.0 - inside), payoffs, 1)

    def secured(self, play: Vector) -> tuple[float, int]:
        """Return what a commitment gets, and which reply it pays for."""
        paid_for = play @ self.together
        reply = int(paid_for.argmax())
        return float(paid_for[reply] - (play @ self.theirs).max()), reply

    def most(self, least: float) -> float:
        """Return a bound on what any commitment gets, no less than given."""
        for reply in range(self.together.shape[1]):
            least = max(least, self._bound(reply, least))
        return least

    def _matrix(self, reply: int) -> NDArray[np.float64]:
        return np.asarray(self.together[:, reply][:, None] - self.theirs)

    def _bound(self, reply: int, enough: float) -> float:
        matrix = self._matrix(reply)
        simple = float(matrix.max(axis=0).min())
        if simple <= enough:
            return simple
        count, width = matrix.shape
        found = _least(
            np.append(np.zeros(width), 1.0), np.hstack([matrix, -np.ones((count, 1))]), 0.0, width
        )
        if found is None:
            return simple
        answer = found[:width].clip(min=0.0)
        return float((matrix @ (answer / answer.sum())).max())

    def rises(self, later: "_Mover", most: float) -> float:
        """Return how what the best commitment gets changes as prices leave a limit.

        By Mills (1956) that is, for every reply that may be paid for there, the value of the second
        game among strategies optimal in the first: a linear program in the commitment, t, and
        multipliers of the others' optimality.
        """
        found = []
        for reply in range(self.together.shape[1]):
            bound = self._bound(reply, most - _BEST)
            if bound >= most - _BEST:
                first, second = self._matrix(reply), later._matrix(reply)
                found.append(_second_value(first, second, min(bound, most)))
        return float(np.max(found))


def _second_value(first: Vector, second: Vector, value: float) -> float:
    """Return ``max_x min_y x' second y`` among strategies optimal in ``first``, given its value.

    NaN if it is not found.
    """
    height, width = first.shape
    # t − value Σ z is maximised, t ≤ (second' x + first' z)_c for each column c, x' first ≥ value
    costs = np.concatenate([np.zeros(height), np.full(height, value + _SLACK), [-1.0]])
    matrix = np.vstack(
        [
            np.hstack([-second.T, -first.T, np.ones((width, 1))]),
            np.hstack([-first.T, np.zeros((width, height + 1))]),
        ]
    )
    found = _least(costs, matrix, np.repeat([0.0, _SLACK - value], width), height)
    return np.nan if found is None else -float(costs @ found)


def _least(
    costs: Vector, matrix: Vector, limits: Vector | float, count: int
) -> NDArray[np.float64] | None:
    """Minimise ``costs·x`` for ``matrix x ≤ limits``, the first ``count`` of x adding to 1.

    All but the last of x are non-negative. None if HiGHS finds no optimum.
    """
    program = linprog(
        costs,
        matrix,
        np.broadcast_to(limits, len(matrix)),
        (np.arange(len(costs)) < count).astype(np.float64)[None, :],
        np.ones(1),
        [(0.0, None)] * (len(costs) - 1) + [(-np.inf, None)],
        options={
            "primal_feasibility_tolerance": _PRECISION,
            "dual_feasibility_tolerance": _PRECISION,
        },
    )
    return np.asarray(program.x) if program.status == 0 and program.x is not None else None


def _accounts(
    game: Game, candidate: Candidate, worths: Vector, claims: Vector, delivered: Vector
) -> tuple[CoalitionAccount, ...]:
    """Return the books in the game's own utilons and curnits."""
    worths = worths + membership(game.n) @ (candidate.prices * game.low)
    return accounts(game, candidate, worths, equal_dividends(worths), delivered, claims)
