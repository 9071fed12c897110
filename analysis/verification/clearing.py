"""Clearing, as it is checked: what players are entitled to, against what they get.

Takes claims less payoffs of an answer, gives its clearing residual. Called by the
verifiers beside it, and where runs are judged; it shares no code with
:mod:`curnits.analysis.solvers.coco.clearing`.
"""

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector


def clearing_residual(excess: Vector, free: NDArray[np.bool_], owed: Vector | None = None) -> float:
    """Return by how much somebody's claim misses what it gets; the free may get more than that.

    Parameters
    ----------
    excess : ndarray, shape (n,)
        ``z_i = E_i / a_i − u_i`` of all players in N, in shares of payoff range.
    free : ndarray of bool, shape (n,)
        Players whose price is 0, whose claims are limits.
    owed : ndarray, shape (n,), optional
        Curnits that each is entitled to. Who is free must be owed none, or its claim would be
        unbounded.
    """
    unpaid = excess if owed is None else np.maximum(excess, owed)
    return float(np.where(free, np.maximum(0.0, unpaid), np.abs(excess)).max())
