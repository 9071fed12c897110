"""Residuals of a claimed ``harsanyi`` equilibrium, computed from the answer alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from curnits.analysis.solution import (
    Candidate,
    Claim,
    CoalitionAccount,
    Equilibrium,
    Residuals,
    Vector,
)
from curnits.analysis.verification.books import per_utilon
from curnits.analysis.verification.candidates import CandidateError, checked_plays
from curnits.analysis.verification.curved import among_all_points
from curnits.analysis.verification.frontier import pareto_gap, place_of
from curnits.analysis.verification.measures import ACCEPTED, DISTRIBUTION
from curnits.analysis.verification.vanishing import FirstOrder, first_order, owed_by_parts
from curnits.sim.games.coalitions import Mask, grand, members, membership, proper_coalitions
from curnits.sim.games.game import Game

_NEGLIGIBLE = 1e-10
"""By how much multipliers may miss the optimum of their program, in curnits."""

_LEAST = 1e-10
"""Gains this near to the least count as least, and weighings this near to each other as one."""

_FEW = 40
"""Most actions of a coalition of two of which all pairs are tried."""

_ROUNDING = 1e-12
"""Curnits by which proofs of an optimum may miss."""

_DEPENDENT = 1e-9
"""Singular values below this share of the largest are 0: more than one weighing is optimal."""


@among_all_points
def harsanyi(game: Game, claim: Claim) -> Equilibrium:
    """Verify a ``harsanyi`` equilibrium."""
    return verify_harsanyi(game, claim.candidate)


def verify_harsanyi(game: Game, candidate: Candidate) -> Equilibrium:
    """Return a candidate with its books and residuals, and say whether it is an equilibrium.

    A fighting coalition S gives each member the least of the members' gains over their fallbacks,
    ``d_S = min_i g_i``, and disposes of the rest. ``regret`` is what any coalition could gain in
    its own linear program, maximise ``|S| d_S − Σ_{j∉S} a_j U_j``, whose multipliers, those nearest
    to 1 if there are several, are its internal ``weights``. N divides likewise, but only what has
    price 0 may be disposed of: ``split`` is the spread of gains in N among the priced, down to the
    least gain of all. ``delivery`` says how much is disposed of, and is not demanded.

    Parameters
    ----------
    game : Game
    candidate : Candidate
        A player whose price is 0 must be owed 0 curnits or less, and what it claims as prices and
        threats approach the limit, as ``vanishing`` and ``drift`` say, is at most what it gets.
        Prices of players whose payoffs do not vary are immaterial, but they too must be owed 0
        curnits or less, unless all other prices vanish next to theirs.

    Raises
    ------
    CandidateError
        If the candidate does not fit the game, or does not say how threats change as the price of a
        player whose payoffs vary goes to 0.
    """
    plays = checked_plays(game, candidate)
    free = (candidate.prices == 0.0) & (game.ranges > 0.0)
    unit = float(candidate.prices @ game.ranges) or float(candidate.prices @ game.scales)
    prices = candidate.prices * game.scales / unit
    scaled, full = game.normalised, grand(game.n)
    dividends = np.zeros(full + 1)
    books: dict[Mask, _Book] = {}
    for mask in sorted(plays, key=int.bit_count):
        answers = scaled.conflict(mask) @ plays.get(full ^ mask, np.ones(1))
        books[mask] = _book(mask, answers, plays[mask], prices, dividends)
        dividends[mask] = books[mask].gains.min()
    payoffs = plays[full] @ game.outcomes
    agreed = plays[full] @ scaled.outcomes
    paid = (candidate.prices > 0.0) & (game.ranges > 0.0)
    priced = paid if paid.any() else candidate.prices > 0.0
    surplus = np.where(priced, books[full].gains - dividends[full], 0.0)
    excess = per_utilon(surplus, prices)
    claims, growing = np.zeros((full + 1, game.n)), 0.0
    if free.any():
        limit = _limit(game, candidate, plays, dividends, unit)
        claims, growing = limit.claims, limit.regret
        excess[free] = np.maximum(0.0, claims[full] - agreed)[free]
    shed = [0.0]
    for mask in proper_coalitions(game.n):
        disposal = books[mask].gains - dividends[mask]
        shed.append(float(per_utilon(disposal, prices[list(members(mask))]).max()))
    residuals = Residuals(
        pareto=pareto_gap(scaled.outcomes, agreed, prices),
        support=max(0.0, float((scaled.outcomes @ prices).max() - agreed @ prices)),
        regret=max(growing, *(book.regret for book in books.values())),
        split=float(surplus.max()),
        delivery=max(shed),
        clearing=float(np.abs(excess).max()),
    )
    demands = (
        residuals.pareto,
        residuals.support,
        residuals.regret,
        residuals.split,
        residuals.clearing,
    )
    return Equilibrium(
        candidate=candidate,
        payoffs=payoffs,
        on=place_of(game, payoffs),
        coalitions=tuple(
            _account(game, candidate, mask, plays[mask], books, dividends, unit, claims[mask])
            for mask in range(1, full + 1)
        ),
        residuals=residuals,
        accepted=all(figure <= ACCEPTED for figure in demands),
    )


@dataclass(frozen=True, eq=False)
class _Book:
    """Normalised books: delivered payoffs of all (n,), gains and weights of the members."""

    delivered: Vector
    gains: Vector
    weights: Vector
    regret: float


def _book(mask: Mask, answers: Vector, play: Vector, prices: Vector, dividends: Vector) -> _Book:
    """Draw up the books of a coalition, whose joint actions would earn ``answers`` (n, R)."""
    inside = np.array(members(mask))
    outside = list(members(grand(len(prices)) ^ mask))
    owed = owed_by_parts(mask, dividends)
    credit = prices[:, None] * answers
    gains = credit[inside] @ play - owed
    harm = credit[outside].sum(axis=0)
    if not outside:
        return _Book(answers @ play, gains, np.ones(len(inside)), 0.0)
    # S's program is a matrix game against a weighing q of its members, who count |S| together
    payoffs = len(inside) * (credit[inside].T - owed) - harm[:, None]
    now = float((play @ payoffs).min())
    weighing = _weighing(payoffs, play)
    if weighing is None:
        weights, best = _program(credit[inside], harm, owed)
    else:
        weights, best = len(inside) * weighing, float((payoffs @ weighing).max())
    return _Book(answers @ play, gains, weights, max(0.0, best - now))


def _weighing(payoffs: Vector, play: Vector) -> Vector | None:
    """Return the optimal weighing of members, shape (m,); None if it is not just one, or not found.

    A coalition can get no more than by the best reply to it (weak duality).
    """
    if payoffs.shape[1] == 1:
        return np.ones(1)
    found = _proof(payoffs, play)
    if found is None and payoffs.shape[1] == 2 and len(payoffs) <= _FEW:
        return _of_two(payoffs)
    return found


def _proof(payoffs: Vector, play: Vector) -> Vector | None:
    """Return the one weighing against which a play is optimal; None if there is none, or more.

    It makes equal what all actions in use are worth, and weighs only those who gain least.
    """
    gains, used = play @ payoffs, play > 0.0
    least = gains <= gains.min() + _LEAST
    system = np.ones((np.count_nonzero(used) + 1, np.count_nonzero(least) + 1))
    system[:-1, :-1], system[-1, -1] = payoffs[np.ix_(used, least)], 0.0
    found, _, rank, _ = np.linalg.lstsq(system, np.eye(len(system))[-1], rcond=_DEPENDENT)
    weighing = np.zeros(len(least))
    weighing[least] = np.maximum(found[:-1], 0.0)
    weighing /= weighing.sum() or 1.0
    proved = (payoffs @ weighing).max() <= gains.min() + _ROUNDING and weighing.any()
    return weighing if proved and rank == system.shape[1] else None


def _of_two(payoffs: Vector) -> Vector | None:
    """Return how to weigh two members such that the best reply is worth least, if just one way is.

    What a reply is worth is linear in the first one's weight, so it is least where two replies are
    worth the same, or where one member counts alone.
    """
    second, ahead = payoffs[:, 1], payoffs[:, 0] - payoffs[:, 1]
    one, other = np.triu_indices(len(payoffs), 1)
    slope = ahead[one] - ahead[other]
    crossing = np.divide(second[other] - second[one], slope, out=0.0 * slope, where=slope != 0.0)
    weights = np.append(crossing.clip(0.0, 1.0), [0.0, 1.0])
    worth = (second + weights[:, None] * ahead).max(axis=1)
    best = weights[worth <= worth.min() + _ROUNDING]
    weight = weights[worth.argmin()]
    return np.array([weight, 1.0 - weight]) if np.ptp(best) <= _LEAST else None


def _program(credit: Vector, harm: Vector, owed: Vector) -> tuple[Vector, float]:
    """Return weights of the members, and the most that a coalition's program can reach.

    Maximise ``|S| d − Σ_j a_j U_j`` over what S plays and d, with ``d ≤ a_i U_i − a_i t_i``.
    """
    members_count, count = credit.shape
    program = linprog(
        np.append(harm, -float(members_count)),
        np.hstack([-credit, np.ones((members_count, 1))]),
        -owed,
        np.append(np.ones(count), 0.0)[None, :],
        np.ones(1),
        bounds=[(0.0, None)] * count + [(None, None)],
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if program.status != 0 or program.fun is None:
        return np.full(members_count, np.nan), np.inf
    best = -float(program.fun)
    weights = _mildest_weights(credit, harm, owed, best)
    if weights is None:
        weights = -np.asarray(program.ineqlin.marginals)
    return weights, best


def _limit(
    game: Game,
    candidate: Candidate,
    plays: Mapping[Mask, Vector],
    dividends: Vector,
    unit: float,
) -> FirstOrder:
    """Return books of first order, δ being the sum of the free players' priced ranges."""
    free = (candidate.prices == 0.0) & (game.ranges > 0.0)
    rates = candidate.vanishing * game.scales * (game.ranges > 0.0) / unit
    pace = float(rates[free].sum())
    drift = {mask: move / pace for mask, move in _checked_drift(game, candidate, plays).items()}
    prices = candidate.prices * game.scales / unit
    return first_order(game.normalised, plays, drift, prices, rates / pace, dividends)


