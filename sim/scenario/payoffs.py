"""Numbers over the profiles of a game, as people write them in scenario files."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from curnits.sim.errors import InputError
from curnits.sim.files.yaml import Place, type_name

ANY = "any"
DEFAULT = "default"

_NUMERAL = re.compile(
    r"[+-]?(\d{1,400}/\d{1,400}|(\d{1,400}\.?\d*|\.\d+)([eE][+-]?\d{1,3})?)", re.ASCII
)


class FieldError(InputError):
    """A value that does not fit its place.

    Parameters
    ----------
    path : tuple
        Keys and positions that lead to it from where the reading began.
    message : str
        What is wrong, what was expected and what was found.
    """

    def __init__(self, path: Place, message: str) -> None:
        super().__init__(message)
        self.path = path


def number(value: object, path: Place) -> float:
    """Return a finite number, written as such or in text, there also as a fraction (``1/3``).

    Raises
    ------
    FieldError
        For anything else.
    """
    try:
        if isinstance(value, str) and _NUMERAL.fullmatch(value.strip()):
            result = float(Fraction(value.strip()))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            result = float(value)
        else:
            result = inf
    except (ZeroDivisionError, OverflowError):
        result = inf
    if not isfinite(result):
        expected = "expected a finite number, or a fraction such as 1/3"
        raise FieldError(path, f"{expected} (found {type_name(value)})")
    return result


def nested_shape(value: object, levels: int, path: Place) -> tuple[int, ...]:
    """Return the lengths of nested lists along their first entries.

    Raises
    ------
    FieldError
        If there are fewer than ``levels`` levels.
    """
    shape: list[int] = []
    for level in range(levels):
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise FieldError(
                path + (0,) * level,
                f"expected lists nested {levels} deep, one level for each player "
                f"(found {type_name(value)} at level {level + 1})",
            )
        shape.append(len(value))
        value = value[0]
    return tuple(shape)


def table(value: object, actions: Mapping[str, Sequence[str]], path: Place) -> NDArray[np.float64]:
    """Return a number for each profile of actions, shape ``(m_1, …, m_n)``.

    Parameters
    ----------
    value : nested lists or mapping
        Lists ``[action of player 1]…[action of player n]`` of numbers, or entries as in
        :func:`by_profile`.
    actions : mapping from player to names of actions
    path : tuple
        Where the value stands, for messages.

    Raises
    ------
    FieldError
        If the lists have the wrong lengths, a name is unknown or a profile has no number.
    """
    if isinstance(value, Mapping):
        return np.asarray(by_profile(value, actions, 1, path)[0])
    shape = tuple(len(own) for own in actions.values())
    return np.array(_leaves(value, shape, path)).reshape(shape)


def by_profile(
    entries: Mapping[str, object], actions: Mapping[str, Sequence[str]], width: int, path: Place
) -> NDArray[np.float64]:
    """Return ``width`` numbers for each profile of actions, shape ``(width, m_1, …, m_n)``.

    Parameters
    ----------
    entries : mapping
        ``"action of 1, …, action of n": numbers``. In an entry, ``any`` stands for each of a
        player's actions; later entries overrule earlier ones; ``default`` is used where no entry
        applies.
    actions : mapping from player to names of actions
    width : int
        How many numbers belong to a profile; a single one need not be a list.
    path : tuple
        Where the entries stand, for messages.

    Raises
    ------
    FieldError
        If a name is unknown, an entry has the wrong length or a profile has none.
    """
    for player, own in actions.items():
        reserved = {ANY, DEFAULT} & set(own)
        if reserved:
            raise FieldError(
                path, f"{player} has an action named {reserved.pop()!r}, which is kept for entries"
            )
    shape = tuple(len(own) for own in actions.values())
    result = np.full((width, *shape), np.nan)
    ordered = sorted(entries.items(), key=lambda entry: entry[0] != DEFAULT)
    for profile, value in ordered:
        place = (*path, profile)
        where = (...,) if profile == DEFAULT else (slice(None), *_select(profile, actions, place))
        amounts = np.array(_row(value, width, place))
        result[where] = amounts.reshape(-1, *[1] * len(shape))
    holes = np.argwhere(np.isnan(result[0]))
    if len(holes):
        names = ", ".join(
            own[k] for own, k in zip(actions.values(), holes[0].tolist(), strict=True)
        )
        raise FieldError(path, f"nothing is said about {names!r}: add it, or {DEFAULT!r}")
    return result


def _leaves(value: object, shape: tuple[int, ...], path: Place) -> list[float]:
    if not shape:
        return [number(value, path)]
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != shape[0]:
        found = f"{len(value)}" if isinstance(value, list | tuple) else type_name(value)
        raise FieldError(path, f"expected a list of {shape[0]} entries (found {found})")
    return [leaf for k, item in enumerate(value) for leaf in _leaves(item, shape[1:], (*path, k))]


def _row(value: object, width: int, path: Place) -> list[float]:
    if width == 1 and not isinstance(value, list | tuple):
        return [number(value, path)]
    return _leaves(value, (width,), path)


def _select(profile: str, actions: Mapping[str, Sequence[str]], path: Place) -> list[slice]:
    names = [name.strip() for name in profile.split(",")]
    if len(names) != len(actions):
        raise FieldError(
            path,
            f"expected an action of each of the {len(actions)} players, such as "
            f"{_example(actions)} (found {len(names)})",
        )
    chosen: list[slice] = []
    for name, (player, own) in zip(names, actions.items(), strict=True):
        if name != ANY and name not in own:
            raise FieldError(
                path, f"{player} has no action {name!r} (expected {', '.join(own)} or {ANY})"
            )
        first = 0 if name == ANY else list(own).index(name)
        chosen.append(slice(first, len(own) if name == ANY else first + 1))
    return chosen


def _example(actions: Mapping[str, Sequence[str]]) -> str:
    return repr(", ".join(own[0] for own in actions.values()))
