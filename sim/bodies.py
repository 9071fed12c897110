"""Curved sets of payoffs as scenario files state them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.fields import check_keys, check_kind, choose, construct, listed, located
from sim.games.bodies import Ellipsoid, Pie
from sim.games.concave import Concave, concave
from sim.games.convex import Body
from sim.games.utility import UTILITIES
from sim.tables import FieldError, number
from sim.values import read_point
from sim.yamlfile import Place


def read_pie(value: Mapping[str, Any], players: Sequence[str], path: Place) -> Pie:
    """Return the set that is stated by ``pie``, an amount, and ``utilities`` by player.

    Raises
    ------
    FieldError
        If it does not describe a set.
    """
    _check_exactly(value, ("pie", "utilities"), path)
    amount = number(value["pie"], (*path, "pie"))
    utilities = value["utilities"]
    check_kind(utilities, Mapping, "a function for each player", (*path, "utilities"))
    check_keys(utilities or {}, players, (*path, "utilities"))
    own = tuple(_utility(utilities[player], (*path, "utilities", player)) for player in players)
    with located(*path, "pie"):
        return Pie(amount, own)


def read_ellipsoid(value: Mapping[str, Any], players: Sequence[str], path: Place) -> Ellipsoid:
    """Return the set that is stated by ``ellipsoid``: ``centre`` and ``radii``.

    Raises
    ------
    FieldError
        If it does not describe a set.
    """
    _check_exactly(value, ("ellipsoid",), path)
    place = (*path, "ellipsoid")
    stated = value["ellipsoid"]
    check_kind(stated, Mapping, "centre and radii", place)
    _check_exactly(stated or {}, ("centre", "radii"), place)
    centre = read_point(stated["centre"], players, (*place, "centre"))
    radii = read_point(stated["radii"], players, (*place, "radii"))
    with located(*place, "radii"):
        return Ellipsoid(centre, radii)


BODIES: Mapping[str, Callable[[Mapping[str, Any], Sequence[str], Place], Body]] = {
    "pie": read_pie,
    "ellipsoid": read_ellipsoid,
}
"""Every curved set by the key that states it."""


def _utility(stated: Any, path: Place) -> Concave:
    check_kind(stated, Mapping, "a function and its parameters", path)
    parameters = dict(stated or {})
    function = choose(parameters.pop("function", None), UTILITIES, (*path, "function"))
    utility = construct(function, parameters, path)
    with located(*path):
        return concave(utility)


def _check_exactly(value: Mapping[str, Any], keys: Sequence[str], path: Place) -> None:
    for key in value:
        if key not in keys:
            raise FieldError((*path, key), f"unknown key (expected {listed(keys)})")
    for key in keys:
        if value.get(key) is None:
            raise FieldError(path, f"missing: {key}")
