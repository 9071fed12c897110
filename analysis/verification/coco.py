"""Residuals of a claimed equilibrium, computed from the answer alone.

Nothing here knows how an answer was found. Everything is measured in the game whose utilities are
stretched onto [0, 1] and in curnits that make the priced ranges add up to 1, so that rescaling or
shifting a utility changes no figure.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from curnits.analysis.solution import Candidate, CoalitionAccount, Equilibrium, Residuals, Vector
from curnits.analysis.verification.books import (
    accounts,
    equal_dividends,
    in_shares,
    owed,
    per_utilon,
)
from curnits.analysis.verification.clearing import clearing_residual
from curnits.analysis.verification.measures import DISTRIBUTION
from curnits.sim.errors import InputError
from curnits.sim.games.coalitions import (
    Mask,
    grand,
    members,
    membership,
    moebius,
    proper_coalitions,
)
from curnits.sim.games.feasible.frontier import locate
from curnits.sim.games.game import Game

ACCEPTED = 1e-8
"""Largest residual an accepted answer may have, as a share of payoff range."""

_NEAR_BEST = 1e-6
"""Replies this close to the best one (share of payoff range) may belong to an optimal strategy."""


_TIGHT, _LOOSE = 1e-10, 1e-7
"""Tolerances of linear programs: HiGHS's tightest, and its usual one where that cannot be met."""


_ROUNDING = 1e-13
"""Gains, in shares of payoff range, that are rounding."""


class CandidateError(InputError):
    """A candidate that is no answer to this game at all: wrong shapes, no distributions, …."""


@dataclass(frozen=True)
class _Concept:
    """How coalitions divide what they are delivered, and which residuals must vanish."""

    dividends: Callable[[Vector, Vector], Vector]
    demands: tuple[str, ...]


def _mean_gains(delivered: Vector, prices: Vector) -> Vector:
    """Return dividends, shape ``(2**n,)``, that give each member the mean of the members' gains.

    They are those of the worths ``Z_S = Σ_{i∈S} a_i r_i^S``.
    """
    return equal_dividends(delivered @ prices)


_CONCEPTS: Mapping[str, _Concept] = {
    "coco": _Concept(_mean_gains, ("pareto", "support", "regret", "split", "clearing")),
    "strict": _Concept(
        _mean_gains, ("pareto", "support", "regret", "split", "delivery", "clearing")
    ),
}


def verify(game: Game, candidate: Candidate, concept: str = "coco") -> Equilibrium:
    """Return a candidate with its books and residuals, and say whether it is an equilibrium.

    Parameters
    ----------
    game : Game
    candidate : Candidate
        Prices in curnits per utilon; a player whose price is exactly 0 is read as the limit of
        ``prices + δ · vanishing``: it may get more than it claims, every threat must be optimal
        to first order in δ, and what it claims is its entitlement at ``vanishing``.
    concept : str
        Which conditions to demand: ``"coco"``, or ``"strict"`` for the literal ones.

    Returns
    -------
    Equilibrium
        Residuals are shares of payoff range. ``regret`` covers both the prices and the rates at
        which prices vanish. For ``coco``, claims inside proper coalitions are paid in curnits, so
        ``delivery`` is reported but not demanded, and ``split`` is 0 up to rounding.

    Raises
    ------
    CandidateError
        If the concept is unknown or the candidate does not fit the game.

    Notes
    -----
    The conditions are those of Harsanyi (1963) with optimal threats in the conflict games of
    Selten (1964) and Kohlberg & Neyman (2021); the value of a conflict game changes with vanishing
    prices as Mills (1956) says, by the value of the second game among strategies optimal in the
    first.
    """
    if concept not in _CONCEPTS:
        raise CandidateError(f"unknown concept {concept!r}, expected one of {sorted(_CONCEPTS)}")
    plays = checked_plays(game, candidate)
    prices, rates, unit = in_shares(game, candidate)
    scaled = game.normalised
    delivered, regret = _fight(scaled, plays, prices, rates)
    limit = np.vstack([delivered[:-1], best_in_the_limit(scaled.outcomes, prices, rates)])
    books = _Books.draw_up(delivered, limit, prices, rates, _CONCEPTS[concept].dividends)
    residuals = Residuals(
        pareto=pareto_gap(scaled.outcomes, delivered[-1], prices),
        support=float(max(0.0, (scaled.outcomes @ prices).max() - delivered[-1] @ prices)),
        regret=regret,
        split=_split_spread(books.claims, prices),
        delivery=float(np.abs(books.claims - delivered)[:-1].max()),
        clearing=clearing_residual(
            books.claims[-1] - books.delivered[-1], prices == 0.0, books.entitlements
        ),
    )
    payoffs = plays[grand(game.n)] @ game.outcomes
    return Equilibrium(
        candidate=candidate,
        payoffs=payoffs,
        on="smooth" if grand(game.n) in game.curved else locate(scaled.outcomes, delivered[-1]),
        coalitions=_accounts(game, candidate, books, unit),
        residuals=residuals,
        accepted=all(getattr(residuals, name) <= ACCEPTED for name in _CONCEPTS[concept].demands),
    )


