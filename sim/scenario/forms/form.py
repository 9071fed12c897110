"""What a form must say of its game to be one; the base class of the forms beside it."""

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import cached_property
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from curnits.sim.files.section import Section
from curnits.sim.games.game import Game
from curnits.sim.scenario.payoffs import FieldError


class Form(Section, ABC):
    """What all forms share: never changed, and checked by building the game."""

    money: bool = Field(default=False, strict=True, description="Whether utility is transferable.")
    form: str = Field(description="How the game is stated.")

    @cached_property
    def game(self) -> Game:
        """The game, without a title."""
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                return replace(self._build(), money=self.money)
        except (FloatingPointError, OverflowError) as error:
            expected = "expected numbers nearer to 1, in other units"
            raise FieldError((), f"numbers are too large or too small ({expected})") from error

    @abstractmethod
    def _build(self) -> Game: ...

    @model_validator(mode="after")
    def _check(self) -> Self:
        _ = self.game
        return self
