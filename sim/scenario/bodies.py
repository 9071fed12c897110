"""Sets of payoffs that follow from what is divided, and other curved ones, in scenario files."""

from collections.abc import Mapping, Sequence
from typing import Any

from curnits.sim.files.yaml import Place
from curnits.sim.games.feasible.curved import Ellipsoid, Pie
from curnits.sim.games.feasible.economy import reach
from curnits.sim.games.feasible.menus import Menu, menu_of
from curnits.sim.games.utilities import UTILITIES, Utility
from curnits.sim.games.utilities.concave import concave
from curnits.sim.scenario.fields import check_keys, check_kind, choose, construct, listed, located
from curnits.sim.scenario.payoffs import FieldError, number
from curnits.sim.scenario.values import read_point


def read_pie(value: Mapping[str, Any], players: Sequence[str], path: Place) -> Menu:
    """Return the set that is stated by ``pie``, an amount, and ``utilities`` by player.

    Raises
    ------
    FieldError
        If it does not describe a set.
    """
    check_parts(value, ("pie", "utilities"), path)
    amount = number(value["pie"], (*path, "pie"))
    own = []
    for player, utility in read_utilities(
        value["utilities"], players, (*path, "utilities")
    ).items():
        with located(*path, "utilities", player):
            own.append(concave(utility))
    with located(*path, "pie"):
        return menu_of(Pie(amount, tuple(own)))


def read_goods(value: Mapping[str, Any], players: Sequence[str], path: Place) -> Menu:
    """Return the set that is stated by ``goods``, amounts by name, and ``utilities`` by player.

    Raises
    ------
    FieldError
        If it does not describe a set.
    """
    check_parts(value, ("goods", "utilities"), path)
    goods = read_bundle(value["goods"], (*path, "goods"))
    utilities = read_utilities(value["utilities"], players, (*path, "utilities"))
    with located(*path, "utilities"):
        return reach(goods, list(utilities.values()))


def read_bundle(stated: Any, path: Place) -> dict[str, float]:
    """Return amounts of goods by name, none of them negative.

    Raises
    ------
    FieldError
        If it is none.
    """
    check_kind(stated, Mapping, "an amount of each good", path)
    bundle = {good: number(amount, (*path, good)) for good, amount in (stated or {}).items()}
    for good, amount in bundle.items():
        if amount < 0:
            raise FieldError((*path, good), f"expected at least 0 (found {amount:g})")
    return bundle


def read_utilities(stated: Any, players: Sequence[str], path: Place) -> dict[str, Utility]:
    """Return a utility function for each player, in players' order.

    Raises
    ------
    FieldError
        If one is missing, or is none.
    """
    check_kind(stated, Mapping, "a function for each player", path)
    check_keys(stated or {}, players, path)
    return {player: _utility(stated[player], (*path, player)) for player in players}


def read_ellipsoid(value: Mapping[str, Any], players: Sequence[str], path: Place) -> Menu:
    """Return the set that is stated by ``ellipsoid``: ``centre`` and ``radii``.

    Raises
    ------
    FieldError
        If it does not describe a set.
    """
    check_parts(value, ("ellipsoid",), path)
    place = (*path, "ellipsoid")
    stated = value["ellipsoid"]
    check_kind(stated, Mapping, "centre and radii", place)
    check_parts(stated or {}, ("centre", "radii"), place)
    centre = read_point(stated["centre"], players, (*place, "centre"))
    radii = read_point(stated["radii"], players, (*place, "radii"))
    with located(*place, "radii"):
        return menu_of(Ellipsoid(centre, radii))


def _utility(stated: Any, path: Place) -> Utility:
    check_kind(stated, Mapping, "a function and its parameters", path)
    parameters = dict(stated or {})
    function = choose(parameters.pop("function", None), UTILITIES, (*path, "function"))
    return construct(function, parameters, path)


def check_parts(value: Mapping[str, Any], keys: Sequence[str], path: Place) -> None:
    """Check that a part of a file has certain keys, and no others.

    Raises
    ------
    FieldError
        If not.
    """
    for key in value:
        if key not in keys:
            raise FieldError((*path, key), f"unknown key (expected {listed(keys)})")
    for key in keys:
        if value.get(key) is None:
            raise FieldError(path, f"missing: {key}")
