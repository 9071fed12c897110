"""Bargaining problems as scenario files state them: what all can reach, and what else happens."""

from collections.abc import Mapping
from typing import Any, Literal, override

from pydantic import Field, ValidationError, model_validator

from curnits.sim.games.bargaining import BargainingGame, disagreement_at
from curnits.sim.games.game import Game
from curnits.sim.games.normal import normal_form
from curnits.sim.scenario.fields import check_kind, located, read_names
from curnits.sim.scenario.forms.form import Form
from curnits.sim.scenario.forms.normal import NormalForm
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.sets import read_menu
from curnits.sim.scenario.values import read_point


class BargainingForm(Form):
    """A feasible set, and what happens without an agreement: a fixed point, or threats.

    The feasible set is stated as in :func:`curnits.sim.scenario.sets.read_menu`; threats are a
    game in normal form.
    """

    form: Literal["bargaining"] = Field(default="bargaining", description="How the game is stated.")
    players: list[str] = Field(description="Names; left out: numbers from 1.")
    feasible: Any = Field(description="Payoffs that all players together can agree on.")
    disagreement: Any = Field(default=None, description="Payoffs without an agreement.")
    threats: dict[str, Any] | None = Field(
        default=None, description="Actions and payoffs without an agreement, as in form normal."
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: dict[str, Any]) -> dict[str, Any]:
        if (data.get("disagreement") is None) == (data.get("threats") is None):
            raise FieldError((), "expected either disagreement or threats")
        check_kind(data.get("threats"), Mapping, "actions and payoffs", ("threats",))
        if data.get("players") is not None:
            players = read_names(data["players"], ("players",))
        else:
            players = _numbered(data)
        return {**data, "players": players}

    @override
    def _build(self) -> Game:
        players = tuple(self.players)
        feasible = read_menu(self.feasible, players, ("feasible",))
        if self.threats is not None:
            threats = normal_form(self._fight(self.threats).game, "threats")
        else:
            point = read_point(self.disagreement, players, ("disagreement",))
            with located("disagreement"):
                threats = disagreement_at(players, point, feasible)
        with located():
            return BargainingGame(players, threats, feasible)

    def _fight(self, stated: Mapping[str, Any]) -> NormalForm:
        unknown = sorted(stated.keys() - NormalForm.model_fields.keys() | stated.keys() & {"money"})
        if unknown:
            raise FieldError(("threats", unknown[0]), "unknown key")
        try:
            return NormalForm.model_validate({"players": self.players, **stated})
        except FieldError as error:
            raise FieldError(("threats", *error.path), str(error)) from error
        except ValidationError as error:
            details = error.errors()[0]
            cause = details.get("ctx", {}).get("error")
            deeper = cause.path if isinstance(cause, FieldError) else ()
            message = str(cause or details["msg"])
            raise FieldError(("threats", *details["loc"], *deeper), message) from error


def _numbered(data: Mapping[str, Any]) -> list[str]:
    """Return numbers from 1, as many as the disagreement point or the threats have players."""
    start = data.get("disagreement")
    if isinstance(start, Mapping):
        return read_names(list(start), ("disagreement",))
    stated = start if start is not None else (data.get("threats") or {}).get("payoffs")
    if isinstance(stated, Mapping):
        return read_names(list(stated), ("threats", "payoffs"))
    if not isinstance(stated, list):
        raise FieldError((), "missing: players")
    return [str(k + 1) for k in range(len(stated))]
