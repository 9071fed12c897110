"""The Pareto meet minimum: the least that each player gets where nothing is wasted.

Takes what can be agreed on, gives a payoff for each player. Called by the concept ``pareto-meet``,
and by talks that are renegotiated when they fail. No threat enters it.
"""

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.feasible.frontier import is_pareto

_AT_ONCE = 4_000_000
"""Comparisons of payoffs made at once: 32 MB."""


def pareto_meet(outcomes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least payoff of each player among Pareto-efficient mixtures of outcomes.

    A face of the feasible set is efficient with all its vertices, so the least is found among
    single outcomes (Rabin 1994; Santos 2000). It may lie above or below what a player can secure.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
        Payoff vectors, utilons.

    Returns
    -------
    ndarray, shape (n,)
    """
    candidates = _undominated(np.unique(outcomes, axis=0))
    known: dict[int, bool] = {}
    least = np.empty(outcomes.shape[1])
    for i, own in enumerate(candidates.T):
        for k in np.argsort(own, kind="stable").tolist():
            if k not in known:
                known[k] = is_pareto(outcomes, candidates[k])
            if known[k]:
                least[i] = own[k]
                break
        else:  # rounding hides every efficient outcome but that of the largest payoff
            least[i] = own.max()
    return least


def _undominated(outcomes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return outcomes that no other single one improves on for everybody."""
    kept = []
    step = max(1, _AT_ONCE // outcomes.size)
    for start in range(0, len(outcomes), step):
        rows = outcomes[start : start + step]
        better = (outcomes[None] > rows[:, None]).any(axis=2)
        better &= (outcomes[None] >= rows[:, None]).all(axis=2)
        kept.append(rows[~better.any(axis=1)])
    return np.concatenate(kept)
