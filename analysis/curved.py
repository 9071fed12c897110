"""Games whose coalitions have curved frontiers, of which only finitely many points are known.

An answer is found among the known points; then the points that coalitions would like best at its
weights are added, and it is found again, until nobody would like another point better (column
generation: Dantzig & Wolfe 1960). The same is done when an answer is verified, so its figures are
those of the curved sets.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from analysis.equilibrium.smooth import Rule, coco_stance, finish, harsanyi_stance
from analysis.solution import Candidate, Equilibrium, Solution, Vector
from analysis.verify import ACCEPTED
from sim.games.bargaining import BargainingGame
from sim.games.coalitional import CoalitionalGame
from sim.games.coalitions import Mask, grand
from sim.games.game import Game

type Verify = Callable[[Game, Candidate], Equilibrium]

METHOD = "a root of excess claims over prices, found by Powell's hybrid method from several starts"

_MOST_ROUNDS = 200
_STARTS = 8


def settle(
    game: Game,
    concept: str,
    solve: Callable[[Game], Solution],
    verify: Verify,
    rule: Rule | None,
) -> Solution:
    """Solve a game; one with curved frontiers is refined until that makes no difference.

    Parameters
    ----------
    game : Game
    concept : str
    solve : callable
        Solves a game as it is known.
    verify : callable
        Verifies an answer among known points.
    rule : callable or None
        What coalitions do at given prices, to reach an answer on a curved frontier exactly.

    Returns
    -------
    Solution
        Its ``game`` is the refined one, if it is another one.
    """
    if rule is not None and grand(game.n) in game.curved:
        for near in _starts(game):
            finished = finish(game, rule, near)
            if finished is not None:
                found = judged(*finished, verify)
                if found.accepted:
                    return Solution(concept, True, (found,), False, METHOD, game=finished[0])
        if concept == "harsanyi":  # among points that lie close together its search is very slow
            note = "no equilibrium with positive prices was found"
            return Solution(concept, None, (), False, METHOD, (note,))
    known, solution = game, solve(game)
    for _ in range(_MOST_ROUNDS):
        if not solution.equilibria:
            return solution
        finer = known.refined(member_weights(known, solution.equilibria[0]))
        if finer is known:
            break
        known, solution = finer, solve(finer)
    if known is game:
        return solution
    found = judged(known, solution.equilibria[0].candidate, verify)
    return replace(
        solution,
        exists=True if found.accepted else None,
        equilibria=(found,) if found.accepted else (),
        complete=False,
        method=f"{solution.method}; points of curved frontiers added as they are needed",
        game=known,
    )


def _starts(game: Game) -> Iterator[Vector]:
    """Yield prices from which to look: everybody's payoff range worth the same, then others."""
    rng = np.random.default_rng(0)
    for k in range(_STARTS):
        shares = np.exp(min(k, 1) * rng.normal(size=game.n))
        yield shares / game.scales / (shares / game.scales).sum()


def rule_for(game: Game, concept: str) -> Rule | None:
    """Return what coalitions do at given prices, if prices are all that is to be found."""
    if game.money:
        return None
    if concept in {"coco", "strict"}:
        return coco_stance
    if concept == "harsanyi" and isinstance(game, CoalitionalGame):
        return harsanyi_stance
    alone = isinstance(game, BargainingGame) and game.threats.payoffs.size == game.n
    if concept == "harsanyi" and (alone or game.n == 2):  # then a coalition cannot be unfair
        return coco_stance
    return None


def judged(game: Game, candidate: Candidate, verify: Verify) -> Equilibrium:
    """Verify an answer against all that coalitions can choose, not only the points known so far.

    Returns
    -------
    Equilibrium
        Of the game as it was given. An answer whose figures do not settle is not accepted.
    """
    found = verify(game, candidate)
    known = game
    for _ in range(_MOST_ROUNDS):
        finer = known.refined(member_weights(game, found))
        if finer is known:
            break
        known = finer
        found = verify(known, _padded(candidate, known))
    else:
        found = replace(found, accepted=False)
    if not game.curved:
        return found
    pareto = _most_gain(game, found) if grand(game.n) in game.curved else 0.0
    return replace(
        found,
        candidate=candidate,
        coalitions=tuple(
            replace(account, threat=account.threat[: game.joint_actions(account.coalition)])
            for account in found.coalitions
        ),
        residuals=replace(found.residuals, pareto=max(pareto, found.residuals.pareto)),
        accepted=found.accepted and pareto <= ACCEPTED,
    )


def _most_gain(game: Game, found: Equilibrium) -> float:
    """Return what the players' gains, nobody losing, can be on average at most, in shares of range.

    Gains are worth no more than the best point is worth beyond the agreement.
    """
    shares = found.candidate.prices * game.scales
    lowest = float(shares.min() / shares.sum())
    return found.residuals.support / (game.n * lowest) if lowest > 0.0 else np.inf


def member_weights(game: Game, found: Equilibrium) -> Vector:
    """Return how coalitions weigh their members in an answer, curnits per utilon, ``(2**n, n)``."""
    prices = found.candidate.prices
    weights = np.zeros((grand(game.n) + 1, game.n))
    weights[-1] = prices
    for account in found.coalitions:
        weights[account.coalition] = prices * np.nan_to_num(account.weights)
    return weights.clip(min=0.0)


def prices_of_all(game: Game, weights: Vector) -> Vector:
    """Return how coalitions weigh their members if only N is asked, shape ``(2**n, n)``."""
    everybody = np.zeros((grand(game.n) + 1, game.n))
    everybody[-1] = weights.clip(min=0.0)
    return everybody


def _padded(candidate: Candidate, game: Game) -> Candidate:
    """Return an answer to a coarser game as one of a game with more points."""

    def pad(mask: Mask, weights: Vector) -> Vector:
        return np.append(weights, np.zeros(game.joint_actions(mask) - len(weights)))

    return replace(
        candidate,
        agreement=pad(grand(game.n), candidate.agreement),
        threats={mask: pad(mask, threat) for mask, threat in candidate.threats.items()},
    )
