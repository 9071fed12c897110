"""What every table must hold: columns by name and type, no holes, finite numbers.

Takes tables of Arrow and what is expected, gives data frames that readers can rely on. Called
wherever a table of a folder is read back.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from curnits.analysis.storage.seals import FolderError

type Columns = Mapping[str, type]
"""Types by the names of columns; columns besides may hold what they like."""

_KINDS: Mapping[type, tuple[str, Callable[[Any], bool]]] = {
    int: ("whole numbers", pa.types.is_int64),
    float: ("numbers", pa.types.is_float64),
    bool: ("truth values", pa.types.is_boolean),
    str: ("text", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind)),
}


def check_schema(place: str | Path, schema: pa.Schema, columns: Columns, rows: int) -> None:
    """Check that all columns are there, once each, with their types; without rows any types do.

    Raises
    ------
    FolderError
        If not; the message begins with ``place`` and names the column.
    """
    for name, kind in columns.items():
        if schema.names.count(name) != 1:
            raise FolderError(f"{place}: no column {name!r}, or several of that name")
        expected, fits = _KINDS[kind]
        if rows and not fits(schema.field(name).type):
            raise FolderError(f"{place}: {name}: expected {expected} ({schema.field(name).type})")


def typed(place: str | Path, table: pa.Table, columns: Columns) -> pd.DataFrame:
    """Return a table whose columns have the types they must have, a finite value in every row.

    Raises
    ------
    FolderError
        As above.
    """
    check_schema(place, table.schema, columns, table.num_rows)
    for name in columns:
        if table[name].null_count:
            raise FolderError(f"{place}: {name}: expected a value in every row")
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    if frame.empty:
        return frame.astype(dict(columns))
    for name, kind in columns.items():
        if kind is float and not np.isfinite(frame[name].to_numpy(dtype=np.float64)).all():
            raise FolderError(f"{place}: {name}: expected finite numbers")
    return frame
