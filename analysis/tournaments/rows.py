"""Rows of a tournament, held against its line-ups when they are read back.

Takes a tournament and tables of its folder; raises an error at the first row that no run of it has.
Called only by :mod:`curnits.analysis.tournaments.folder`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from curnits.analysis.storage.columns import Columns
from curnits.analysis.storage.seals import FolderError
from curnits.analysis.studies.execution.executor import DONE, FAILED, ID, RUNS
from curnits.analysis.tournaments.tasks import SEATS
from curnits.analysis.tournaments.tournament import Tournament

LABELS = ("game", "draw", "lineup", "replication")
"""Columns that tell line-ups apart."""

COLUMNS: Mapping[str, Columns] = {
    RUNS: {ID: str, "game": str, "draw": int, "lineup": str, "replication": int, "seed": int}
    | {"status": str, "message": str},
    SEATS: {ID: str, "player": str, "policy": str, "payoff": float, "share": float},
}
"""What tables must have."""

_MOST = 1e6
"""Largest share of payoff range, by far, that anybody could gain or lose."""


def check_runs(place: str, tournament: Tournament, runs: pd.DataFrame) -> None:
    """Check that every row is that of a line-up, and that none is there twice.

    Raises
    ------
    FolderError
        At the first that is not; the message begins with ``place``.
    """
    lineups = {lineup.id: lineup for lineup in tournament.lineups}
    for row in runs[[ID, *LABELS, "seed", "status"]].to_dict("records"):
        lineup = lineups.pop(row[ID], None)
        if lineup is None:
            raise FolderError(f"{place}: {ID}: no run {row[ID]!r:.40} is due, or not once more")
        due = {**lineup.labels, "seed": lineup.seed(tournament.section.seed)}
        for column, value in due.items():
            if row[column] != value:
                raise FolderError(f"{place}: {column}: expected {value!r} for the run {row[ID]}")
        if row["status"] not in (DONE, FAILED):
            raise FolderError(f"{place}: status: expected {DONE} or {FAILED}")


def check_seats(
    place: str, tournament: Tournament, seats: pd.DataFrame, done: Sequence[str]
) -> None:
    """Check that those who sat there have rows, seat by seat, in every run that is done.

    Raises
    ------
    FolderError
        If others have, or a share is none; the message begins with ``place``.
    """
    if (seats["share"].abs() > _MOST).any():
        raise FolderError(f"{place}: share: expected shares of payoff range")
    lineups = {lineup.id: lineup for lineup in tournament.lineups}
    due = [
        (number, player, policy)
        for number in done
        for player, policy in zip(
            tournament.seats[lineups[number].game], lineups[number].policies, strict=True
        )
    ]
    position = seats[ID].map({number: k for k, number in enumerate(done)})
    order = np.argsort(position.to_numpy(np.float64), kind="stable")
    columns = seats[[ID, "player", "policy"]].iloc[order]
    if list(columns.itertuples(index=False, name=None)) != due:
        expected = "expected a row for each seat of every run that is done, in order"
        raise FolderError(f"{place}: {expected}")
