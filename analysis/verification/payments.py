"""Who pays whom: what lies between the payoffs of an agreement and those that players end with."""

import numpy as np

from curnits.analysis.solution import Equilibrium, Vector
from curnits.analysis.verification.measures import money_unit, rounding
from curnits.sim.games.game import Game

_NEGLIGIBLE = 1e-9
"""Payments below this share of the largest payoff range are none."""


def payments(game: Game, found: Equilibrium) -> Vector | None:
    """Return what each player is paid on top of what it gets by the agreement, shape ``(n,)``.

    Utilons; negative for those who pay. None if there is neither money nor anything paid.
    """
    net = found.payoffs - found.candidate.agreement @ game.outcomes
    net = np.where(np.abs(net) <= _NEGLIGIBLE * money_unit(game) + rounding(game), 0.0, net)
    return np.asarray(net) if game.money or net.any() else None


def transfers(net: Vector) -> list[tuple[int, int, float]]:
    """Return payments from one player to another that come to given ones, shape ``(n,)``.

    Who pays most pays whoever is owed most, until nobody owes anything: at most n − 1 payments, as
    ``(from, to, amount)``.
    """
    owed = net.copy()
    listed = []
    while owed.min() < 0.0 < owed.max():
        giver, taker = int(owed.argmin()), int(owed.argmax())
        amount = float(min(-owed[giver], owed[taker]))
        listed.append((giver, taker, amount))
        owed[giver] += amount
        owed[taker] -= amount
        owed[np.abs(owed) <= _NEGLIGIBLE * np.abs(net).max()] = 0.0
    return listed
