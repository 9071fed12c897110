"""Newcomers: players who join in the course of the talks.

Takes a running negotiation and newcomers, gives the larger negotiation that goes on. Called by
:mod:`curnits.sim.running` at every tick.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from curnits.sim.games.game import Game
from curnits.sim.games.newcomers import Newcomer
from curnits.sim.games.normal import normal_form
from curnits.sim.negotiation.events.inventing import Workshop
from curnits.sim.negotiation.model import Negotiation


@dataclass
class Reception:
    """Where newcomers arrive while talks go on.

    Attributes
    ----------
    game : Game
        Without ladders.
    newcomers : sequence of Newcomer
    known : list of list of int
        The actions that each player has by now, in the order in which they became possible.

    Raises
    ------
    GameError
        If there are newcomers and the game is not in normal form.
    """

    game: Game
    newcomers: Sequence[Newcomer]
    known: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        if self.newcomers:
            self.known = [list(range(m)) for m in normal_form(self.game, "a newcomer").shape]
        for newcomer in self.newcomers:
            self.known[newcomer.player] = [newcomer.action]

    @property
    def present(self) -> Game:
        """The game with the actions that are possible by now."""
        if not self.newcomers:
            return self.game
        game = normal_form(self.game, "a newcomer")
        names = [
            tuple(own[k] for k in known)
            for own, known in zip(game.actions, self.known, strict=True)
        ]
        payoffs = game.payoffs[np.ix_(range(game.n), *self.known)]
        return replace(game, actions=tuple(names), payoffs=payoffs)

    def visit(self, model: Negotiation, workshop: Workshop) -> None:
        """Let in who arrives now."""
        for newcomer in self.newcomers:
            if newcomer.arrives == model.ticks:
                self._admit(model, workshop, newcomer)

    def _admit(self, model: Negotiation, workshop: Workshop, newcomer: Newcomer) -> None:
        own = self.known[newcomer.player]
        count = normal_form(self.game, "a newcomer").shape[newcomer.player]
        for action in range(count):
            if action != newcomer.action:
                own.append(action)
                workshop.game = self.present
                model.grow(workshop.known, newcomer.player, 0)
        model.unsettle()

    def complete(self, model: Negotiation) -> bool:
        """Tell whether everybody has arrived."""
        return all(newcomer.arrives < model.ticks for newcomer in self.newcomers)
