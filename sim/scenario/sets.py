"""What a coalition can reach, as scenario files state it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.sim.files.yaml import Place, type_name
from curnits.sim.games.feasible.menus import Menu, corners, distinct
from curnits.sim.registry import Registry
from curnits.sim.scenario.fields import listed, located
from curnits.sim.scenario.payoffs import FieldError, number
from curnits.sim.scenario.values import Vector, by_player, read_point

BODIES = Registry[Callable[[Mapping[str, Any], Sequence[str], Place], Menu]](
    __package__,
    {
        "pie": "bodies:read_pie",
        "goods": "bodies:read_goods",
        "ellipsoid": "bodies:read_ellipsoid",
    },
)
"""What is divided, and other curved sets, by the key that states it."""

_LIMIT = ("at most", "weights")
_LIMITS = ("limits", *_LIMIT, "at least")


def read_menu(value: object, players: Sequence[str], path: Place) -> Menu:
    """Return what some players can reach together.

    Parameters
    ----------
    value : list, mapping or number
        - ``[[1, 2], [3, 0]]``: points, payoffs in the order of the players; a single point may
          stand alone, and for a single player a number. Mixtures are possible too.
        - ``{at most: b, weights: {player: w}}``, or ``limits`` with a list of such: weighted sums
          of payoffs and what they may be at most; weights left out are all 1, those of players left
          out 0. ``at least`` gives the lowest payoffs, one number or by player; left out: 0.
        - a key of :data:`BODIES`: what is divided, or a curved set.
    players : sequence of str
    path : tuple
        Where the value stands, for messages.

    Raises
    ------
    FieldError
        If it is none of these, or the set is empty or not bounded.
    """
    if isinstance(value, Mapping):
        for key in BODIES:
            if key in value:
                return BODIES[key](value, players, path)
        for key in value:
            if key not in _LIMITS:
                expected = listed((*_LIMITS, *BODIES))
                raise FieldError((*path, key), f"unknown key (expected {expected})")
        with located(*path):
            return Menu(corners(*_limits(value, players, path), _lowest(value, players, path)))
    if not isinstance(value, list):
        if len(players) == 1:
            return Menu(np.array([[number(value, path)]]))
        raise FieldError(path, f"expected points or limits (found {type_name(value)})")
    if not value:
        raise FieldError(path, "expected at least one point (found an empty list)")
    if not isinstance(value[0], list):
        return Menu(read_point(value, players, path)[None])
    points = [read_point(entry, players, (*path, k)) for k, entry in enumerate(value)]
    return Menu(distinct(np.array(points)))


def _limits(
    value: Mapping[str, Any], players: Sequence[str], path: Place
) -> tuple[NDArray[np.float64], Vector]:
    """Return weights ``(m, k)`` and what the weighted sums may be at most ``(m,)``."""
    stated = value.get("limits")
    if stated is None:
        entries: list[tuple[Place, Any]] = [(path, {k: value[k] for k in _LIMIT if k in value})]
    elif "at most" in value or "weights" in value:
        raise FieldError(path, "expected either limits or at most (found both)")
    elif not isinstance(stated, list) or not stated:
        raise FieldError((*path, "limits"), f"expected a list (found {type_name(stated)})")
    else:
        entries = [((*path, "limits", k), entry) for k, entry in enumerate(stated)]
    rows, bounds = [], []
    for place, entry in entries:
        if not isinstance(entry, Mapping) or "at most" not in entry or set(entry) - set(_LIMIT):
            raise FieldError(place, "expected a limit: at most, and perhaps weights")
        bounds.append(number(entry["at most"], (*place, "at most")))
        weights = entry.get("weights")
        if isinstance(weights, Mapping):
            rows.append(by_player(weights, players, (*place, "weights")))
        elif weights is None:
            rows.append(np.ones(len(players)))
        else:
            rows.append(read_point(weights, players, (*place, "weights")))
    return np.array(rows), np.array(bounds)


def _lowest(value: Mapping[str, Any], players: Sequence[str], path: Place) -> Vector:
    stated, place = value.get("at least", 0), (*path, "at least")
    if isinstance(stated, Mapping):
        return by_player(stated, players, place)
    if isinstance(stated, list):
        return read_point(stated, players, place)
    return np.full(len(players), number(stated, place))
