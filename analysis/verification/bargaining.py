"""Verifiers of bargaining solutions: feasible, efficient, and the point that the rule selects.

A rule is stated by a figure of its own, which is 0 at the point it selects; nothing is solved.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import linprog

from curnits.analysis.solution import Claim, Equilibrium, Residuals, Vector
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.curved import Verify, among_all_points
from curnits.analysis.verification.frontier import pareto_gap, place_of
from curnits.analysis.verification.measures import ACCEPTED, DISTRIBUTION, rounding, units
from curnits.sim.games.coalitions import grand
from curnits.sim.games.feasible.frontier import support
from curnits.sim.games.game import Game
from curnits.sim.games.rounding import SAME_PAYOFF

_PRECISION = 1e-10
"""To which linear programs are solved, in shares of payoff range."""

_MOST_ROUNDS = 200
"""Points of a curved frontier that may be added in search of what a player can get at most."""


@dataclass(frozen=True, eq=False)
class Split:
    """A payoff vector beside the disagreement point, in the terms that rules are stated in.

    Attributes
    ----------
    game : Game
    prices : ndarray, shape (n,)
        At which the payoffs are worth most, curnits per utilon.
    disagreement, payoffs : ndarray, shape (n,)
        Utilons; with money, payoffs are after payments.
    """

    game: Game
    prices: Vector
    disagreement: Vector
    payoffs: Vector

    @cached_property
    def gains(self) -> Vector:
        """What each player gets beyond its disagreement payoff, utilons, shape ``(n,)``."""
        return self.payoffs - self.disagreement

    @cached_property
    def slack(self) -> Vector:
        """How far gains may be off by rounding alone, utilons, shape ``(n,)``."""
        below = np.spacing(np.abs(self.disagreement))
        return np.asarray(rounding(self.game) + below)

    @cached_property
    def ideals(self) -> Vector:
        """What each player could gain at most while nobody loses, utilons, shape ``(n,)``."""
        if self.game.money:
            surplus = self.game.outcomes.sum(axis=1).max() - self.disagreement.sum()
            return np.full(self.game.n, surplus)
        return np.array([self._ideal(i) for i in range(self.game.n)])

    @cached_property
    def able(self) -> Vector:
        """Who can gain: 1 or 0, shape ``(n,)``."""
        return (self.ideals > SAME_PAYOFF * units(self.game) + self.slack).astype(np.float64)

    def unevenness(self, amounts: Vector, slack: Vector) -> float:
        """Return how far amounts of those who can gain differ, as a share of their mean.

        Parameters
        ----------
        amounts, slack : ndarray, shape (n,)
            Of any unit; differences up to the slack do not count.
        """
        counted = self.able > 0
        if not counted.any():
            return 0.0
        mean = float(amounts[counted].mean())
        gaps = np.abs(amounts - mean) - slack - float(slack[counted].max())
        return float(max(0.0, gaps[counted].max()) / mean) if mean > 0.0 else np.inf

    def crowding(self, unit: Vector) -> float:
        """Return the most that a player could gain at the expense of those with larger shares.

        It is a share of payoff range. Shares are gains divided by ``unit``, shape ``(n,)``. Where
        nobody can gain so, and only there, they are as large as they can be for the worst off, then
        for the next, and so on.
        """
        shares, most = self.gains / unit, 0.0
        equal = SAME_PAYOFF * float(np.abs(shares).max())
        for i in np.flatnonzero(self.able):
            floors = np.where(shares <= shares[i] + equal, self.gains - self.slack, 0.0)
            floors[i] = 0.0
            reached, weights = _most(self.game, self.disagreement, floors.clip(min=0.0), int(i))
            # what floors that are off by rounding alone let the player gain
            excused = weights @ (self.slack + _PRECISION * self.game.scales)
            most = max(most, (reached - self.gains[i]) / self.game.scales[i] - excused)
        return float(most)

    def _ideal(self, player: int) -> float:
        """Return what a player could gain at most; of a curved frontier points are added."""
        known, nobody = self.game, np.zeros(self.game.n)
        for _ in range(_MOST_ROUNDS):
            most, weights = _most(known, self.disagreement, nobody, player)
            everybody = np.zeros((grand(known.n) + 1, known.n))
            everybody[-1] = weights
            finer = known.refined(everybody)
            if finer is known:
                return most
            known = finer
        return np.inf


type Rule = Callable[[Split], float]
"""How far a split is from what a rule selects, in shares; 0 if it is that."""


def equal_worth(split: Split) -> float:
    """Return how far gains in curnits, at prices that support the payoffs, differ.

    Where they are equal the product of gains is largest: that is its first-order condition, and
    ``Σ log`` of gains is concave (Nash 1950).
    """
    return split.unevenness(split.prices * split.gains, split.prices * split.slack)


def equal_gains(split: Split) -> float:
    """Return how far gains differ, or could be raised beginning with the smallest (Kalai 1977)."""
    return _equal(split, np.ones(split.game.n))


def equal_shares(split: Split) -> float:
    """Return the same of gains as shares of ideal ones (Kalai & Smorodinsky 1975)."""
    return _equal(split, np.where(split.able > 0, split.ideals, units(split.game)))


def selected(rule: Rule) -> Verify:
    """Return the verifier of the bargaining solution that a rule selects.

    ``clearing`` of its figures is the rule's own, ``delivery`` the gap between payoffs and those of
    the agreement (with money: of the joint ones); ``regret`` and ``split`` are not defined. Nobody
    may get less than its disagreement payoff.
    """

    @among_all_points
    def verify(game: Game, claim: Claim) -> Equilibrium:
        found = _efficient(game, claim)
        if claim.disagreement is None:
            raise CandidateError("disagreement: missing")
        split = Split(game, claim.candidate.prices, claim.disagreement, found.payoffs)
        lost = float(((-split.gains - split.slack) / units(game)).max())
        figure = max(rule(split), lost, 0.0)
        if not split.able.all() and grand(game.n) in game.curved and not game.money:
            figure = np.inf  # only known points say who cannot gain
        return replace(
            found,
            residuals=replace(found.residuals, clearing=figure),
            accepted=found.accepted and figure <= ACCEPTED,
        )

    return verify


@among_all_points
def efficient(game: Game, claim: Claim) -> Equilibrium:
    """Verify that payoffs are feasible and efficient, whatever rule selects them.

    Raises
    ------
    CandidateError
        If prices or agreement do not fit the game.
    curnits.sim.games.feasible.frontier.FrontierError
        If the payoffs are not feasible.
    """
    return _efficient(game, claim)


def _efficient(game: Game, claim: Claim) -> Equilibrium:
    prices, agreed = claim.candidate.prices, claim.candidate.agreement
    for what, weights in (("prices", prices), ("agreement", agreed)):
        if not (weights.min() >= -DISTRIBUTION and abs(weights.sum() - 1.0) <= DISTRIBUTION):
            raise CandidateError(f"{what} must be non-negative numbers that sum to 1")
    unit = float(prices @ game.ranges) or float(prices @ game.scales)
    slack = rounding(game)
    missing = support(game.outcomes, prices) - float(prices @ claim.payoffs)
    gap = max(0.0, missing - float(prices @ slack)) / unit
    played = agreed @ game.outcomes
    missed = np.abs(played - claim.payoffs) - slack
    if game.money:
        missed = np.abs((played - claim.payoffs).sum(keepdims=True)) - slack.sum()
    delivery = max(0.0, float((missed / units(game)).max()))
    scaled = game.normalised.outcomes
    pareto = gap if game.money else pareto_gap(scaled, agreed @ scaled)
    return Equilibrium(
        candidate=claim.candidate,
        payoffs=claim.payoffs if game.money else played,
        on="smooth" if game.money else place_of(game, played),
        coalitions=(),
        residuals=Residuals(pareto, gap, np.nan, np.nan, delivery, np.nan),
        accepted=all(figure <= ACCEPTED for figure in (pareto, gap, delivery)),
    )


def _equal(split: Split, unit: Vector) -> float:
    uneven = split.unevenness(split.gains / unit, split.slack / unit)
    if uneven <= ACCEPTED or split.game.money or grand(split.game.n) in split.game.curved:
        return uneven
    return split.crowding(unit)


def _most(game: Game, disagreement: Vector, floors: Vector, player: int) -> tuple[float, Vector]:
    """Return what a player can gain at most while nobody's gain is below its floor, utilons.

    And how the players are weighed there, curnits per utilon, shape ``(n,)``.
    """
    gains = (game.outcomes - disagreement) / game.scales
    program = linprog(
        -gains[:, player],
        -gains.T,
        -floors / game.scales,
        np.ones((1, len(gains))),
        np.ones(1),
        options={
            "primal_feasibility_tolerance": _PRECISION,
            "dual_feasibility_tolerance": _PRECISION,
        },
    )
    if program.status != 0 or program.fun is None:
        return np.inf, np.zeros(game.n)
    weights = -np.asarray(program.ineqlin.marginals).clip(max=0.0)
    weights[player] += 1.0
    return -float(program.fun) * float(game.scales[player]), weights / game.scales