def place_of(game: Game, payoffs: Vector) -> str:
    """Say where on the frontier payoffs lie, which have shape ``(n,)``, utilons."""
    return "smooth" if grand(game.n) in game.curved else locate(game.outcomes, payoffs)


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


def _fight(
    game: Game, plays: Mapping[Mask, Vector], prices: Vector, rates: Vector
) -> tuple[Vector, float]:
    """Return delivered payoffs ``r_i^S``, shape ``(2**n, n)`` and 0 outside S, and the regret."""
    full = grand(game.n)
    delivered = np.zeros((full + 1, game.n))
    delivered[full] = plays[full] @ game.outcomes
    regret = 0.0
    for stack in game.conflicts():
        rows = np.stack([plays[int(mask)] for mask in stack.coalitions])
        columns = np.stack([plays[full ^ int(mask)] for mask in stack.coalitions])
        payoffs = stack.delivered(rows, columns)
        inside = stack.sides > 0
        delivered[stack.coalitions] = np.where(inside, payoffs, 0.0)
        delivered[full ^ stack.coalitions] = np.where(inside, 0.0, payoffs)
        matrices = stack.matrices(prices)
        regret = max(regret, _regret(matrices, rows, columns))
        if rates.any():
            seconds = stack.matrices(rates)
            for first, second, row, column in zip(matrices, seconds, rows, columns, strict=True):
                regret = max(
                    regret,
                    _second_regret(first, second, row, column),
                    _second_regret(-first.T, -second.T, column, row),
                )
    return delivered, regret


def _regret(matrices: NDArray[np.float64], rows: Vector, columns: Vector) -> float:
    """Return the most any side of zero-sum games ``(P, R, C)`` could gain by another strategy."""
    answers = (matrices @ columns[:, :, None])[..., 0]
    exposures = (rows[:, None, :] @ matrices)[:, 0, :]
    now = (rows * answers).sum(axis=1)
    return float(max((answers.max(axis=1) - now).max(), (now - exposures.min(axis=1)).max()))


def best_in_the_limit(outcomes: Vector, prices: Vector, rates: Vector) -> Vector:
    """Return the payoffs of N's best outcome at ``prices + δ · rates`` for ``δ → 0``.

    Entitlements are shares of the support function, whatever N agrees on while a price is 0.
    """
    worths = outcomes @ prices
    face = outcomes[worths >= worths.max() - ACCEPTED]
    return np.asarray(face[(face @ rates).argmax()])


def _second_regret(first: Vector, second: Vector, own: Vector, other: Vector) -> float:
    """Return what the row side could gain in ``second`` by a strategy as safe in ``first``.

    Strategies as safe as ``own`` are a polytope, so this is a linear program. It is skipped when
    not even a single near-best reply to ``other`` gains in ``second``: optimal strategies in
    ``first`` put weight on best replies only.
    """
    answers = second @ other
    gains = answers - own @ answers
    replies = first @ other
    bound = gains[replies >= replies.max() - _NEAR_BEST].max()
    if bound <= ACCEPTED:
        return float(max(0.0, bound))
    return _most(gains, -first.T, np.full(first.shape[1], -(own @ first).min()), len(gains))


