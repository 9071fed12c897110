"""Residuals of a claimed equilibrium, computed from the answer alone.

Nothing here knows how an answer was found. Everything is measured in the game whose utilities are
stretched onto [0, 1] and in curnits that make the priced ranges add up to 1, so that rescaling or
shifting a utility changes no figure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, CoalitionAccount, Equilibrium, Residuals, Vector
from curnits.analysis.verification.books import (
    accounts,
    equal_dividends,
    in_shares,
    owed,
    per_utilon,
)
from curnits.analysis.verification.candidates import CandidateError, checked_plays
from curnits.analysis.verification.clearing import clearing_residual
from curnits.analysis.verification.frontier import pareto_gap
from curnits.analysis.verification.measures import ACCEPTED
from curnits.analysis.verification.programs import most
from curnits.sim.games.coalitions import (
    Mask,
    grand,
    membership,
    moebius,
)
from curnits.sim.games.feasible.frontier import locate
from curnits.sim.games.game import Game

_CRISP = 1e-11
"""Larger residuals are worked out again without rounding where payoffs nearly tie."""

_NEAR_BEST = 1e-6
"""Replies this close to the best one (share of payoff range) may belong to an optimal strategy."""


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
    delivered, regret, growth = _fight(scaled, plays, prices, rates)
    limit = np.vstack([delivered[:-1], best_in_the_limit(scaled.outcomes, prices, rates)])
    books = _Books.draw_up(delivered, limit, prices, rates, _CONCEPTS[concept].dividends)
    pareto = pareto_gap(scaled.outcomes, delivered[-1], prices)
    if max(growth, pareto, books.clearing(prices)) > _CRISP and regret <= ACCEPTED:
        from curnits.analysis.verification import exactly

        if exactly.has_near_ties(game):
            growth = exactly.growing_regret(game, candidate) if rates.any() else 0.0
            pareto = exactly.mean_gain(game, candidate.agreement)
            books = books.confirmed(*exactly.excess_claims(game, candidate))
    residuals = Residuals(
        pareto=pareto,
        support=float(max(0.0, (scaled.outcomes @ prices).max() - delivered[-1] @ prices)),
        regret=max(regret, growth),
        split=_split_spread(books.claims, prices),
        delivery=float(np.abs(books.claims - delivered)[:-1].max()),
        clearing=books.clearing(prices),
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


def _fight(
    game: Game, plays: Mapping[Mask, Vector], prices: Vector, rates: Vector
) -> tuple[Vector, float, float]:
    """Return delivered payoffs, regret, and the rate at which it grows as prices leave their limit.

    The payoffs ``r_i^S`` have shape ``(2**n, n)`` and are 0 outside S.
    """
    full = grand(game.n)
    delivered = np.zeros((full + 1, game.n))
    delivered[full] = plays[full] @ game.outcomes
    regret = growth = 0.0
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
                growth = max(
                    growth,
                    _second_regret(first, second, row, column),
                    _second_regret(-first.T, -second.T, column, row),
                )
    return delivered, regret, growth


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
    return most(gains, -first.T, np.full(first.shape[1], -(own @ first).min()), len(gains))


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

    def clearing(self, prices: Vector) -> float:
        """Return the clearing residual."""
        excess = self.claims[-1] - self.delivered[-1]
        return clearing_residual(excess, prices == 0.0, self.entitlements)

    def confirmed(self, excess: Vector, entitlements: Vector) -> "_Books":
        """Return the books with what is claimed of N, beyond payoffs, worked out exactly."""
        claims = np.vstack([self.claims[:-1], self.delivered[-1] + excess])
        return replace(self, claims=claims, entitlements=entitlements)


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
