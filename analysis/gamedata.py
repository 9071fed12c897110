"""Games of every form as plain data, complete, and back."""

from typing import Any

import numpy as np

from sim.games.bargaining import BargainingGame
from sim.games.coalitional import CoalitionalGame
from sim.games.coalitions import members
from sim.games.convex import Menu
from sim.games.game import Game, GameError, NormalGame, from_payoffs, own_actions


def stated(game: Game) -> dict[str, Any]:
    """Return what determines a game besides its title, players and money.

    Returns
    -------
    dict
        ``actions`` by player. ``payoffs`` by player, ``[action of the first]…[action of the last]``
        (of a bargaining problem: without an agreement). ``feasible``: points of a bargaining
        problem. ``coalitions``: members and points of each coalition of a coalitional game.
    """
    data: dict[str, Any] = {
        "actions": dict(zip(game.players, map(list, own_actions(game)), strict=True))
    }
    if isinstance(game, BargainingGame):
        return {**stated(game.threats), "feasible": game.feasible.points.tolist()}
    if isinstance(game, NormalGame):
        data["payoffs"] = dict(zip(game.players, game.payoffs.tolist(), strict=True))
    if isinstance(game, CoalitionalGame):
        data["coalitions"] = [
            {"members": [game.players[i] for i in members(mask)], "points": menu.points.tolist()}
            for mask, menu in sorted(game.menus.items())
        ]
    return data


def rebuilt(
    players: list[str],
    actions: dict[str, list[str]],
    payoffs: dict[str, Any] | None,
    feasible: list[list[float]] | None,
    coalitions: dict[int, list[list[float]]] | None,
) -> Game:
    """Return the game that :func:`stated` describes.

    Parameters
    ----------
    players, actions, payoffs, feasible
        As stated.
    coalitions : dict from mask to list of points

    Raises
    ------
    GameError
        If they do not make a game.
    """
    names = tuple(players)
    if coalitions is not None:
        return CoalitionalGame(names, {mask: _menu(rows) for mask, rows in coalitions.items()})
    if payoffs is None or set(names) - (actions.keys() & payoffs.keys()):
        raise GameError("expected actions and payoffs of every player")
    table = from_payoffs(
        [payoffs[player] for player in names],
        players=names,
        actions=[actions[player] for player in names],
    )
    return table if feasible is None else BargainingGame(names, table, _menu(feasible))


def _menu(rows: list[list[float]]) -> Menu:
    if len({len(row) for row in rows}) != 1:
        raise GameError("expected points of equal length")
    return Menu(np.array(rows))