@dataclass(frozen=True, eq=False)
class _Books:
    """Payoffs in shares of range, 0 outside the coalition; amounts in curnits.

    ``delivered``, ``claims``: shape ``(2**n, n)``; ``dividends``: ``(2**n,)``; ``entitlements``:
    curnits of each player in N at the prices alone, ``(n,)``.
    """

    delivered: Vector
    claims: Vector
    dividends: Vector
    entitlements: Vector

    @staticmethod
    def draw_up(
        delivered: Vector,
        limit: Vector,
        prices: Vector,
        rates: Vector,
        divide: Callable[[Vector, Vector], Vector],
    ) -> "_Books":
        dividends = divide(delivered, prices)
        due = owed(dividends)
        if not rates.any():
            return _Books(delivered, per_utilon(due, prices), dividends, due[-1])
        vanishing = owed(divide(limit, rates))
        claims = np.where(prices > 0, per_utilon(due, prices), per_utilon(vanishing, rates))
        return _Books(delivered, claims, dividends, due[-1])


def pareto_gap(outcomes: Vector, point: Vector, prices: Vector | None = None) -> float:
    """Return the largest mean gain over ``point`` within the hull of outcomes, nobody losing.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
    point : ndarray, shape (n,)
        Both in shares of payoff range.
    prices : ndarray, shape (n,), optional
        Where these prove that there is nothing to gain but rounding, the most that they allow for
        is returned, which is no less.
    """
    count, n = outcomes.shape
    if prices is not None and prices.min() > 0.0:
        left = float((outcomes @ prices).max() - point @ prices)
        most: float = max(0.0, left) / (n * float(prices.min()))
        if most <= _ROUNDING:
            return most
    return _most(
        np.append(np.zeros(count), np.full(n, 1.0 / n)),
        np.hstack([-outcomes.T, np.eye(n)]),
        -point,
        count,
        1.0 / n,
    )


def _most(gains: Vector, matrix: Vector, limits: Vector, count: int, least: float = 0.0) -> float:
    """Maximise ``gains·x`` for ``matrix x ≤ limits``, ``x ≥ 0``, the first ``count`` adding to 1.

    The programs asked for can all be met with 0. Where near ties keep HiGHS from its tightest
    tolerance, the answer is an upper bound by weak duality, whatever HiGHS says of multipliers:
    for ``y ≥ least ≥ 0``, ``gains·x ≤ max_{j < count} (gains − matrix' y)_j + limits·y``, provided
    that ``least`` makes the other components of ``gains − matrix' y`` non-positive. A program that
    cannot be solved at all confirms nothing, so it counts as infinite.
    """
    for tolerance in _TIGHT, _LOOSE:
        program = linprog(
            -gains,
            matrix,
            limits,
            (np.arange(len(gains)) < count).astype(np.float64)[None, :],
            np.ones(1),
            options={
                "primal_feasibility_tolerance": tolerance,
                "dual_feasibility_tolerance": tolerance,
            },
        )
        if program.status == 0 and program.fun is not None:
            break
    else:
        return math.inf
    if tolerance == _TIGHT:
        return max(0.0, -float(program.fun))
    weights = np.maximum(-program.ineqlin.marginals, least)
    bound = float((gains - weights @ matrix)[:count].max() + weights @ limits)
    return max(0.0, bound)


def _split_spread(claims: Vector, prices: Vector) -> float:
    """Return the widest spread of gains ``a_i (x_i^S − t_i^S)`` in curnits among priced members.

    What a zero-priced member gains is worth nothing at these prices, so it is left out.
    """
    gains = moebius(claims) * prices
    counted = (membership(len(prices)) > 0) & (prices > 0)
    highest = np.where(counted, gains, -np.inf).max(axis=1)
    lowest = np.where(counted, gains, np.inf).min(axis=1)
    return float((highest - lowest)[counted.any(axis=1)].max())


def _accounts(
    game: Game, candidate: Candidate, books: _Books, unit: float
) -> tuple[CoalitionAccount, ...]:
    """Return the books of every coalition in the game's own utilons and curnits."""
    inside = membership(game.n) > 0
    payoffs = game.low + game.scales * books.delivered
    worths = np.where(inside, candidate.prices * payoffs, 0.0).sum(axis=1)
    dividends = books.dividends * unit
    dividends[1 << np.arange(game.n)] += candidate.prices * game.low
    return accounts(game, candidate, worths, dividends, books.delivered, books.claims)
