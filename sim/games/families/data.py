"""Published figures that families of games are computed from: ``scenarios/data/*.csv``.

Called by the families that need them.
"""

import csv
from importlib.resources import files

from curnits.sim.games.families.base import FamilyError

type Row = dict[str, str]


def read_rows(name: str) -> list[Row]:
    """Return the rows of a table of the catalogue, as text by column.

    Raises
    ------
    FamilyError
        If a cell is missing.
    """
    text = files("curnits.scenarios").joinpath("data", name).read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise FamilyError(f"{name}:{number}: a row needs {len(rows[0])} cells")
    return rows
