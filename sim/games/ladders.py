"""Ladders of ever harsher threats, to be climbed rung by rung."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, members
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import normal_form

type Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rung:
    """One threat: everybody gets what another action of its owner gives, less these losses.

    Attributes
    ----------
    action : str
    losses : ndarray, shape (n,)
        Utilons of each player: harm done to the others, cost borne by the owner. Those of a threat
        that is only carried out with some probability are multiplied with it.
    """

    action: str
    losses: Vector


@dataclass(frozen=True, eq=False)
class Ladder:
    """A player's threats in the order in which they are invented.

    Attributes
    ----------
    player : int
    base : int
        The action that all rungs are built on.
    rungs : tuple of Rung
    known : int
        How many of them the player has at first.
    research : float
        Utilons that inventing the next one costs its owner.
    budget : float
        Utilons the owner can spend on research.

    Raises
    ------
    GameError
        If more rungs are known than there are.
    """

    player: int
    base: int
    rungs: tuple[Rung, ...]
    known: int
    research: float = 0.0
    budget: float = np.inf

    def __post_init__(self) -> None:
        if not 0 <= self.known <= len(self.rungs):
            raise GameError(
                f"known rungs: expected at most {len(self.rungs)}, all of them (found {self.known})"
            )


def climb(game: Game, ladders: Sequence[Ladder], heights: Sequence[int]) -> Game:
    """Return a game with the first few rungs of each ladder as additional actions.

    They follow the player's other actions. Losses from rungs of several players add up.

    Raises
    ------
    GameError
        If there are ladders and the game is not in normal form, a rung has the name of another
        action, or the game becomes too big.
    """
    if not ladders:
        return game
    ground = normal_form(game, "a ladder of threats")
    payoffs, actions = ground.payoffs, list(ground.actions)
    for ladder, height in zip(ladders, heights, strict=True):
        axis, climbed = ladder.player + 1, ladder.rungs[:height]
        base = payoffs.take([ladder.base], axis=axis)
        losses = [rung.losses.reshape(-1, *[1] * game.n) for rung in climbed]
        payoffs = np.concatenate([payoffs, *(base - loss for loss in losses)], axis=axis)
        actions[ladder.player] += tuple(rung.action for rung in climbed)
    return replace(ground, actions=tuple(actions), payoffs=payoffs)


def among_all(game: Game, taller: Game, mask: Mask, weights: Vector) -> Vector:
    """Write a distribution over a coalition's joint actions as one over those of a taller game.

    Parameters
    ----------
    game, taller : Game
        Every player has the actions it has in ``game`` in ``taller``, too.
    mask : int
    weights : ndarray, shape (joint actions of the coalition in ``game``,)
    """
    if game is taller:
        return weights
    game, taller = normal_form(game, "a ladder"), normal_form(taller, "a ladder")
    inside = members(mask)
    places = [[taller.actions[i].index(name) for name in game.actions[i]] for i in inside]
    whole = np.zeros([taller.shape[i] for i in inside])
    whole[np.ix_(*places)] = weights.reshape([game.shape[i] for i in inside])
    return whole.ravel()
