"""Registries: rows by name, each of which is imported when it is first asked for.

A package lists, in one line a row, where in its own modules each row stands; what is not used costs
no time. Takes names, gives rows. Commands, concepts, families and policies are listed so.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, NamedTuple, cast, override

from curnits.sim.errors import InputError


def row_named[T](rows: Mapping[str, T], name: str, kind: str, error: type[InputError]) -> T:
    """Return a row by its name.

    Parameters
    ----------
    rows : mapping from str to row
    name : str
    kind : str
        What the rows are, for the message.
    error : type

    Raises
    ------
    InputError
        The given one, if there is no row of that name.
    """
    if name not in rows:
        raise error(f"unknown {kind} {name!r} (expected one of {', '.join(rows)})")
    return rows[name]


class _Place(NamedTuple):
    """Where a row stands: a module, and its name there."""

    module: str
    name: str


class Registry[T](MutableMapping[str, T]):
    """Rows by name, in the order in which they are listed.

    Parameters
    ----------
    package : str
        Whose modules hold the rows.
    places : mapping from str to str
        Where each row stands: ``"module:name"``, the module inside the package.

    Examples
    --------
    >>> rows = Registry[type]("curnits.sim", {"input": "errors:InputError"})
    >>> rows["input"].__name__
    'InputError'
    """

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        self._rows: dict[str, T | _Place] = {}
        for row, place in places.items():
            module, name = place.split(":")
            self._rows[row] = _Place(f"{package}.{module}", name)

    @override
    def __getitem__(self, name: str) -> T:
        row: Any = self._rows[name]
        if isinstance(row, _Place):
            row = self._rows[name] = getattr(import_module(row.module), row.name)
        return cast(T, row)

    @override
    def __setitem__(self, name: str, row: T) -> None:
        self._rows[name] = row

    @override
    def __delitem__(self, name: str) -> None:
        del self._rows[name]

    @override
    def __contains__(self, name: object) -> bool:
        return name in self._rows

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    @override
    def __len__(self) -> int:
        return len(self._rows)
