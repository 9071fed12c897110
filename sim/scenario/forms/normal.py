"""Games in normal form as scenario files state them: payoffs by profile of actions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self, override

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame, check_names, check_size
from curnits.sim.games.utilities import UTILITIES
from curnits.sim.scenario.fields import (
    Tables,
    check_keys,
    check_kind,
    choose,
    construct,
    listed,
    located,
    plain_numbers,
    read_names,
)
from curnits.sim.scenario.forms.form import Form
from curnits.sim.scenario.payoffs import FieldError, by_profile, nested_shape, table


class NormalForm(Form):
    """Payoffs by profile of actions, stated in one of three ways.

    ``payoffs`` holds a table for each player, by name or in order; ``profiles`` the payoffs of all
    players in each profile; ``outcomes`` tables of named quantities for each player, valued by that
    player's entry in ``utilities``. Tables are described in
    :func:`curnits.sim.scenario.payoffs.table`.
    """

    form: Literal["normal"] = Field(default="normal", description="How the game is stated.")
    players: list[str] = Field(description="Names; left out: those in actions or payoffs.")
    actions: dict[str, list[str]] = Field(
        description="Names by player, or one list for all; left out: numbers from 0."
    )
    payoffs: dict[str, Any] | list[Any] | None = Field(
        default=None, description="Utilons: a table nested by action for each player."
    )
    profiles: dict[str, Any] | None = Field(
        default=None, description="Utilons of all players by profile; any, default: all others."
    )
    outcomes: dict[str, Any] | None = Field(
        default=None, description="Tables of quantities, in their own units, by player."
    )
    utilities: dict[str, Any] | None = Field(
        default=None, description="What values the outcomes: a function for each player."
    )

    @classmethod
    def of(cls, game: NormalGame) -> Self:
        """State a game by its payoffs."""
        payoffs = np.where(game.payoffs == 0, 0.0, game.payoffs)
        return cls.model_validate(
            {
                "players": list(game.players),
                "actions": dict(zip(game.players, map(list, game.actions), strict=True)),
                "payoffs": dict(zip(game.players, plain_numbers(payoffs.tolist()), strict=True)),
                "money": game.money,
            }
        )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: dict[str, Any]) -> dict[str, Any]:
        ways = ("payoffs", "profiles", "outcomes")
        stated = [key for key in ways if data.get(key) is not None]
        if len(stated) != 1:
            raise FieldError((), f"expected one of {listed(ways)} (found {listed(stated)})")
        if (data.get("utilities") is None) == ("outcomes" in stated):
            raise FieldError((), "utilities and outcomes belong together: expected both or neither")
        for key in ("profiles", "outcomes", "utilities"):
            check_kind(data.get(key, {}), Mapping, "keys with values", (key,))
        check_kind(data.get("payoffs", {}), Mapping | list, "a table for each player", ("payoffs",))
        players = _players(data)
        actions = _actions(data, players)
        with located("actions"):
            check_names(players, list(actions.values()))
        return {**data, "players": players, "actions": actions}

    @override
    def _build(self) -> Game:
        if self.profiles is not None:
            payoffs = by_profile(self.profiles, self.actions, len(self.players), ("profiles",))
        elif self.outcomes is not None and self.utilities is not None:
            payoffs = self._valued(self.outcomes, self.utilities)
        else:
            payoffs = self._tabulated(self.payoffs or {})
        return NormalGame(tuple(self.players), tuple(map(tuple, self.actions.values())), payoffs)

    def _tabulated(self, payoffs: Tables | list[Any]) -> NDArray[np.float64]:
        if isinstance(payoffs, Mapping):
            check_keys(payoffs, self.players, ("payoffs",))
            payoffs = {player: payoffs[player] for player in self.players}
        elif len(payoffs) != len(self.players):
            expected = f"expected a table for each of {len(self.players)} players"
            raise FieldError(("payoffs",), f"{expected} (found {len(payoffs)})")
        return np.stack(
            [table(own, self.actions, ("payoffs", key)) for key, own in _entries(payoffs)]
        )

    def _valued(self, outcomes: Tables, utilities: Tables) -> NDArray[np.float64]:
        check_keys(outcomes, self.players, ("outcomes",))
        check_keys(utilities, self.players, ("utilities",))
        payoffs = []
        for player in self.players:
            place = ("outcomes", player)
            check_kind(outcomes[player], Mapping, "a table for each quantity", place)
            amounts = {
                quantity: table(stated, self.actions, (*place, quantity))
                for quantity, stated in (outcomes[player] or {}).items()
            }
            place = ("utilities", player)
            check_kind(utilities[player], Mapping, "a function and its parameters", place)
            parameters = dict(utilities[player] or {})
            function = choose(parameters.pop("function", None), UTILITIES, (*place, "function"))
            with located(*place):
                payoffs.append(construct(function, parameters, place).value(amounts))
        return np.stack(payoffs)


def _players(data: Mapping[str, Any]) -> list[str]:
    """Return the names stated, else the keys of the actions or payoffs, else numbers from 1."""
    place = next((key for key in ("players", "actions", "payoffs") if data.get(key)), "players")
    stated = data.get(place)
    if place == "payoffs" and isinstance(stated, list):
        return [str(k + 1) for k in range(len(stated))]
    if place == "actions" and not isinstance(stated, Mapping):
        raise FieldError((), "missing: players")
    return read_names(list(stated) if isinstance(stated, Mapping) else stated, (place,))


def _actions(data: Mapping[str, Any], players: Sequence[str]) -> dict[str, list[str]]:
    """Return the names stated, else numbers from 0 as the payoffs have entries."""
    stated = data.get("actions")
    if stated is None:
        return _numbered_actions(data, players)
    if not isinstance(stated, Mapping):
        return dict.fromkeys(players, read_names(stated, ("actions",)))
    check_keys(stated, players, ("actions",))
    return {player: read_names(stated[player], ("actions", player)) for player in players}


def _numbered_actions(data: Mapping[str, Any], players: Sequence[str]) -> dict[str, list[str]]:
    if data.get("payoffs") is None:
        raise FieldError((), "missing: actions")
    place, first = next(iter(_entries(data["payoffs"])))
    shape = nested_shape(first, len(players), ("payoffs", place))
    with located("payoffs"):
        check_size(shape)
    return {
        player: [str(k) for k in range(count)] for player, count in zip(players, shape, strict=True)
    }


def _entries(tables: Tables | list[Any]) -> Iterable[tuple[str | int, Any]]:
    return tables.items() if isinstance(tables, Mapping) else enumerate(tables)
