"""The JSON in which solutions are written and read; unknown keys are kept out of the way."""

from collections.abc import Iterable, Sequence
from json import dumps
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, ValidationInfo

from curnits.analysis.solution import Vector
from curnits.sim.errors import InputError
from curnits.sim.files.json import MAX_BYTES, JsonError, parse
from curnits.sim.files.reading import ReadingError, read_text
from curnits.sim.files.yaml import type_name
from curnits.sim.games.coalitions import Mask
from curnits.sim.games.game import Game


class RecordError(InputError):
    """A JSON file that does not hold what was expected; the message names the file and the key."""


class Record(BaseModel):
    """What all records share."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)


def _known_players[A](amounts: dict[str, A], info: ValidationInfo) -> dict[str, A]:
    """Return what there is of each player if these are the game's; see :func:`read_json`."""
    if info.context and amounts.keys() != set(info.context):
        raise ValueError(f"expected {list(info.context)}, not {list(amounts)}")
    return amounts


type ByPlayer[A] = Annotated[dict[str, A], AfterValidator(_known_players)]
"""Something of each player."""


def by_player(game: Game, amounts: Iterable[float]) -> dict[str, float]:
    """Return amounts of shape ``(n,)`` by player."""
    return {player: float(x) for player, x in zip(game.players, amounts, strict=True)}


def vector(game: Game, amounts: dict[str, float], key: str) -> Vector:
    """Return amounts by player as an array of shape ``(n,)``.

    Raises
    ------
    RecordError
        If the players are not those of the game; ``key`` says where.
    """
    if amounts.keys() != set(game.players):
        raise RecordError(f"{key}: expected {list(game.players)} (found {list(amounts)})")
    return np.array([amounts[player] for player in game.players])


def null_if_nan(amount: float) -> float | None:
    """Return an amount, or None for NaN."""
    return amount if isfinite(amount) else None


def to_json(value: BaseModel | dict[str, Any]) -> str:
    """Return a record as indented JSON in ASCII, which any terminal can show, numbers exact."""
    plain = value.model_dump() if isinstance(value, BaseModel) else value
    return dumps(plain, indent=2, allow_nan=False) + "\n"


def utf8_safe(name: object) -> str:
    """Return text that can be written as UTF-8, also of a file name that is not."""
    return str(name).encode("utf-8", "backslashreplace").decode("utf-8")


def read_json[R: Record](path: Path, kind: type[R], players: Sequence[str] = ()) -> R:
    """Read a record from a file.

    What is said of each player must be so of these ones, if any are given.

    Raises
    ------
    RecordError
        If the file cannot be read, is not JSON, or does not hold such a record.
    """
    try:
        return kind.model_validate(parse(read_text(path, MAX_BYTES)), context=tuple(players))
    except ReadingError as error:
        raise RecordError(str(error)) from error
    except JsonError as error:
        where = f"{path}:{error.place}" if error.place.isdecimal() else f"{path}: {error.place}"
        raise RecordError(f"{where}: {error}" if error.place else f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        message = first["msg"].replace("Input should be", "expected").removeprefix("Value error, ")
        raise RecordError(
            f"{path}: {key}: {message} (found {type_name(first['input'])})"
            if key
            else f"{path}: expected an object with keys (found {type_name(first['input'])})"
        ) from error


def mask_of(players: Sequence[str], names: list[str], key: str) -> Mask:
    """Return the coalition of the players with these names.

    Raises
    ------
    RecordError
        If there is none; ``key`` says where.
    """
    if set(names) - set(players) or not names or len(set(names)) < len(names):
        raise RecordError(f"{key}: expected some of {list(players)} (found {names})")
    return sum(1 << players.index(name) for name in names)
