"""Tables as CSV files, for programs and for spreadsheets."""

import pandas as pd

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv(table: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a CSV file, with a heading and no index.

    Spreadsheets take text that begins like a formula for one, and would evaluate a player's name;
    such text, headings too, gets an apostrophe in front, which makes them show it as it is.
    """
    quoted = table.rename(columns=_quoted)
    for k, (_, column) in enumerate(table.items()):
        if not pd.api.types.is_numeric_dtype(column):
            quoted.isetitem(k, [_quoted(value) for value in column])
    return quoted.to_csv(index=False, lineterminator="\n").encode()


def _quoted(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
