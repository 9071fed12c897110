"""Members of families of games as scenario files state them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, override

import numpy as np
from pydantic import Field, model_validator

from curnits.sim.games.families import FAMILIES
from curnits.sim.games.game import Game
from curnits.sim.scenario.fields import check_kind, choose, construct, located
from curnits.sim.scenario.forms.form import Form


class FamilyForm(Form):
    """A member of a family of games, drawn with the family's own parameters and a seed."""

    form: Literal["family"] = Field(default="family", description="How the game is stated.")
    family: str = Field(description="Name of the family.")
    parameters: dict[str, Any] = Field(default={}, description="Left out: the family's defaults.")
    seed: int = Field(default=0, ge=0, strict=True, description="Seed of the game, not of the run.")

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: dict[str, Any]) -> dict[str, Any]:
        family = choose(data.get("family"), FAMILIES, ("family",))
        given = data.get("parameters") or {}
        check_kind(given, Mapping, "keys with values", ("parameters",))
        drawn: Any = construct(family, given, ("parameters",))
        return {**data, "parameters": {f.name: getattr(drawn, f.name) for f in fields(drawn)}}

    @override
    def _build(self) -> Game:
        family = construct(FAMILIES[self.family], self.parameters, ("parameters",))
        with located("parameters"):
            return family.build(np.random.default_rng(self.seed))
