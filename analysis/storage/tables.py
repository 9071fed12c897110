"""The tables of a run folder, read back: size, columns, types and names are checked here, once.

Takes the folder and the game that was negotiated, gives tables that figures, the page and ``check``
can rely on.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from curnits.analysis.storage.columns import Columns, check_schema, typed
from curnits.analysis.storage.folder import TABLES
from curnits.analysis.storage.seals import FolderError
from curnits.sim.files.reading import ReadingError, check_file, printable
from curnits.sim.games.coalitions import members
from curnits.sim.games.game import Game

MAX_VALUES = 100_000_000
"""Most values of a table, rows times columns: under 2 GB."""

_COLUMNS: Mapping[str, Columns] = {
    "ticks": {"tick": int}
    | dict.fromkeys(("sanding", "clearing", "regret", "traded", "destruction"), float),
    "negotiators": {"tick": int, "player": str}
    | dict.fromkeys(("payoff", "price", "entitlement", "excess", "purse"), float),
    "coalitions": {"tick": int, "coalition": str}
    | dict.fromkeys(("dividend", "worth", "regret", "menace", "cost"), float),
    "members": {"tick": int, "coalition": str, "player": str, "delivered": float, "claimed": float},
    "agreements": {"tick": int, "outcome": str, "probability": float},
    "threats": {"tick": int, "coalition": str, "joint_action": str, "probability": float},
    "trades": {"tick": int, "payer": str, "payee": str}
    | dict.fromkeys(("curnits", "given_up", "received"), float),
    "inventions": {"tick": int, "player": str, "action": str, "expected": float, "research": float},
    "offers": {"tick": int, "talk": int, "proposer": str, "player": str}
    | {"offer": float, "demand": float, "accepted": bool},
    "breakdowns": {"tick": int, "talk": int, "side": str, "gap": float, "failure": float}
    | {"carried_out": bool, "answered": bool},
    "acts": {"tick": int, "talk": int, "player": str, "act": str},
    "talks": {"talk": int, "began": int, "ended": int, "ending": str, "player": str}
    | {"payoff": float, "credibility": float},
}
"""What every table must have; columns besides are left alone."""

_PLAYERS = ("player", "payer", "payee", "proposer")
_COALITIONS = ("coalition", "side")
_ENDINGS = ("agreed", "broke down", "unfinished")


def read_tables(folder: Path, game: Game) -> dict[str, pd.DataFrame]:
    """Read the tables of a run of a game by name.

    Raises
    ------
    FolderError
        If one is missing, is no Parquet file, is too large, or does not have the columns, types,
        names and rows that the recorder writes; the message names the file and the column.
    """
    coalitions = [
        "+".join(game.players[i] for i in members(mask)) for mask in range(1, 1 << game.n)
    ]
    tables = {}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        tables[name] = read_table(path, _COLUMNS[name], "a run folder")
        for columns, names in ((_PLAYERS, game.players), (_COALITIONS, coalitions)):
            for column in columns:
                _check_names(path, tables[name], column, names)
    _check_names(folder / "talks.parquet", tables["talks"], "ending", _ENDINGS)
    _check_rows(folder, tables, game, coalitions)
    return tables


def read_table(path: Path, columns: Columns, place: str) -> pd.DataFrame:
    """Read a table that must have some columns of some types, without holes.

    Raises
    ------
    FolderError
        If it cannot be read or does not; the message names the file and the column, and where such
        a file is expected.
    """
    try:
        check_file(path)
        with path.open("rb") as file:
            stored = parquet.ParquetFile(file, pre_buffer=False)
            shape = stored.metadata
            if shape.num_rows * shape.num_columns > MAX_VALUES:
                expected = f"expected at most {MAX_VALUES:,} values"
                raise FolderError(f"{path}: the table is too large ({expected})")
            check_schema(path, stored.schema_arrow, columns, shape.num_rows)
            table = stored.read(use_threads=False)  # see parts.read_rows
            table.validate(full=True)  # of text, too: it is decoded when it is looked at
            return typed(path, table, columns)
    except ReadingError as error:
        raise FolderError(f"{error} (expected in {place})") from error
    except FolderError:
        raise
    except (OSError, ValueError, MemoryError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise FolderError(f"{printable(path)}: not a Parquet table: {reason:.200}") from error


def _check_names(path: Path, table: pd.DataFrame, column: str, known: Any) -> None:
    if column in table:
        strange = set(table[column].unique()) - set(known)
        if strange:
            found = printable(min(strange))
            raise FolderError(f"{path}: {column}: unexpected {found!r:.80}")


def _check_rows(
    folder: Path, tables: Mapping[str, pd.DataFrame], game: Game, coalitions: list[str]
) -> None:
    """Check that there is a row for each recorded tick, player and coalition, in order."""
    ticks = tables["ticks"]["tick"].to_numpy()
    if not len(ticks) or ticks[0] < 0 or (np.diff(ticks) <= 0).any():
        raise FolderError(f"{folder / 'ticks.parquet'}: tick: expected rising numbers of ticks")
    for name, column, entries in (
        ("negotiators", "player", list(game.players)),
        ("coalitions", "coalition", coalitions),
    ):
        table = tables[name]
        if len(table) != len(ticks) * len(entries) or not (
            np.array_equal(table["tick"], np.repeat(ticks, len(entries)))
            and (table[column].to_numpy() == np.tile(np.array(entries, object), len(ticks))).all()
        ):
            raise FolderError(
                f"{folder / f'{name}.parquet'}: {column}: expected a row for each in every tick of "
                "ticks.parquet, in order"
            )
    for name in ("members", "agreements", "threats", "trades"):
        if not np.isin(tables[name]["tick"], ticks).all():
            raise FolderError(
                f"{folder / f'{name}.parquet'}: tick: expected ticks of ticks.parquet"
            )
    if tables["talks"].empty:
        raise FolderError(f"{folder / 'talks.parquet'}: expected at least one talk")
