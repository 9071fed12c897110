"""Lemma 1, Theorem 1 and pairwise fallbacks: the same fair split said in several ways.

Every function takes numbers of any kind, fractions included, and follows the definition word for
word, without the shortcuts of the solvers. A *payoff configuration* ``u`` has shape ``(2**n, n)``:
``u[S, i]`` is what player i gets in coalition S, in its own utilons, and 0 if i is outside.
"""

from collections.abc import Callable
from fractions import Fraction
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Candidate
from curnits.sim.games.coalitions import Mask, grand, members, size, subsets
from curnits.sim.games.game import Game

type Numbers = NDArray[Any]
"""Floats, or an object array of fractions."""


def increments(u: Numbers) -> Numbers:
    """Return ``w_i^S = Σ_{R∋i, R⊆S} (−1)^{|S|−|R|} u_i^R``: what joining up to S adds for i."""
    return _over_subsets(u, lambda s, r: (-1) ** (s - r))


def accumulated(w: Numbers) -> Numbers:
    """Return ``u_i^S = Σ_{R∋i, R⊆S} w_i^R``, the inverse of :func:`increments` (lemma 1)."""
    return _over_subsets(w, lambda _s, _r: 1)


def fallbacks(u: Numbers) -> Numbers:
    """Return ``t_i^S = Σ_{R∋i, R⊊S} (−1)^{|S|−|R|+1} u_i^R``: what i falls back on inside S."""
    return _over_subsets(u, lambda s, r: 0 if s == r else (-1) ** (s - r + 1))


def harsanyi_gains(u: Numbers, prices: Numbers) -> Numbers:
    """Return ``a_i (u_i^S − t_i^S)``, curnits; Harsanyi's condition 4 is that members gain alike.

    Parameters
    ----------
    u : ndarray, shape (2**n, n)
    prices : ndarray, shape (n,)
        Curnits per utilon.
    """
    return np.asarray((u - fallbacks(u)) * prices)


def coco_shares(u: Numbers, prices: Numbers) -> Numbers:
    """Return ``Σ_{i∈R⊆S} (|R|−1)! (|S|−|R|)! / |S|! (Z_R − Z_{S∖R})``, curnits, ``(2**n, n)``.

    ``Z_R = Σ_{j∈R} a_j u_j^R``. The CoCo condition 4 is that these are ``a_i u_i^S``.
    """
    worths = np.asarray((u * prices).sum(axis=1))
    shares = np.zeros_like(u * prices)
    for whole in range(1, len(u)):
        for part in subsets(whole):
            weight = _weight(size(part) - 1, size(whole))
            for i in members(part):
                shares[whole, i] += weight * (worths[part] - worths[whole ^ part])
    return shares


def shapley_shares(u: Numbers, prices: Numbers) -> Numbers:
    """Return each member's Shapley value of ``Z`` restricted to S, curnits, shape ``(2**n, n)``.

    ``Σ_{R⊆S∖{i}} |R|! (|S|−|R|−1)! / |S|! (Z_{R∪{i}} − Z_R)`` (Shapley 1953). The Shapley condition
    4 is that these are ``a_i u_i^S``.
    """
    worths = np.asarray((u * prices).sum(axis=1))
    shares = np.zeros_like(u * prices)
    for whole in range(1, len(u)):
        for i in members(whole):
            for rest in (0, *subsets(whole ^ 1 << i)):
                weight = _weight(size(rest), size(whole))
                shares[whole, i] += weight * (worths[rest | 1 << i] - worths[rest])
    return shares


def fair_configuration(dividends: Numbers, prices: Numbers) -> Numbers:
    """Return the configuration ``a_i u_i^S = Σ_{R∋i, R⊆S} d_R``, which splits every gain fairly.

    Parameters
    ----------
    dividends : ndarray, shape (2**n,)
        Curnits for each member.
    prices : ndarray, shape (n,)
        Positive.
    """
    inside = np.arange(len(dividends))[:, None] >> np.arange(len(prices)) & 1
    return accumulated(np.asarray(dividends[:, None] * inside / prices))


def pairwise_fallbacks(u: Numbers) -> Numbers:
    """Return ``f_i = Σ_{S∋i, S∌j} w_i^S`` for each i (row) and j (column), utilons of i, (n, n).

    What i has, among all that coalitions add, without the help of j. Where condition 4 holds, i and
    j gain equally over it: ``a_i (u_i^N − f_ij) = a_j (u_j^N − f_ji)``. The diagonal is 0.
    """
    n = u.shape[1]
    w = increments(u)
    without = np.zeros_like(u[:n])
    for coalition in range(1, len(u)):
        for i in members(coalition):
            for j in members(grand(n) ^ coalition):
                without[i, j] += w[coalition, i]
    return without


def representative_payoffs(game: Game, candidate: Candidate, coalition: Mask) -> Numbers:
    """Return what every player finally gets as the two sides of one conflict vary their actions.

    Every other coalition keeps the candidate's threat, and N its agreement. Members who are
    appointed to choose their side's threat, and look only at their own entry, face a game that is a
    positive multiple of the conflict game of the coalition, plus a constant.

    Parameters
    ----------
    game : Game
    candidate : Candidate
        With positive prices.
    coalition : int
        A proper coalition; its joint actions are rows, those of its complement columns.

    Returns
    -------
    ndarray, shape (n, R, C)
        Each player's entitlement in utilons, dividends being equal inside every coalition.
    """
    full = grand(game.n)
    prices, threats = candidate.prices, candidate.threats
    worths = np.zeros(full + 1)
    worths[full] = candidate.agreement @ game.outcomes @ prices
    for side, threat in threats.items():
        delivered = np.einsum("r,irc,c->i", threat, game.conflict(side), threats[full ^ side])
        worths[side] = sum(prices[i] * delivered[i] for i in members(side))
    fight = game.conflict(coalition) * prices[:, None, None]
    varied = np.broadcast_to(worths[:, None, None], (full + 1, *fight.shape[1:])).copy()
    varied[coalition] = fight[list(members(coalition))].sum(axis=0)
    varied[full ^ coalition] = fight[list(members(full ^ coalition))].sum(axis=0)
    final = np.zeros_like(fight)
    for part in subsets(full):
        weight = float(_weight(size(part) - 1, game.n))
        for i in members(part):
            final[i] += weight * (varied[part] - varied[full ^ part]) / prices[i]
    return final


def _over_subsets(u: Numbers, sign: Callable[[int, int], int]) -> Numbers:
    total = np.zeros_like(u)
    for whole in range(1, len(u)):
        for part in subsets(whole):
            for i in members(part):
                total[whole, i] += sign(size(whole), size(part)) * u[part, i]
    return total


def _weight(others: int, everyone: int) -> Fraction:
    """Return the share of orders of arrival in which just these others come before a player."""
    return Fraction(factorial(others) * factorial(everyone - others - 1), factorial(everyone))
