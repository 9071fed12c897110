"""Coalitional games as scenario files state them: what every coalition can reach by itself."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, override

import numpy as np
from pydantic import Field, model_validator

from curnits.sim.files.yaml import Place
from curnits.sim.games.coalitional import CoalitionalGame, worths_as_menus
from curnits.sim.games.coalitions import Mask, grand, members
from curnits.sim.games.feasible.economy import reach
from curnits.sim.games.feasible.menus import Menu
from curnits.sim.games.game import Game
from curnits.sim.scenario.bodies import check_parts, read_bundle, read_utilities
from curnits.sim.scenario.fields import check_keys, check_kind, listed, located, read_names
from curnits.sim.scenario.forms.form import Form
from curnits.sim.scenario.payoffs import FieldError, number
from curnits.sim.scenario.sets import read_menu

MAX_PLAYERS = 12
"""Most players of a coalitional game: 4,095 coalitions."""

_JOINER = "+"


class CoalitionalForm(Form):
    """What every coalition can reach by itself.

    ``v`` gives its worth in money, ``V`` its payoffs; in an ``economy`` members divide the goods
    they own among themselves.

    Coalitions are written as names joined by ``+``, in any order; where all names are single
    characters, also without. ``V`` is stated as in :func:`curnits.sim.scenario.sets.read_menu`,
    with payoffs in the
    order of the names. Players who are left out get 0 alone, and members of a coalition that is
    left out can do no more together than each alone; all players together must be stated.
    """

    form: Literal["coalitional"] = Field(
        default="coalitional", description="How the game is stated."
    )
    players: list[str] = Field(description="Names; left out: those in the coalitions' names.")
    v: dict[str, Any] | None = Field(default=None, description="Worths; implies money.")
    V: dict[str, Any] | None = Field(default=None, description="Points or limits by coalition.")
    economy: dict[str, Any] | None = Field(
        default=None, description="Endowments with goods, and utilities, by player."
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: dict[str, Any]) -> dict[str, Any]:
        ways = ("v", "V", "economy")
        stated = [key for key in ways if data.get(key) is not None]
        if len(stated) != 1:
            raise FieldError((), f"expected one of {listed(ways)} (found {listed(stated)})")
        key = stated[0]
        check_kind(data[key], Mapping, "an entry for each coalition", (key,))
        money = data.get("money", key == "v")
        if key == "v" and money is False:
            raise FieldError(("money",), "worths v are in money (expected true, or V)")
        players = data.get("players")
        if players is None:
            players = _owners(data[key]) if key == "economy" else _mentioned(data[key])
        players = read_names(players, ("players",))
        if len(players) > MAX_PLAYERS:
            raise FieldError(
                (), f"too many players: at most {MAX_PLAYERS} can form coalitions ({len(players)})"
            )
        return {**data, "players": players, "money": money}

    @override
    def _build(self) -> Game:
        if self.v is not None:
            menus = self._worth(self.v)
        elif self.V is not None:
            menus = self._reach(self.V)
        else:
            menus = self._trade(self.economy or {})
        with located():
            return CoalitionalGame(tuple(self.players), menus)

    def _worth(self, stated: Mapping[str, Any]) -> dict[Mask, Menu]:
        n = len(self.players)
        given = {
            mask: number(stated[key], ("v", key))
            for mask, (key, _) in self._by_coalition(stated, "v").items()
        }
        alone = np.array([given.get(1 << i, 0.0) for i in range(n)])
        worths = np.zeros(1 << n)
        for mask in range(1, 1 << n):
            worths[mask] = given.get(mask, float(alone[list(members(mask))].sum()))
        return worths_as_menus(n, worths)

    def _reach(self, stated: Mapping[str, Any]) -> dict[Mask, Menu]:
        found = {}
        for mask, (key, order) in self._by_coalition(stated, "V").items():
            menu = read_menu(stated[key], [self.players[i] for i in order], ("V", key))
            with located("V", key):
                found[mask] = menu.rearranged([order.index(i) for i in members(mask)])
        alone = np.zeros(len(self.players))
        for i in range(len(alone)):
            if 1 << i in found:
                alone[i] = found[1 << i].points.max()
        for mask in range(1, 1 << len(alone)):
            found.setdefault(mask, Menu(alone[None, list(members(mask))]))
        return found

    def _trade(self, stated: Mapping[str, Any]) -> dict[Mask, Menu]:
        check_parts(stated, ("endowments", "utilities"), ("economy",))
        place = ("economy", "endowments")
        check_keys(stated["endowments"], self.players, place)
        owned = [read_bundle(stated["endowments"][p], (*place, p)) for p in self.players]
        place = ("economy", "utilities")
        utilities = list(read_utilities(stated["utilities"], self.players, place).values())
        goods = list(dict.fromkeys(good for bundle in owned for good in bundle))
        menus = {}
        for mask in range(1, 1 << len(owned)):
            inside = members(mask)
            pooled = {good: sum(owned[i].get(good, 0.0) for i in inside) for good in goods}
            with located(*place):
                menus[mask] = reach(pooled, [utilities[i] for i in inside])
        return menus

    def _by_coalition(
        self, stated: Mapping[str, Any], field: str
    ) -> dict[Mask, tuple[str, list[int]]]:
        """Return the key that states each coalition, and its members in the order of the key."""
        found: dict[Mask, tuple[str, list[int]]] = {}
        for key in stated:
            order = _members(key, self.players, (field, key))
            mask = sum(1 << i for i in order)
            if mask in found:
                raise FieldError((field, key), f"the same coalition as {found[mask][0]!r}")
            found[mask] = (key, order)
        if grand(len(self.players)) not in found:
            everybody = _JOINER.join(self.players)
            raise FieldError((field,), f"missing: all players together, {everybody!r}")
        return found


def _members(key: str, players: Sequence[str], path: Place) -> list[int]:
    """Return the players that the name of a coalition lists, in its order."""
    names = [name.strip() for name in key.split(_JOINER)]
    if not set(names) <= set(players) and len(names) == 1:
        names = list(key)
    for k, name in enumerate(names):
        if name not in players:
            raise FieldError(
                path, f"unknown player {name!r} (expected names joined by +: {listed(players)})"
            )
        if name in names[:k]:
            raise FieldError(path, f"{name!r} is named twice")
    return [players.index(name) for name in names]


def _mentioned(coalitions: Mapping[str, Any]) -> list[str]:
    """Return the names in the names of coalitions, in order of appearance."""
    joined = any(_JOINER in key for key in coalitions)
    names = (
        name.strip() for key in coalitions for name in (key.split(_JOINER) if joined else list(key))
    )
    return list(dict.fromkeys(names))


def _owners(economy: Mapping[str, Any]) -> list[str]:
    """Return the names of those who own goods."""
    check_kind(economy.get("endowments"), Mapping, "goods by player", ("economy", "endowments"))
    return list(economy.get("endowments") or {})
