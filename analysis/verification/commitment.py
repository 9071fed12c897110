"""Verifiers of what committed proposers expect, from who leaves the table when."""

from dataclasses import replace

import numpy as np

from curnits.analysis.solution import Claim, Equilibrium, Vector
from curnits.analysis.verification.bargaining import efficient, equal_worth, selected
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.measures import ACCEPTED, money_unit, rounding
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame
from curnits.sim.games.rounding import SAME_PAYOFF


def expectation(game: Game, claim: Claim) -> Equilibrium:
    """Verify what players expect of proposers who commit themselves as they leave.

    With money players leave one after the other, every order being equally likely, each with the
    action that leaves the others least, and get what they took away by that; nobody is asked what
    it expected before. Without money two players split, at equal worth, what goes beyond what each
    has in reply to the worst that the other can do.

    Raises
    ------
    curnits.analysis.verification.candidates.CandidateError
        If there is neither money nor two players, or the claim does not fit the game.
    """
    if not isinstance(game, NormalGame):
        raise CandidateError(f"expected a game in normal form (found {game.kind})")
    if not game.money:
        if game.n != 2:
            raise CandidateError("expected two players, or money")
        worst = [min(max(row) for row in own) for own in (game.payoffs[0].T, game.payoffs[1])]
        return selected(equal_worth)(game, replace(claim, disagreement=np.array(worst)))
    found = efficient(game, claim)
    gaps = np.abs(claim.payoffs - _taken_away(game)) - rounding(game) * game.n
    figure = max(0.0, float(gaps.max())) / money_unit(game)
    return replace(
        found,
        residuals=replace(found.residuals, clearing=figure),
        accepted=found.accepted and figure <= ACCEPTED,
    )


def _taken_away(game: NormalGame) -> Vector:
    """Return what each player takes away on average when it leaves, shape ``(n,)``, utilons.

    Tables are visited from full to empty, with the probability that talks come to each.
    """
    payoffs = np.zeros(game.n)
    reached: dict[tuple[int | None, ...], float] = {(None,) * game.n: 1.0}
    for size in range(game.n, 0, -1):
        left: dict[tuple[int | None, ...], float] = {}
        for committed, probability in reached.items():
            worth = _worth(game, committed)
            for i in (i for i, action in enumerate(committed) if action is None):
                after = [
                    (*committed[:i], action, *committed[i + 1 :]) for action in range(game.shape[i])
                ]
                rest = [_worth(game, table) for table in after]
                least = min(rest)
                payoffs[i] += probability / size * (worth - least)
                worst = [
                    table
                    for table, others in zip(after, rest, strict=True)
                    if others <= least + SAME_PAYOFF * money_unit(game)
                ]
                for table in worst:
                    left[table] = left.get(table, 0.0) + probability / size / len(worst)
        reached = left
    return payoffs


def _worth(game: NormalGame, committed: tuple[int | None, ...]) -> float:
    """Return the most that those who have not committed themselves can have together."""
    present = [i for i, action in enumerate(committed) if action is None]
    if not present:
        return 0.0
    where = tuple(slice(None) if action is None else action for action in committed)
    return float(sum(game.payoffs[i][where] for i in present).max())
