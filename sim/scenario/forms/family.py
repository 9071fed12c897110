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

_LARGE, _LARGEST = 1 << 31, 10**300
"""Whole numbers whose products numpy's whole numbers may not hold, and that no float does."""


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
        given = _in_floating_point(self.parameters)
        family = construct(FAMILIES[self.family], given, ("parameters",))
        with located("parameters"):
            return family.build(np.random.default_rng(self.seed))


def _in_floating_point(value: Any) -> Any:
    """Return parameters in which large whole numbers, which are amounts, are floats."""
    if isinstance(value, Mapping):
        return {key: _in_floating_point(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_floating_point(item) for item in value]
    large = isinstance(value, int) and _LARGE <= abs(value) <= _LARGEST
    return float(value) if large else value
