"""Verifiers of bargaining that starts from the best equilibrium of selfish players.

That the disagreement point is such an equilibrium, and that none is better, is shown by programs of
their own: linear ones for correlated equilibria, mixed-integer ones for Nash equilibria of two
players (Sandholm, Gilpin & Conitzer 2005).
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from curnits.analysis.solution import Claim, Equilibrium, Vector
from curnits.analysis.verification.bargaining import equal_worth, selected
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.curved import Verify
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import disarmed
from curnits.sim.games.normal import NormalGame
from curnits.sim.games.rounding import SAME_PAYOFF

_PRECISION = 1e-10
"""To which linear programs are solved, in shares of payoff range: HiGHS goes no further."""

type _Missing = Callable[[NormalGame, Vector], float]
"""How far payoffs, in shares of payoff range, are from those of the best equilibrium."""


def _from(missing: _Missing) -> Verify:
    bargained = selected(equal_worth)

    def verify(game: Game, claim: Claim) -> Equilibrium:
        if not isinstance(game, NormalGame):
            raise CandidateError(f"expected a game in normal form (found {game.kind})")
        found = bargained(game, claim)
        start = claim.disagreement
        if start is None:
            raise CandidateError("disagreement: missing")
        figure = max(found.residuals.clearing, missing(game, (start - game.low) / game.scales))
        return replace(
            found,
            residuals=replace(found.residuals, clearing=figure),
            accepted=found.accepted and figure <= ACCEPTED,
        )

    return verify


def _weights(game: NormalGame) -> Vector:
    """Return what payoffs in shares of payoff range count for in welfare, shape ``(n,)``.

    Welfare adds up shares of what payoffs range over without actions that only harm; with money,
    utilons.
    """
    peaceful = disarmed(game).ranges
    # who is left with nothing to gain or lose is measured by the range of the whole game
    scales = np.where(peaceful > SAME_PAYOFF * game.scales, peaceful, game.scales)
    return np.asarray(game.scales / (scales.max() if game.money else scales))


def _beyond_correlated(game: NormalGame, start: Vector) -> float:
    shares, weights = game.normalised.outcomes, _weights(game)
    losses = [
        _loss(game, i, own, other)
        for i in range(game.n)
        for own, other in product(range(game.shape[i]), repeat=2)
        if own != other
    ]
    obedient = -np.array(losses).reshape(-1, len(shares))
    whole = np.ones((1, len(shares)))
    most = _least(-shares @ weights, obedient, np.zeros(len(obedient)), whole)
    # the least t such that some obedient play gives everybody its payoff but for t
    beside = np.vstack(
        [
            np.hstack([obedient, np.zeros((len(obedient), 1))]),
            np.hstack([shares.T, -np.ones((game.n, 1))]),
            np.hstack([-shares.T, -np.ones((game.n, 1))]),
        ]
    )
    limits = np.concatenate([np.zeros(len(obedient)), start, -start])
    last = np.eye(1, len(shares) + 1, len(shares))[0]
    near = _least(last, beside, limits, np.append(whole, [[0.0]], axis=1))
    if most is None or near is None:
        return np.inf
    return max(float(near[-1]), float((most @ shares - start) @ weights), 0.0)


def _least(
    costs: Vector, matrix: Vector, limits: Vector, sums: Vector, bounds: Vector | None = None
) -> Vector | None:
    """Minimise ``costs·x`` for ``matrix x ≤ limits``, ``sums x = 1`` and x between bounds."""
    ones = np.ones(len(sums))
    free = np.tile([0.0, np.inf], (len(costs), 1)) if bounds is None else bounds
    program = linprog(
        costs,
        matrix,
        limits,
        sums,
        ones,
        [(float(low), float(high)) for low, high in free],
        options={
            "primal_feasibility_tolerance": _PRECISION,
            "dual_feasibility_tolerance": _PRECISION,
        },
    )
    return np.asarray(program.x) if program.status == 0 and program.x is not None else None


def _loss(game: NormalGame, player: int, own: int, other: int) -> Vector:
    """Return what a player who is told one action loses by another one, outcome by outcome."""
    payoffs = np.moveaxis(game.normalised.payoffs[player], player, 0)
    row = np.zeros_like(payoffs)
    row[own] = payoffs[own] - payoffs[other]
    return np.asarray(np.moveaxis(row, 0, player)).ravel()


def _beyond_nash(game: NormalGame, start: Vector) -> float:
    weights = _weights(game)
    if game.n == 2:
        pair = _Pair(game.normalised.payoffs)
        best, near = pair.solve(-weights, None), pair.solve(np.zeros(2), start)
        if best is None or near is None:
            return np.inf
        return max(float(np.abs(near - start).max()), float((best - start) @ weights), 0.0)
    payoffs = game.normalised.payoffs
    content = [own >= own.max(axis=i, keepdims=True) - SAME_PAYOFF for i, own in enumerate(payoffs)]
    found = game.normalised.outcomes[np.logical_and.reduce(content).ravel()]
    if not len(found):
        return np.inf
    missed = float(np.abs(found - start).max(axis=1).min())
    return max(missed, float((found @ weights).max() - start @ weights), 0.0)


class _Pair:
    """The Nash equilibria of two players as solutions of a mixed-integer program.

    Variables are both mixed actions, both payoffs, how far payoffs are from given ones at most,
    and for each action 1 if it may be worse than the best reply, in which case it is not played.
    """

    def __init__(self, payoffs: Vector) -> None:
        first, second = payoffs
        m, k = first.shape
        self.count = m + k
        value = np.zeros((m + k, 3))
        value[:m, 0] = value[m:, 1] = 1.0
        replies = np.block([[np.zeros((m, m)), first], [second.T, np.zeros((k, k))]])
        unused = np.eye(m + k)
        self.matrix = np.vstack(
            [
                np.hstack([-replies, value, np.zeros((m + k, m + k))]),  # regret, not negative
                np.hstack([replies, -value, unused]),  # nor more than 1, and 0 if it is played
                np.hstack([-unused, np.zeros((m + k, 3)), -unused]),  # unused if worse
            ]
        )
        self.floors = np.concatenate([np.zeros(2 * (m + k)), -np.ones(m + k)])
        self.whole = np.zeros((2, 2 * (m + k) + 3))
        self.whole[0, :m] = self.whole[1, m : m + k] = 1.0

    def solve(self, costs: Vector, near: Vector | None) -> Vector | None:
        """Return the payoffs, shape ``(2,)``, of the cheapest equilibrium, or of the nearest."""
        size, at = self.matrix.shape[1], self.count
        goal = np.zeros(size)
        goal[at : at + 2], goal[at + 2] = costs, 1.0
        matrix, floors = self.matrix, self.floors
        if near is not None:
            beside = np.zeros((4, size))
            beside[:2, at : at + 2], beside[2:, at : at + 2] = np.eye(2), -np.eye(2)
            beside[:, at + 2] = 1.0
            matrix = np.vstack([matrix, beside])
            floors = np.concatenate([floors, near, -near])
        whole = np.arange(size) >= at + 3
        found = milp(
            goal,
            integrality=whole.astype(np.int64),
            bounds=Bounds(0.0, 1.0),
            constraints=[
                LinearConstraint(matrix, floors, np.inf),
                LinearConstraint(self.whole, 1.0, 1.0),
            ],
        )
        if found.x is None:
            return None
        worse = np.round(found.x[whole])
        bounds = np.tile([0.0, 1.0], (size, 1))
        bounds[whole] = worse[:, None]
        exact = _least(goal, -matrix, -floors, self.whole, bounds)
        return None if exact is None else exact[at : at + 2]


from_best_nash: Verify = _from(_beyond_nash)
"""Verify the Nash solution from the Nash equilibrium of largest welfare."""

from_best_correlated: Verify = _from(_beyond_correlated)
"""Verify the Nash solution from the correlated equilibrium of largest welfare."""
