"""The literal conditions 1 to 4 of a coalition-perfect equilibrium, coalition by coalition."""

from dataclasses import dataclass

import numpy as np

from curnits.analysis.solution import Candidate
from curnits.analysis.verification.frontier import pareto_gap
from curnits.analysis.verification.identities import coco_shares, harsanyi_gains
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.coalitions import Mask, grand, members
from curnits.sim.games.game import Game


@dataclass(frozen=True)
class LiteralConditions:
    """By how much one coalition misses each condition, in shares of payoff range.

    Attributes
    ----------
    coalition : int
        Mask.
    frontier : float or None
        1, of N only: mean gain the players could have without anyone losing.
    regret : float
        2 and 3: what another threat would gain at the universal prices.
    coco_split, harsanyi_split : float
        4 on what is delivered, ``u_i^S = r_i^S``: the largest gap between ``a_i u_i^S`` and its
        CoCo share, and the spread of ``a_i (u_i^S − t_i^S)`` among members.
    """

    coalition: Mask
    frontier: float | None
    regret: float
    coco_split: float
    harsanyi_split: float

    @property
    def holds(self) -> bool:
        """Whether all of them are met up to the verifier's tolerance."""
        figures = (self.frontier or 0.0, self.regret, self.coco_split, self.harsanyi_split)
        return max(figures) <= ACCEPTED


def literal_conditions(game: Game, candidate: Candidate) -> tuple[LiteralConditions, ...]:
    """Measure the literal conditions at an answer, for every coalition, ascending by mask.

    Parameters
    ----------
    game : Game
    candidate : Candidate
        That fits the game. Prices count as they are; those of 0 make nothing of a payoff.
    """
    scaled, full = game.normalised, grand(game.n)
    unit = float(candidate.prices @ game.ranges) or float(candidate.prices @ game.scales)
    prices = candidate.prices * game.scales / unit
    plays = {**candidate.threats, full: candidate.agreement}
    delivered = np.zeros((full + 1, game.n))
    regrets = np.zeros(full + 1)
    for mask, play in plays.items():
        inside = list(members(mask))
        fight = scaled.conflict(mask) @ plays.get(full ^ mask, np.ones(1))
        delivered[mask, inside] = (fight @ play)[inside]
        signs = np.where(np.isin(np.arange(game.n), inside), prices, -prices)
        worths = signs @ fight
        regrets[mask] = worths.max() - worths @ play
    coco = np.abs(coco_shares(delivered, prices) - delivered * prices).max(axis=1)
    gains = harsanyi_gains(delivered, prices)
    return tuple(
        LiteralConditions(
            mask,
            pareto_gap(scaled.outcomes, delivered[full]) if mask == full else None,
            max(0.0, float(regrets[mask])),
            float(coco[mask]),
            float(np.ptp(gains[mask, list(members(mask))])),
        )
        for mask in range(1, full + 1)
    )
