"""Books of coalitions as verifiers draw them up: entitlements, claims per utilon, accounts.

Takes prices, worths and dividends of an answer, gives what players are owed and the accounts that
an answer is shown with. Called by the verifiers beside it, and by nobody who solves.
"""

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate, CoalitionAccount, Vector
from curnits.sim.games.coalitions import grand, membership, moebius, zeta
from curnits.sim.games.game import Game


def in_shares(game: Game, candidate: Candidate) -> tuple[Vector, Vector, float]:
    """Return prices, and rates at which prices vanish, for utilities stretched onto [0, 1].

    Priced ranges then add up to 1, and so do the rates of players without a price; last comes how
    many of the game's own curnits that 1 is.
    """
    unit = float(candidate.prices @ game.ranges) or float(candidate.prices @ game.scales)
    prices = candidate.prices * game.scales / unit
    rates = candidate.vanishing * game.scales
    return prices, rates / (rates[prices == 0].sum() or 1.0), unit


def equal_dividends(worths: Vector) -> Vector:
    """Return dividends that are equal inside coalitions, ``(2**n,)``: ``|S| d_S = Σ ± Z_T``.

    ``|S| d_S`` is the Möbius transform of the worths (Harsanyi 1963, section 4).
    """
    sizes = membership(len(worths).bit_length() - 1).sum(axis=1)
    return np.asarray(moebius(worths) / np.maximum(sizes, 1.0))


def owed(dividends: Vector) -> Vector:
    """Return what dividends add up to for each member, curnits, ``(2**n, n)``; 0 outside."""
    inside = membership(len(dividends).bit_length() - 1)
    return np.asarray(inside * zeta(dividends[:, None] * inside))


def per_utilon(curnits: Vector, prices: Vector) -> Vector:
    """Return curnits in utilons, 0 where the price is 0."""
    return np.divide(curnits, prices, out=np.zeros_like(curnits), where=prices > 0)


def accounts(
    game: Game,
    candidate: Candidate,
    worths: Vector,
    dividends: Vector,
    delivered: Vector,
    claims: Vector,
) -> tuple[CoalitionAccount, ...]:
    """Return the books of every coalition, by mask from 1 on, where nothing is disposed of.

    Parameters
    ----------
    worths, dividends : ndarray, shape (2**n,)
        In the game's own curnits.
    delivered, claims : ndarray, shape (2**n, n)
        In shares of payoff range.
    """
    inside: NDArray[np.bool_] = membership(game.n) > 0
    plays = {**candidate.threats, grand(game.n): candidate.agreement}
    reached, claimed = (
        np.where(inside, game.low + game.scales * shares, np.nan) for shares in (delivered, claims)
    )
    return tuple(
        CoalitionAccount(
            coalition=mask,
            threat=plays[mask],
            value=float(worths[mask] - worths[grand(game.n) ^ mask]),
            delivered=reached[mask],
            claims=claimed[mask],
            dividend=float(dividends[mask]),
            weights=np.where(inside[mask], 1.0, np.nan),
            disposal=np.where(inside[mask], 0.0, np.nan),
        )
        for mask in range(1, grand(game.n) + 1)
    )