def _checked_drift(
    game: Game, candidate: Candidate, plays: Mapping[Mask, Vector]
) -> Mapping[Mask, Vector]:
    expected = proper_coalitions(game.n)
    if set(expected) != candidate.drift.keys():
        raise CandidateError(
            "where a price is 0, a harsanyi equilibrium must say of every proper coalition how its "
            f"threat changes as prices vanish; found {len(candidate.drift)} of {len(expected)}"
        )
    for mask in expected:
        move, play = candidate.drift[mask], plays[mask]
        scale = max(1.0, float(np.abs(move).max(initial=0.0)))
        if (
            move.shape != play.shape
            or not np.isfinite(move).all()
            or abs(move.sum()) > DISTRIBUTION * scale
            or move[play == 0.0].min(initial=0.0) < 0.0
        ):
            raise CandidateError(
                f"drift of coalition {mask} (members {members(mask)}) does not lead from its "
                "threat to distributions nearby"
            )
    return candidate.drift


def _mildest_weights(credit: Vector, harm: Vector, owed: Vector, best: float) -> Vector | None:
    """Return optimal multipliers nearest to 1, where several are; None if HiGHS finds none.

    They are feasible in the dual of a coalition's program, and worth no more than its optimum.
    """
    count, actions = credit.shape
    one, none = np.ones((count, 1)), np.zeros((count, 1))
    program = linprog(
        np.append(np.zeros(count + 1), 1.0),
        np.vstack(
            [
                np.hstack([credit.T, -np.ones((actions, 1)), np.zeros((actions, 1))]),
                np.concatenate([-owed, [1.0, 0.0]])[None, :],
                np.hstack([np.eye(count), none, -one]),
                np.hstack([-np.eye(count), none, -one]),
            ]
        ),
        np.concatenate([harm, [best + _NEGLIGIBLE], np.ones(count), -np.ones(count)]),
        np.append(np.ones(count), [0.0, 0.0])[None, :],
        np.array([float(count)]),
        bounds=[(0.0, None)] * count + [(None, None), (0.0, None)],
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if program.status != 0 or program.x is None:
        return None
    return np.asarray(program.x[:count])


def _account(
    game: Game,
    candidate: Candidate,
    mask: Mask,
    play: Vector,
    books: dict[Mask, _Book],
    dividends: Vector,
    unit: float,
    limit: Vector,
) -> CoalitionAccount:
    """Return the books of a coalition in the game's own utilons and curnits.

    The claims of free players are those in the limit, given as shares of payoff range.
    """
    inside, full = list(members(mask)), grand(game.n)
    low, book = game.low, books[mask]

    def own(amounts: Vector) -> Vector:
        column = np.full(game.n, np.nan)
        column[inside] = amounts
        return column

    delivered = low + game.scales * book.delivered
    disposal = (book.gains - dividends[mask]) * unit * (mask != full)
    claims = delivered[inside] - per_utilon(disposal, candidate.prices[inside])
    free = (candidate.prices[inside] == 0.0) & (game.ranges[inside] > 0.0)
    claims[free] = (low + game.scales * limit)[inside][free]
    signs = (2.0 * membership(game.n)[mask] - 1.0) * candidate.prices
    # payoffs are counted from 0, so that what a lone player has anyway is its own dividend
    floor = candidate.prices[inside] @ low[inside] if len(inside) == 1 else 0.0
    return CoalitionAccount(
        coalition=mask,
        threat=play,
        value=float(signs @ delivered),
        delivered=own(delivered[inside]),
        claims=own(claims),
        dividend=float(dividends[mask] * unit + floor),
        weights=own(book.weights),
        disposal=own(disposal),
    )
