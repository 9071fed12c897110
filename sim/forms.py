"""The forms in which a scenario file can state its game."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, fields, replace
from functools import cached_property
from typing import Any, Literal, Self, cast, override

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.games.families import FAMILIES
from sim.games.game import Game, GameError, NormalGame, check_names, check_size
from sim.games.nfg import NfgError, read_nfg
from sim.games.utility import UTILITIES, UtilityError
from sim.tables import FieldError, by_profile, nested_shape, table
from sim.yamlfile import Place, type_name

type Tables = Mapping[str, Any]


class Form(BaseModel, ABC):
    """What all forms share: never changed, and checked by building the game."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    money: bool = Field(default=False, strict=True, description="Whether utility is transferable.")

    @cached_property
    def game(self) -> Game:
        """The game, without a title."""
        return replace(self._build(), money=self.money)

    @abstractmethod
    def _build(self) -> Game: ...

    @model_validator(mode="after")
    def _check(self) -> Self:
        _ = self.game
        return self


class NormalForm(Form):
    """Payoffs by profile of actions, stated in one of three ways.

    ``payoffs`` holds a table for each player, by name or in order; ``profiles`` the payoffs of all
    players in each profile; ``outcomes`` tables of named quantities for each player, valued by that
    player's entry in ``utilities``. Tables are described in :func:`sim.tables.table`.
    """

    form: Literal["normal"] = "normal"
    players: list[str] = Field(description="Names; left out: those in actions or payoffs.")
    actions: dict[str, list[str]] = Field(
        description="Names by player, or one list for all; left out: numbers from 0."
    )
    payoffs: dict[str, Any] | list[Any] | None = None
    profiles: dict[str, Any] | None = None
    outcomes: dict[str, Any] | None = None
    utilities: dict[str, Any] | None = None

    @classmethod
    def of(cls, game: NormalGame) -> Self:
        """State a game by its payoffs."""
        payoffs = np.where(game.payoffs == 0, 0.0, game.payoffs)
        return cls.model_validate(
            {
                "players": list(game.players),
                "actions": dict(zip(game.players, map(list, game.actions), strict=True)),
                "payoffs": dict(zip(game.players, _plain(payoffs.tolist()), strict=True)),
                "money": game.money,
            }
        )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: dict[str, Any]) -> dict[str, Any]:
        ways = ("payoffs", "profiles", "outcomes")
        stated = [key for key in ways if data.get(key) is not None]
        if len(stated) != 1:
            raise FieldError((), f"expected one of {_listed(ways)} (found {_listed(stated)})")
        if (data.get("utilities") is None) == ("outcomes" in stated):
            raise FieldError((), "utilities and outcomes belong together: expected both or neither")
        for key in ("profiles", "outcomes", "utilities"):
            _check_kind(data.get(key, {}), Mapping, "keys with values", (key,))
        _check_kind(
            data.get("payoffs", {}), Mapping | list, "a table for each player", ("payoffs",)
        )
        players = _players(data)
        actions = _actions(data, players)
        with _at("actions"):
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
            _check_keys(payoffs, self.players, ("payoffs",))
            payoffs = {player: payoffs[player] for player in self.players}
        elif len(payoffs) != len(self.players):
            expected = f"expected a table for each of {len(self.players)} players"
            raise FieldError(("payoffs",), f"{expected} (found {len(payoffs)})")
        return np.stack(
            [table(own, self.actions, ("payoffs", key)) for key, own in _entries(payoffs)]
        )

    def _valued(self, outcomes: Tables, utilities: Tables) -> NDArray[np.float64]:
        _check_keys(outcomes, self.players, ("outcomes",))
        _check_keys(utilities, self.players, ("utilities",))
        payoffs = []
        for player in self.players:
            place = ("outcomes", player)
            _check_kind(outcomes[player], Mapping, "a table for each quantity", place)
            amounts = {
                quantity: table(stated, self.actions, (*place, quantity))
                for quantity, stated in outcomes[player].items()
            }
            place = ("utilities", player)
            _check_kind(utilities[player], Mapping, "a function and its parameters", place)
            parameters = dict(utilities[player])
            function = _choose(parameters.pop("function", None), UTILITIES, (*place, "function"))
            with _at(*place):
                payoffs.append(_construct(function, parameters, place).value(amounts))
        return np.stack(payoffs)


class FamilyForm(Form):
    """A member of a family of games, drawn with the family's own parameters and a seed."""

    form: Literal["family"] = "family"
    family: str = Field(description="Name of the family.")
    parameters: dict[str, Any] = Field(default={}, description="Left out: the family's defaults.")
    seed: int = Field(default=0, ge=0, strict=True, description="Seed of the game, not of the run.")

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: dict[str, Any]) -> dict[str, Any]:
        family = _choose(data.get("family"), FAMILIES, ("family",))
        given = data.get("parameters", {})
        _check_kind(given, Mapping, "keys with values", ("parameters",))
        drawn: Any = _construct(family, given, ("parameters",))
        return {**data, "parameters": {f.name: getattr(drawn, f.name) for f in fields(drawn)}}

    @override
    def _build(self) -> Game:
        family = _construct(FAMILIES[self.family], self.parameters, ("parameters",))
        with _at("parameters"):
            return family.build(np.random.default_rng(self.seed))


