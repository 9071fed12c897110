"""Reading the parts of a scenario's game: names, choices, parameters, and where they are wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, fields
from typing import Any, cast

from curnits.sim.files.yaml import Place, type_name
from curnits.sim.games.game import GameError
from curnits.sim.games.utilities.utility import UtilityError
from curnits.sim.scenario.payoffs import FieldError

type Tables = Mapping[str, Any]


def read_names(stated: object, path: Place) -> list[str]:
    """Return a list of different names.

    Raises
    ------
    FieldError
        If it is none.
    """
    if not isinstance(stated, list) or not stated:
        raise FieldError(path, f"expected a list of names (found {type_name(stated)})")
    names: dict[str, None] = {}
    for k, entry in enumerate(stated):
        name = read_name(entry, (*path, k))
        if name in names:
            raise FieldError((*path, k), f"duplicate name {name!r}")
        names[name] = None
    return list(names)


def read_name(value: object, path: Place) -> str:
    """Return a printable name; a whole number is one.

    Raises
    ------
    FieldError
        If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FieldError(path, f"expected a name, in quotes (found {type_name(value)})")
    name = str(value)
    if not name or name != name.strip() or not name.isprintable():
        raise FieldError(path, f"expected a printable name (found {name!r})")
    return name


def choose[T](name: object, choices: Mapping[str, T], path: Place) -> T:
    """Return what a name stands for.

    Raises
    ------
    FieldError
        If it is not one of the choices.
    """
    if not isinstance(name, str) or name not in choices:
        found = "none" if name is None else type_name(name)
        raise FieldError(path, f"expected one of {listed(choices)} (found {found})")
    return choices[name]


def construct[T](kind: type[T], parameters: Tables, path: Place) -> T:
    """Build a dataclass from the parameters in a file.

    Raises
    ------
    FieldError
        If a parameter is unknown, missing or refused by the class.
    """
    known: Any = {field.name: field for field in fields(cast(Any, kind))}
    for key in parameters:
        if key not in known:
            raise FieldError((*path, key), f"unknown key (expected {listed(known)})")
    for key, field in known.items():
        needed = field.default is MISSING and field.default_factory is MISSING
        if needed and key not in parameters:
            raise FieldError(path, f"missing: {key}")
    with located(*path):
        try:
            return kind(**parameters)
        except TypeError as error:  # such as a number where a list belongs
            raise FieldError(path, f"unsuitable parameters: {error}") from error


@contextmanager
def located(*path: str | int) -> Iterator[None]:
    """Turn what is wrong with a part of a game into a FieldError that says where it stands."""
    try:
        yield
    except (GameError, UtilityError) as error:
        raise FieldError(path, str(error)) from error


def check_kind(value: object, kind: Any, expected: str, path: Place) -> None:
    """Check the type of a value that may also be left out.

    Raises
    ------
    FieldError
        If it is another one.
    """
    if value is not None and not isinstance(value, kind):
        raise FieldError(path, f"expected {expected} (found {type_name(value)})")


def check_keys(tables: Tables, players: Sequence[str], path: Place) -> None:
    """Check that there is an entry for each player, and no other.

    Raises
    ------
    FieldError
        If not.
    """
    for key in tables:
        if key not in players:
            raise FieldError((*path, key), f"unknown player (expected {listed(players)})")
    missing = [player for player in players if player not in tables]
    if missing:
        raise FieldError(path, f"missing: {listed(missing)}")


def plain_numbers(value: Any) -> Any:
    """Write whole numbers as such."""
    if isinstance(value, list):
        return [plain_numbers(item) for item in value]
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def listed(names: Iterable[str]) -> str:
    """Return names as a message lists them."""
    return ", ".join(names) or "none of them"
