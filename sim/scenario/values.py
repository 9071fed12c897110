"""Payoffs of several players, as scenario files state them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from curnits.sim.files.yaml import Place, type_name
from curnits.sim.scenario.fields import listed
from curnits.sim.scenario.payoffs import FieldError, number

type Vector = NDArray[np.float64]


def read_point(value: object, players: Sequence[str], path: Place) -> Vector:
    """Return a payoff for each player, stated in order or by name, shape ``(k,)``.

    Raises
    ------
    FieldError
        If it is none.
    """
    if isinstance(value, Mapping):
        missing = [player for player in players if player not in value]
        if missing:
            raise FieldError(path, f"missing: {listed(missing)}")
        return by_player(value, players, path)
    if not isinstance(value, list) or len(value) != len(players):
        found = len(value) if isinstance(value, list) else type_name(value)
        raise FieldError(path, f"expected a payoff for each of {listed(players)} (found {found})")
    return np.array([number(entry, (*path, k)) for k, entry in enumerate(value)])


def by_player(amounts: Mapping[str, object], players: Sequence[str], path: Place) -> Vector:
    """Return amounts by name, those left out being 0, shape ``(k,)``.

    Raises
    ------
    FieldError
        If a name is unknown, or an amount no number.
    """
    for player in amounts:
        if player not in players:
            raise FieldError((*path, player), f"unknown player (expected {listed(players)})")
    return np.array([number(amounts.get(p, 0), (*path, p)) for p in players])
