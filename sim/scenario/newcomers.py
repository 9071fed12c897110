"""Newcomers as scenario files state them."""

from typing import Annotated

from pydantic import Field

from curnits.sim.files.section import Section
from curnits.sim.games.game import Game
from curnits.sim.games.newcomers import Newcomer
from curnits.sim.games.normal import normal_form
from curnits.sim.scenario.payoffs import FieldError


class NewcomerEntry(Section):
    """A player who is absent at first: until it arrives, it has one action only."""

    arrives: Annotated[int, Field(ge=1, strict=True)] = Field(
        description="Tick after which it has all its actions."
    )
    until_then: str = Field(description="The action that all reckon with before.")

    def newcomer(self, game: Game, player: str) -> Newcomer:
        """Return the newcomer to a game.

        Raises
        ------
        FieldError
            If the player or the action is not one of the game's.
        GameError
            If the game is not in normal form.
        """
        form = normal_form(game, "a newcomer")
        if player not in form.players:
            expected = ", ".join(form.players)
            raise FieldError((), f"unknown player (expected one of {expected})")
        i = form.players.index(player)
        if self.until_then not in form.actions[i]:
            expected = ", ".join(form.actions[i])
            raise FieldError(("until_then",), f"unknown action (expected one of {expected})")
        return Newcomer(i, form.actions[i].index(self.until_then), self.arrives)
