"""What fights would do to peace: menace, cost and destruction of every coalition's threat.

Peace is what N agrees on. Amounts are curnits at given prices; arrays run over masks, and the
entries of N and of the empty coalition say that nobody fights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, grand, members, membership
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame

type Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Damage:
    """What each coalition's fight against its complement would take from whom, in curnits.

    Attributes
    ----------
    menace : ndarray, shape (..., 2**n)
        ``Σ_{j∉S} a_j (u_j − r_j)``: what S would make the others lose.
    cost : ndarray, shape (..., 2**n)
        ``Σ_{i∈S} a_i (u_i − r_i)``: what its members would lose; negative if they would gain. The
        menace of S is the cost to its complement.
    destruction : ndarray, shape (..., 2**n)
        ``h(a) − Σ_i a_i r_i``: by how much everybody together falls short of the best outcome.
        Menace and cost add up to it if peace is worth ``h(a)``.
    """

    menace: Vector
    cost: Vector
    destruction: Vector

    def expected(self, failure: float) -> Any:
        """Return the expected destruction if talks fail with this probability; then a side forms.

        Which one is drawn by :func:`breakdown_weights`.
        """
        weights = breakdown_weights(_players(self.menace))
        return failure * (weights[None, :] @ self.destruction[..., None])[..., 0, 0]


def fights(game: Game, threats: Mapping[Mask, Vector], peace: Vector) -> Vector:
    """Return what every player gets when S fights N∖S, by mask, shape ``(2**n, n)``, utilons.

    Parameters
    ----------
    game : Game
    threats : mapping from mask to ndarray
        A distribution over its joint actions for every proper coalition.
    peace : ndarray, shape (n,)
        Payoffs of the agreement, for N and the empty coalition.
    """
    full = grand(game.n)
    delivered = np.tile(np.asarray(peace, dtype=np.float64), (full + 1, 1))
    for mask in range(1, full, 2):
        delivered[mask] = threats[mask] @ game.conflict(mask) @ threats[full ^ mask]
        delivered[full ^ mask] = delivered[mask]
    return delivered


def damage(prices: Vector, peace: Vector, fought: Vector, best: float) -> Damage:
    """Measure the threats of all coalitions (theory of the measures: Nash 1953, Selten 1964).

    Parameters
    ----------
    prices : ndarray, shape (..., n)
        Curnits per utilon.
    peace : ndarray, shape (..., n)
        Payoffs of the agreement; with money, after payments.
    fought : ndarray, shape (..., 2**n, n)
        Payoffs in each fight, as from :func:`fights`.
    best : float or ndarray, shape (..., 1)
        ``h(a)``, curnits.
    """
    losses = (peace[..., None, :] - fought) * prices[..., None, :]
    cost = (losses * membership(prices.shape[-1])).sum(axis=-1)
    return Damage(cost[..., ::-1], cost, best - (fought @ prices[..., None])[..., 0])


def fought_with(game: Game, threats: Mapping[Mask, Vector]) -> tuple[Vector, ...]:
    """Return how often each player plays each of its actions if talks fail, shapes ``(m_i,)``.

    On a ladder of threats this says how far up its owner stands. Sides form as
    :func:`breakdown_weights` says; a player without company has nobody to fight and plays nothing.
    Where only coalitions act, no player has actions of its own.
    """
    if not isinstance(game, NormalGame):
        return (np.zeros(0),) * game.n
    weights = breakdown_weights(game.n)
    played = [np.zeros(m) for m in game.shape]
    for mask, threat in threats.items():
        inside = members(mask)
        joint = threat.reshape([game.shape[i] for i in inside])
        for axis, i in enumerate(inside):
            others = tuple(k for k in range(len(inside)) if k != axis)
            played[i] += (weights[mask] + weights[grand(game.n) ^ mask]) * joint.sum(axis=others)
    return tuple(played)


@lru_cache(maxsize=32)
def breakdown_weights(n: int) -> Vector:
    """Return the probability that S is the side that forms when talks fail, shape ``(2**n,)``.

    Its size is drawn evenly from 1 to n − 1, then its members evenly: the weights with which the
    Harsanyi–Shapley value averages fights (Kohlberg & Neyman 2021). Read-only; zero for n = 1.
    """
    sizes = membership(n).sum(axis=1).astype(np.int64)
    chances = [0.0, *(1.0 / ((n - 1) * comb(n, s)) for s in range(1, n)), 0.0]
    weights = np.array(chances)[sizes]
    weights.flags.writeable = False
    return weights


def _players(by_mask: Vector) -> int:
    return int(by_mask.shape[-1]).bit_length() - 1
