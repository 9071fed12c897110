"""Who owes what to threats: harmful actions, games without them, and the difference they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis import concepts
from analysis.equilibrium import coco
from analysis.solution import Equilibrium, Vector
from sim.games.damage import Damage, damage, fights
from sim.games.frontier import support
from sim.games.game import Game

_ROUNDING = 1e-9
"""Differences below this share of payoff range do no harm."""

type Actions = Mapping[int, Sequence[int]]


@dataclass(frozen=True, eq=False)
class Escalation:
    """What threats do in an agreement.

    Attributes
    ----------
    damage : Damage
        Of every coalition's threat, curnits.
    at_stake : float
        Curnits: the payoff ranges of all players at the prices of the agreement.
    harmful : dict from int to tuple of int
        Actions by player that only harm, see :func:`harmful_actions`; players without any left out.
    leverage : ndarray, shape (n,)
        Utilons that each player gains by its own harmful actions: what it gets, less what it would
        get if they were struck. NaN where no answer was found to the game without them.
    owed : ndarray, shape (n,)
        Utilons each player owes to threats: what it gets, less what it would get if the harmful
        actions of all players were struck. Negative for victims.
    """

    damage: Damage
    at_stake: float
    harmful: dict[int, tuple[int, ...]]
    leverage: Vector
    owed: Vector


def damage_of(game: Game, state: Equilibrium) -> Damage:
    """Return what the threats of an answer, or of a simulated state judged like one, would do."""
    prices = state.candidate.prices
    fought = fights(game, state.candidate.threats, state.payoffs)
    return damage(prices, state.payoffs, fought, support(game.outcomes, prices))


def measure(game: Game, state: Equilibrium, answer: Equilibrium | None) -> Escalation:
    """Measure the threats of a state, and what they are worth in the analytic answer.

    Parameters
    ----------
    game : Game
    state : Equilibrium
        Prices, agreement and threats, such as those a simulation ended with.
    answer : Equilibrium or None
        The analytic answer that leverage is measured in; without one it is NaN.
    """
    harmful = harmful_actions(game)
    leverage, owed = np.full(game.n, np.nan), np.full(game.n, np.nan)
    if answer is not None:
        leverage = np.zeros(game.n)
        for i, actions in harmful.items():
            leverage[i] = answer.payoffs[i] - _payoffs(strike(game, {i: actions}), answer)[i]
        owed = answer.payoffs - _payoffs(strike(game, harmful), answer) if harmful else 0 * leverage
    at_stake = float(state.candidate.prices @ game.ranges)
    return Escalation(damage_of(game, state), at_stake, harmful, leverage, owed)


def harmful_actions(game: Game) -> dict[int, tuple[int, ...]]:
    """Return each player's actions that are good for nothing but a threat.

    Such an action can be replaced by another one of the same player so that, whatever the others
    do, nobody is worse off by the exchange, the player itself included, and somebody else is
    sometimes better off. No agreement and no selfish player ever needs it. An action that harms
    others but at times serves its owner, such as defecting in the prisoner's dilemma, is not one.

    Returns
    -------
    dict from int to tuple of int
        Indices of actions by player; players without any are left out.
    """
    found = {
        i: tuple(k for k in range(game.shape[i]) if _only_harms(game.normalised, i, k))
        for i in range(game.n)
    }
    return {i: actions for i, actions in found.items() if actions}


def strike(game: Game, actions: Actions) -> Game:
    """Return the game without some actions, by index; every player must keep one."""
    payoffs, names = game.payoffs, list(game.actions)
    for i, struck in actions.items():
        kept = [k for k in range(game.shape[i]) if k not in struck]
        payoffs = payoffs.take(kept, axis=i + 1)
        names[i] = tuple(game.actions[i][k] for k in kept)
    return replace(game, actions=tuple(names), payoffs=payoffs)


def disarmed(game: Game) -> Game:
    """Return the game without anybody's harmful actions."""
    return strike(game, harmful_actions(game))


def _only_harms(game: Game, player: int, action: int) -> bool:
    """Tell whether another action of the player is better for others and worse for nobody."""
    by_action = np.moveaxis(game.payoffs, player + 1, 0).reshape(game.shape[player], game.n, -1)
    gains = by_action - by_action[action]
    harmless = (gains >= -_ROUNDING).all(axis=(1, 2))
    better = (np.delete(gains, player, axis=1) > _ROUNDING).any(axis=(1, 2))
    return bool((harmless & better).any())


def _payoffs(game: Game, near: Equilibrium) -> Vector:
    """Return the payoffs of the answer to a smaller game that is found from given prices."""
    if game.money:
        solution = concepts.solve(game, "coco-value").solution
    else:
        solution = coco.solve(game, start=near.candidate.prices)
    return solution.equilibria[0].payoffs if solution.equilibria else np.full(game.n, np.nan)
