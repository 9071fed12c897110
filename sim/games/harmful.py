"""Actions that only harm, and games without them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame
from curnits.sim.games.rounding import SAME_PAYOFF

type Actions = Mapping[int, Sequence[int]]
"""Indices of actions by player."""


def harmful_actions(game: Game) -> dict[int, tuple[int, ...]]:
    """Return each player's actions that are good for nothing but a threat.

    Such an action can be replaced by another one of the same player so that, whatever the others
    do, nobody is worse off by the exchange, the player itself included, and somebody else is
    sometimes better off. No agreement and no selfish player ever needs it. An action that harms
    others but at times serves its owner, such as defecting in the prisoner's dilemma, is not one.
    Where only coalitions act, nobody has one.

    Returns
    -------
    dict from int to tuple of int
        Indices of actions by player; players without any are left out.
    """
    if not isinstance(game, NormalGame):
        return {}
    found = {
        i: tuple(k for k in range(game.shape[i]) if _only_harms(game.normalised, i, k))
        for i in range(game.n)
    }
    return {i: actions for i, actions in found.items() if actions}


def without(game: NormalGame, actions: Actions) -> NormalGame:
    """Return the game without some actions, by index; every player must keep one."""
    payoffs, names = game.payoffs, list(game.actions)
    for i, struck in actions.items():
        kept = [k for k in range(game.shape[i]) if k not in struck]
        payoffs = payoffs.take(kept, axis=i + 1)
        names[i] = tuple(game.actions[i][k] for k in kept)
    return replace(game, actions=tuple(names), payoffs=payoffs)


def disarmed(game: NormalGame) -> NormalGame:
    """Return the game without anybody's harmful actions."""
    return without(game, harmful_actions(game))


def _only_harms(game: NormalGame, player: int, action: int) -> bool:
    """Tell whether another action of the player is better for others and worse for nobody."""
    by_action = np.moveaxis(game.payoffs, player + 1, 0).reshape(game.shape[player], game.n, -1)
    gains = by_action - by_action[action]
    harmless = (gains >= -SAME_PAYOFF).all(axis=(1, 2))
    better = (np.delete(gains, player, axis=1) > SAME_PAYOFF).any(axis=(1, 2))
    return bool((harmless & better).any())
