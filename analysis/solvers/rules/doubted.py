"""Threats that are believed in part: what is left of them is a reply that suits oneself best."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.rules.lemke import lemke
from curnits.analysis.solvers.rules.rule import ConflictRule, FoughtConflicts
from curnits.sim.games.coalitions import Mask, grand, members
from curnits.sim.games.conflict_stacks import ConflictStack


class UnsettledConflictError(Exception):
    """What is expected of the sides of a conflict was not found."""


@dataclass(frozen=True)
class DoubtedThreats(ConflictRule):
    """``d(S)`` where S is expected to threaten with probability c, and to retreat otherwise.

    A coalition is believed as far as its least credible member. What is expected of S is
    ``c ρ + (1 − c) σ``: the threat ρ maximises ``Σ_{i∈S} a_i U_i − Σ_{j∉S} a_j U_j``, the retreat σ
    maximises ``Σ_{i∈S} a_i U_i``, both against what is expected of N∖S. So a conflict is a game of
    four players, both sides' threats and retreats, in which payoffs add up over pairs (a polymatrix
    game: Howson 1972). It has an equilibrium, found by Lemke's algorithm, and may have several: if
    nobody is believed at all, those are the Nash equilibria of the fight.

    Attributes
    ----------
    credibility : tuple of float
        Probability with which each player is believed to carry out threats.
    played : mapping from mask to ndarray of int, or None
        The joint actions among which an equilibrium of each conflict is looked for; by default all.
    """

    credibility: tuple[float, ...]
    played: Mapping[Mask, NDArray[np.intp]] | None = None

    @override
    def fight(self, stack: ConflictStack, prices: Vector) -> FoughtConflicts:
        held = stack.held()
        full = grand(len(prices))
        rows, columns = [], []
        for mask, payoffs, sides in zip(
            held.coalitions.tolist(), held.payoffs, held.sides, strict=True
        ):
            own = np.einsum("i,irc->rc", np.where(sides > 0, prices, 0.0), payoffs)
            other = np.einsum("i,irc->rc", np.where(sides > 0, 0.0, prices), payoffs)
            chosen = np.ix_(self._among(mask, len(own)), self._among(full ^ mask, len(own[0])))
            shares = self._share(mask), self._share(full ^ mask)
            row, column = np.zeros(len(own)), np.zeros(len(own[0]))
            row[chosen[0][:, 0]], column[chosen[1][0]] = expected(
                own[chosen], other[chosen], *shares
            )
            rows.append(row)
            columns.append(column)
        played = np.array(rows), np.array(columns)
        gradients = stack.sides * stack.delivered(*played)
        return FoughtConflicts(gradients @ prices, gradients, *played)

    @override
    def limit(self, stack: ConflictStack, prices: Vector, direction: Vector) -> FoughtConflicts:
        raise UnsettledConflictError(
            "how doubted threats change with prices that vanish is not worked out"
        )

    def _among(self, mask: Mask, count: int) -> NDArray[np.intp]:
        return np.arange(count) if self.played is None else self.played[mask]

    def _share(self, mask: Mask) -> float:
        return min(self.credibility[i] for i in members(mask))


def expected(own: Vector, other: Vector, share: float, other_share: float) -> tuple[Vector, Vector]:
    """Return what is expected of both sides of a conflict.

    Parameters
    ----------
    own, other : ndarray, shape (R, C)
        What the sides get, curnits.
    share, other_share : float
        How far they are believed.

    Raises
    ------
    UnsettledConflictError
        If no equilibrium was found.
    """
    unit = float(np.ptp(own) + np.ptp(other)) or 1.0
    rows = [
        (c, aim.max() - aim) for c, aim in ((share, own - other), (1.0 - share, own)) if c > 0.0
    ]
    columns = [
        (c, (aim.max() - aim).T)
        for c, aim in ((other_share, other - own), (1.0 - other_share, other))
        if c > 0.0
    ]
    height, width = own.shape
    top = np.vstack([np.hstack([c * regret for c, _ in columns]) for _, regret in rows])
    bottom = np.vstack([np.hstack([c * regret for c, _ in rows]) for _, regret in columns])
    sizes = [height] * len(rows) + [width] * len(columns)
    parts = np.repeat(np.eye(len(sizes)), sizes, axis=0)
    total = sum(sizes)
    costs = np.zeros((total, total))
    costs[: len(top), len(top) :], costs[len(top) :, : len(top)] = top / unit, bottom / unit
    costs += 1.0  # positive costs keep the pivots from ending in a ray
    zeros = np.zeros((len(sizes), len(sizes)))
    program = np.block([[costs, -parts], [parts.T, zeros]])
    found = lemke(program, np.concatenate([np.zeros(total), -np.ones(len(sizes))]))
    if found is None:
        raise UnsettledConflictError("no equilibrium of a conflict with doubted threats was found")
    mixtures = np.split(found[:total], np.cumsum(sizes)[:-1])
    row = sum(c * mixed / mixed.sum() for (c, _), mixed in zip(rows, mixtures, strict=False))
    later = mixtures[len(rows) :]
    column = sum(c * mixed / mixed.sum() for (c, _), mixed in zip(columns, later, strict=True))
    return np.asarray(row), np.asarray(column)
