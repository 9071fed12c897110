"""Residuals of a claimed ``harsanyi`` equilibrium, computed from the answer alone."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from analysis.solution import Candidate, CoalitionAccount, Equilibrium, Residuals, Vector
from analysis.verify import ACCEPTED, CandidateError, checked_plays, pareto_gap, place_of
from sim.games.coalitions import Mask, grand, members, proper_coalitions, subsets
from sim.games.game import Game

_NEGLIGIBLE = 1e-10
"""By how much multipliers may miss the optimum of their program, in curnits."""


def verify_harsanyi(game: Game, candidate: Candidate) -> Equilibrium:
    """Return a candidate with its books and residuals, and say whether it is an equilibrium.

    A fighting coalition S gives each member the least of the members' gains over their fallbacks,
    ``d_S = min_i g_i``, and disposes of the rest. ``regret`` is what any coalition could gain in
    its own linear program, maximise ``|S| d_S − Σ_{j∉S} a_j U_j``, whose multipliers, those nearest
    to 1 if there are several, are its internal ``weights``. N disposes of nothing: ``split`` is the
    spread of its members' gains. ``delivery`` says how much is disposed of, and is not demanded.

    Parameters
    ----------
    game : Game
    candidate : Candidate
        With a positive price for everybody; those of players whose payoffs do not vary are
        immaterial, as what they are owed is demanded to be 0 curnits.

    Raises
    ------
    CandidateError
        If the candidate does not fit the game, or a price is 0.
    """
    plays = checked_plays(game, candidate)
    if candidate.prices.min() <= 0.0:
        raise CandidateError("a harsanyi equilibrium is verified at positive prices only")
    unit = float(candidate.prices @ game.ranges) or float(candidate.prices @ game.scales)
    prices = candidate.prices * game.scales / unit
    scaled, full = game.normalised, grand(game.n)
    dividends = np.zeros(full + 1)
    books: dict[Mask, _Book] = {}
    for mask in sorted(plays, key=int.bit_count):
        answers = scaled.conflict(mask) @ plays.get(full ^ mask, np.ones(1))
        books[mask] = _book(mask, answers, plays[mask], prices, dividends)
        dividends[mask] = books[mask].gains.mean() if mask == full else books[mask].gains.min()
    payoffs = plays[full] @ game.outcomes
    agreed = plays[full] @ scaled.outcomes
    excess = dividends[full] - books[full].gains
    shed = [0.0]
    for mask in proper_coalitions(game.n):
        disposal = (books[mask].gains - dividends[mask]) / prices[list(members(mask))]
        shed.append(float(disposal.max()))
    residuals = Residuals(
        pareto=pareto_gap(scaled.outcomes, agreed),
        support=max(0.0, float((scaled.outcomes @ prices).max() - agreed @ prices)),
        regret=max(book.regret for book in books.values()),
        split=float(np.ptp(books[full].gains)),
        delivery=max(shed),
        clearing=float(np.abs(excess / np.where(game.ranges > 0, prices, 1.0)).max()),
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
            _account(game, candidate, mask, plays[mask], books, dividends, unit)
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
    outside = np.setdiff1d(np.arange(len(prices)), inside)
    owed = np.array([_owed(mask, i, dividends) for i in inside.tolist()])
    credit = prices[:, None] * answers
    gains = credit[inside] @ play - owed
    harm = credit[outside].sum(axis=0)
    if not len(outside):
        return _Book(answers @ play, gains, np.ones(len(inside)), 0.0)
    now = len(inside) * gains.min() - harm @ play
    # maximise |S| d − Σ_j a_j U_j over what S plays and d, with d ≤ a_i U_i − a_i t_i
    count = len(play)
    program = linprog(
        np.append(harm, -float(len(inside))),
        np.hstack([-credit[inside], np.ones((len(inside), 1))]),
        -owed,
        np.append(np.ones(count), 0.0)[None, :],
        np.ones(1),
        bounds=[(0.0, None)] * count + [(None, None)],
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if program.status != 0 or program.fun is None:
        return _Book(answers @ play, gains, np.full(len(inside), np.nan), np.inf)
    best = -float(program.fun)
    weights = _mildest_weights(credit[inside], harm, owed, best)
    if weights is None:
        weights = -np.asarray(program.ineqlin.marginals)
    return _Book(answers @ play, gains, weights, max(0.0, best - float(now)))


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


def _owed(mask: Mask, player: int, dividends: Vector) -> float:
    """Return what a member falls back on, in curnits: its dividends from smaller coalitions."""
    return float(
        sum(dividends[part] for part in subsets(mask) if part != mask and part >> player & 1)
    )


def _account(
    game: Game,
    candidate: Candidate,
    mask: Mask,
    play: Vector,
    books: dict[Mask, _Book],
    dividends: Vector,
    unit: float,
) -> CoalitionAccount:
    """Return the books of a coalition in the game's own utilons and curnits."""
    inside, full = list(members(mask)), grand(game.n)
    low, book = game.low, books[mask]

    def own(amounts: Vector) -> Vector:
        column = np.full(game.n, np.nan)
        column[inside] = amounts
        return column

    delivered = low + game.scales * book.delivered
    disposal = (book.gains - dividends[mask]) * unit * (mask != full)
    signs = np.where(np.isin(np.arange(game.n), inside), candidate.prices, -candidate.prices)
    # payoffs are counted from 0, so that what a lone player has anyway is its own dividend
    floor = candidate.prices[inside] @ low[inside] if len(inside) == 1 else 0.0
    return CoalitionAccount(
        coalition=mask,
        threat=play,
        value=float(signs @ delivered),
        delivered=own(delivered[inside]),
        claims=own(delivered[inside] - disposal / candidate.prices[inside]),
        dividend=float(dividends[mask] * unit + floor),
        weights=own(book.weights),
        disposal=own(disposal),
    )