class NfgForm(Form):
    """A Gambit file, whose contents become part of the scenario."""

    form: Literal["nfg"] = "nfg"
    file: str = Field(default="", description="Gambit file, relative to the scenario file.")
    text: str = Field(default="", description="Contents; left out: read from the file.")

    @override
    def _build(self) -> Game:
        try:
            return read_nfg(self.text)
        except NfgError as error:
            place = "file" if self.file else "text"
            where = f"{self.file}:{error.line}" if self.file else f"line {error.line}"
            raise FieldError((place,), f"{where}: {error.problem}") from error


FORMS: Mapping[str, type[Form]] = {"normal": NormalForm, "nfg": NfgForm, "family": FamilyForm}
"""Every form of game by the name that scenario files use."""


def _players(data: Mapping[str, Any]) -> list[str]:
    """Return the names stated, else the keys of the actions or payoffs, else numbers from 1."""
    place = next((key for key in ("players", "actions", "payoffs") if data.get(key)), "players")
    stated = data.get(place)
    if place == "payoffs" and isinstance(stated, list):
        return [str(k + 1) for k in range(len(stated))]
    if place == "actions" and not isinstance(stated, Mapping):
        raise FieldError((), "missing: players")
    return _names(list(stated) if isinstance(stated, Mapping) else stated, (place,))


def _actions(data: Mapping[str, Any], players: Sequence[str]) -> dict[str, list[str]]:
    """Return the names stated, else numbers from 0 as the payoffs have entries."""
    stated = data.get("actions")
    if stated is None:
        return _numbered_actions(data, players)
    if not isinstance(stated, Mapping):
        return dict.fromkeys(players, _names(stated, ("actions",)))
    _check_keys(stated, players, ("actions",))
    return {player: _names(stated[player], ("actions", player)) for player in players}


def _numbered_actions(data: Mapping[str, Any], players: Sequence[str]) -> dict[str, list[str]]:
    if data.get("payoffs") is None:
        raise FieldError((), "missing: actions")
    place, first = next(iter(_entries(data["payoffs"])))
    shape = nested_shape(first, len(players), ("payoffs", place))
    with _at("payoffs"):
        check_size(shape)
    return {
        player: [str(k) for k in range(count)] for player, count in zip(players, shape, strict=True)
    }


def _entries(tables: Tables | list[Any]) -> Iterable[tuple[str | int, Any]]:
    return tables.items() if isinstance(tables, Mapping) else enumerate(tables)


def _names(stated: object, path: Place) -> list[str]:
    if not isinstance(stated, list) or not stated:
        raise FieldError(path, f"expected a list of names (found {type_name(stated)})")
    names: dict[str, None] = {}
    for k, entry in enumerate(stated):
        name = _name(entry, (*path, k))
        if name in names:
            raise FieldError((*path, k), f"duplicate name {name!r}")
        names[name] = None
    return list(names)


def _name(value: object, path: Place) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FieldError(path, f"expected a name, in quotes (found {type_name(value)})")
    name = str(value)
    if not name or name != name.strip() or not name.isprintable():
        raise FieldError(path, f"expected a printable name (found {name!r})")
    return name


def _choose[T](name: object, choices: Mapping[str, T], path: Place) -> T:
    if not isinstance(name, str) or name not in choices:
        found = "none" if name is None else type_name(name)
        raise FieldError(path, f"expected one of {_listed(choices)} (found {found})")
    return choices[name]


def _construct[T](kind: type[T], parameters: Tables, path: Place) -> T:
    """Build a dataclass from the parameters in a file."""
    known: Any = {field.name: field for field in fields(cast(Any, kind))}
    for key in parameters:
        if key not in known:
            raise FieldError((*path, key), f"unknown key (expected {_listed(known)})")
    for key, field in known.items():
        needed = field.default is MISSING and field.default_factory is MISSING
        if needed and key not in parameters:
            raise FieldError(path, f"missing: {key}")
    with _at(*path):
        try:
            return kind(**parameters)
        except TypeError as error:  # such as a number where a list belongs
            raise FieldError(path, f"unsuitable parameters: {error}") from error


@contextmanager
def _at(*path: str | int) -> Iterator[None]:
    """Say where in the file the parts of a game are wrong."""
    try:
        yield
    except (GameError, UtilityError) as error:
        raise FieldError(path, str(error)) from error


def _check_kind(value: object, kind: Any, expected: str, path: Place) -> None:
    if value is not None and not isinstance(value, kind):
        raise FieldError(path, f"expected {expected} (found {type_name(value)})")


def _check_keys(tables: Tables, players: Sequence[str], path: Place) -> None:
    for key in tables:
        if key not in players:
            raise FieldError((*path, key), f"unknown player (expected {_listed(players)})")
    missing = [player for player in players if player not in tables]
    if missing:
        raise FieldError(path, f"missing: {_listed(missing)}")


def _plain(value: Any) -> Any:
    """Write whole numbers as such."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none of them"
