"""Claims: whether they can be met together, and how room is made for them.

Takes claims in shares of payoff range, gives shortfalls and payoffs. Called by the model, by talks
and by what judges policies.
"""

import numpy as np

from curnits.sim.games.feasible.linear import Vector, rise
from curnits.sim.games.game import Game


def shortfall(game: Game, claims: Vector) -> float:
    """Return by how much all claims must fall to be met together, in shares of payoff range.

    Parameters
    ----------
    game : Game
        As announced.
    claims : ndarray, shape (n,)
        Shares of payoff range; −inf for players who claim nothing.

    Returns
    -------
    float
        Not positive if they can be met; −inf if nobody claims anything.
    """
    made = np.isfinite(claims)
    if not made.any():
        return -np.inf
    if game.money:
        if not made.all():
            return -np.inf  # whoever claims nothing can be made to pay
        joint = float((game.normalised.outcomes @ game.scales).max())
        return float((game.scales @ claims - joint) / game.scales.sum())
    return -rise(game.normalised.outcomes[:, made], 1.0, claims[made]).height


def make_room(dues: Vector, floors: Vector) -> Vector:
    """Return what players get when everybody gives up as much as its floor lets it.

    Those who insist on more than their due get it; the others bear that in equal curnits (the rule
    of constrained equal losses, Aumann & Maschler 1985). If the floors are too much, all bear the
    rest alike.

    Parameters
    ----------
    dues, floors : ndarray, shape (n,)
        Curnits.

    Returns
    -------
    ndarray, shape (n,)
        Curnits; they sum to what the dues sum to.
    """
    short = float(floors.sum() - dues.sum())
    if short >= 0.0:
        return floors - short / len(dues)
    needed = float(np.maximum(floors - dues, 0.0).sum())
    step, reached = 0.0, 0.0
    rooms = np.sort(np.maximum(dues - floors, 0.0))
    for k, room in enumerate(rooms):
        part = (room - reached) * (len(rooms) - k)
        if needed <= part:
            step = reached + needed / (len(rooms) - k)
            break
        needed, reached = needed - part, float(room)
    return np.maximum(dues - step, floors)
