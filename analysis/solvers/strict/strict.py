"""The literal (coalition-perfect) equilibrium: universal weights, fair splits, and delivery.

With three or more players and no money it generically does not exist. So there are three answers: a
witness, a proof that no prices can do, or neither.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from curnits.analysis.solution import Candidate, Shortfall, Solution, Vector
from curnits.analysis.solvers.coco.search import candidates
from curnits.analysis.solvers.harsanyi import harsanyi
from curnits.analysis.solvers.strict.relaxation import Conditions, PriceCell, Violation
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.coco import verify
from curnits.sim.games.coalitions import grand
from curnits.sim.games.feasible.linear import LinearProgramError
from curnits.sim.games.game import Game

METHOD = "coco equilibria that deliver what is claimed; else a covering of all prices by cells"

_TRIED = 6
"""Different coco equilibria, or guesses at one, that are tried as witnesses."""

_VIOLATED = 1e-6
"""A cell is refuted if its program misses by more; HiGHS errs by 1e-10."""

_SMALLEST = 1e-3
"""Radius of a cell that is not divided any more."""

_WORK = 1.5e7
"""Cells times payoffs of all fights, squared, that may be looked at."""

_STEPS = 150
"""Evaluations spent on lowering a violation: about a second."""


@dataclass(frozen=True, eq=False)
class Refutation:
    """An attempt to prove that no prices meet the literal conditions.

    Attributes
    ----------
    cells : int
        Cells of the covering that were looked at.
    doubt : PriceCell or None
        A cell that could not be refuted; None if all were, and the proof is complete.
    """

    cells: int
    doubt: PriceCell | None


def solve(game: Game) -> Solution:
    """Find a literal equilibrium, prove that there is none, or leave it open.

    Parameters
    ----------
    game : Game
        Played without transfers, whatever ``game.money`` says.

    Returns
    -------
    Solution
        ``exists`` is True with a witness that :func:`curnits.analysis.verification.coco.verify`
        accepts as ``strict``,
        False if :func:`refute` succeeds, None otherwise. Without a witness, ``shortfall`` says how
        far the game is from having one.
    """
    conditions = Conditions(game)
    near: list[Vector] = []
    for candidate, _ in zip(candidates(game), range(_TRIED), strict=False):
        for witness in _witnesses(game, conditions, candidate):
            try:
                found = verify(game, witness, "strict")
            except CandidateError:  # rounding was too much for it to be an answer at all
                continue
            if found.accepted:
                return Solution("strict", True, (found,), False, METHOD)
        near.append(_normalised(game, conditions, candidate.prices))
    if len(conditions.varying) < 2:
        return Solution("strict", None, (), False, METHOD, ("no witness was found",))
    shortfall = _shortfall(game, conditions, near)
    refutation = refute(conditions)
    if refutation.doubt is None:
        proof = (
            f"no prices meet the literal conditions: {refutation.cells:,} cells cover them all, "
            "and in each the linear relaxation of the conditions has no solution"
        )
        return Solution("strict", False, (), True, METHOD, (proof,), shortfall)
    doubt = (
        f"undecided: prices near {_listed(game, refutation.doubt.centre / game.scales)} "
        f"could not be ruled out ({refutation.cells:,} cells)"
    )
    return Solution("strict", None, (), False, METHOD, (doubt,), shortfall)


def refute(conditions: Conditions) -> Refutation:
    """Try to prove, by covering all prices with cells, that a game has no literal equilibrium."""
    unknown = [conditions.whole()]
    most = _WORK / conditions.size**2
    looked = 0
    while unknown:
        cell = unknown.pop()
        looked += 1
        try:
            refuted = conditions.violation(cell).least > _VIOLATED
        except LinearProgramError:
            refuted = False
        if refuted:
            continue
        if looked > most or cell.radius < _SMALLEST:
            return Refutation(looked, cell)
        unknown.extend(cell.halves())
    return Refutation(looked, None)


def _witnesses(game: Game, conditions: Conditions, candidate: Candidate) -> list[Candidate]:
    """Return a coco candidate, and the same with threats chosen so as to deliver if they can."""
    try:
        violation = _at(conditions, _normalised(game, conditions, candidate.prices))
    except LinearProgramError:
        return [candidate]
    threats = {}
    for mask, play in violation.fights.items():
        joint = np.clip(play, 0.0, None)
        threats[mask] = joint.sum(axis=1) / joint.sum()
        threats[grand(game.n) ^ mask] = joint.sum(axis=0) / joint.sum()
    chosen = Candidate(candidate.prices, candidate.agreement, threats, candidate.vanishing)
    return [candidate, chosen]


def _shortfall(game: Game, conditions: Conditions, near: list[Vector]) -> Shortfall | None:
    """Say how little the conditions need be violated, descending from some prices.

    None if HiGHS fails at all of them.
    """

    def missed(logs: Vector) -> float:
        prices = np.zeros(game.n)
        prices[conditions.varying] = np.exp(logs - logs.max())
        try:
            return _at(conditions, prices / prices.sum()).least
        except LinearProgramError:
            return np.inf

    starts = [np.log(np.maximum(prices[conditions.varying], 1e-6)) for prices in near]
    start = min(starts, key=missed) if starts else np.zeros(len(conditions.varying))
    found = minimize(missed, start, method="Nelder-Mead", options={"maxfev": _STEPS})
    prices = np.zeros(game.n)
    prices[conditions.varying] = np.exp(found.x - found.x.max())
    try:
        least = _at(conditions, prices / prices.sum())
    except LinearProgramError:
        return None
    weights, disposal = _delivered_otherwise(game)
    own = prices / game.scales
    return Shortfall(weights, disposal, least.least, own / own.sum(), least.coalition)


def _delivered_otherwise(game: Game) -> tuple[float, float]:
    """Return ``max |μ − 1|`` and the disposed share where weights need differ least from 1."""
    figures = [
        (
            max(float(np.nanmax(np.abs(account.weights - 1.0))) for account in found.coalitions),
            found.residuals.delivery,
        )
        for found in harsanyi.solve_widely(game).equilibria
    ]
    return min(figures, default=(np.nan, np.nan))


def _at(conditions: Conditions, prices: Vector) -> Violation:
    return conditions.violation(PriceCell(prices[None]))


def _normalised(game: Game, conditions: Conditions, prices: Vector) -> Vector:
    """Return prices for shares of payoff range, those of constant players 0, that sum to 1."""
    own = np.zeros(game.n)
    own[conditions.varying] = (prices * game.scales)[conditions.varying]
    return own / (own.sum() or 1.0)


def _listed(game: Game, prices: Vector) -> str:
    shares = prices / prices.sum()
    return ", ".join(f"{p} {x:.4g}" for p, x in zip(game.players, shares, strict=True))
