"""Games of every form as plain data, complete, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from curnits.analysis.storage.record import Record, RecordError, mask_of
from curnits.sim.games.bargaining import BargainingGame
from curnits.sim.games.coalitional import CoalitionalGame
from curnits.sim.games.coalitions import Mask, members
from curnits.sim.games.feasible.menus import Menu, menu_of, shortfall
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import NormalGame, from_payoffs, own_actions
from curnits.sim.games.rounding import SAME_PAYOFF
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.sets import read_menu


@dataclass(frozen=True)
class Reach:
    """What a coalition can choose from, as plain data.

    Attributes
    ----------
    points : list of list of float
        Payoffs in players' order; of a curved set those beyond the ones that are always known.
    body : dict or None
        The curved set, as in scenario files; None if there is no more than the points.
    """

    points: list[list[float]]
    body: dict[str, Any] | None

    @classmethod
    def of(cls, menu: Menu, players: Sequence[str]) -> "Reach":
        """Write a menu of some players."""
        if menu.body is None:
            return cls(menu.points.tolist(), None)
        known = len(menu_of(menu.body).points)
        return cls(menu.points[known:].tolist(), menu.body.as_scenario(tuple(players)))

    def menu(self, players: Sequence[str]) -> Menu:
        """Read the menu back.

        Raises
        ------
        GameError
            If points are of unequal length, or not in the set.
        """
        if any(len(point) != len(players) for point in self.points):
            raise GameError(f"expected points with a payoff for each of {list(players)}")
        points = np.array(self.points).reshape(-1, len(players))
        if self.body is None:
            return Menu(points)
        try:
            known = read_menu(self.body, players, ())
        except FieldError as error:
            place = ".".join(map(str, error.path))
            raise GameError(f"{place}: {error}" if place else str(error)) from error
        for point in points:
            if shortfall(known, point) > SAME_PAYOFF:
                raise GameError(f"the point {point.tolist()} is not in the set")
        return Menu(np.vstack([known.points, points]), known.body)


def game_data(game: Game) -> dict[str, Any]:
    """Return what determines a game besides its title, players and money.

    Returns
    -------
    dict
        ``actions`` by player. ``payoffs`` by player, ``[action of the first]…[action of the last]``
        (of a bargaining problem: without an agreement). ``feasible``, the reach of all players in a
        bargaining problem. ``coalitions``, the reach of each coalition of a coalitional game.
    """
    if isinstance(game, BargainingGame):
        return {
            **game_data(game.threats),
            "feasible": _reach_data(game, game.feasible, (1 << game.n) - 1),
        }
    data: dict[str, Any] = {
        "actions": dict(zip(game.players, map(list, own_actions(game)), strict=True))
    }
    if isinstance(game, NormalGame):
        data["payoffs"] = dict(zip(game.players, game.payoffs.tolist(), strict=True))
    if isinstance(game, CoalitionalGame):
        data["coalitions"] = [
            _reach_data(game, menu, mask) for mask, menu in sorted(game.menus.items())
        ]
    return data


def _reach_data(game: Game, menu: Menu, mask: Mask) -> dict[str, Any]:
    names = [game.players[i] for i in members(mask)]
    reach = Reach.of(menu, names)
    return {"members": names, "points": reach.points, "body": reach.body}


def rebuilt(
    players: Sequence[str],
    actions: Mapping[str, list[str]],
    payoffs: Mapping[str, Any] | None,
    feasible: Reach | None,
    coalitions: Mapping[Mask, Reach] | None,
) -> Game:
    """Return the game that :func:`game_data` describes.

    Parameters
    ----------
    players, actions, payoffs, feasible, coalitions
        As stated, coalitions by mask.

    Raises
    ------
    GameError
        If they do not make a game.
    """
    names = tuple(players)
    if coalitions is not None:
        return CoalitionalGame(
            names,
            {
                mask: reach.menu([names[i] for i in members(mask)])
                for mask, reach in coalitions.items()
            },
        )
    if payoffs is None or set(names) - (actions.keys() & payoffs.keys()):
        raise GameError("expected actions and payoffs of every player")
    table = from_payoffs(
        [payoffs[player] for player in names],
        players=names,
        actions=[actions[player] for player in names],
    )
    return table if feasible is None else BargainingGame(names, table, feasible.menu(names))


class ReachRecord(Record):
    """What a coalition can choose from; see :class:`curnits.analysis.storage.games.Reach`."""

    members: list[str]
    points: list[list[float]]
    body: dict[str, Any] | None

    @property
    def reach(self) -> Reach:
        """The same without the members."""
        return Reach(self.points, self.body)

    @property
    def unrefined(self) -> Self:
        """The same without points that were added to those of a curved set."""
        return self if self.body is None else self.model_copy(update={"points": []})


class GameRecord(Record):
    """A game, complete; see :func:`curnits.analysis.storage.games.game_data`."""

    title: str
    players: list[str]
    actions: dict[str, list[str]]
    form: str
    money: bool
    payoffs: dict[str, Any] | None = None
    feasible: ReachRecord | None = None
    coalitions: list[ReachRecord] | None = None

    @classmethod
    def of(cls, game: Game, form: str) -> Self:
        """Write a game that a scenario stated in some form."""
        return cls.model_validate(
            {
                "title": game.title,
                "players": list(game.players),
                "form": form,
                "money": game.money,
                **game_data(game),
            }
        )

    @property
    def unrefined(self) -> Self:
        """The same game, without points of curved frontiers that an answer needs."""
        menus = self.coalitions and [entry.unrefined for entry in self.coalitions]
        feasible = self.feasible and self.feasible.unrefined
        return self.model_copy(update={"coalitions": menus, "feasible": feasible})

    def game(self) -> Game:
        """Read the game back.

        Raises
        ------
        RecordError
            If the record does not make a game.
        """
        reach = self.coalitions and {
            mask_of(self.players, entry.members, f"game.coalitions.{k}.members"): entry.reach
            for k, entry in enumerate(self.coalitions)
        }
        try:
            found = rebuilt(
                self.players,
                self.actions,
                self.payoffs,
                None if self.feasible is None else self.feasible.reach,
                reach or None,
            )
        except GameError as error:
            raise RecordError(f"game: {error}") from error
        return replace(found, money=self.money, title=self.title)
