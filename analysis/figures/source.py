"""What figures are made from: a finished run, read from its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.records import Record, read_json
from analysis.runfolder import SCENARIO, SUMMARY, read_table
from analysis.runrecords import Summary
from analysis.storage.files import MANIFEST, FolderError
from sim.games.game import Game
from sim.games.ladders import Ladder
from sim.scenario import load

_COLUMNS = {
    "ticks": {"tick", "sanding", "clearing", "regret", "traded", "destruction"},
    "negotiators": {"tick", "player", "payoff", "price", "entitlement", "excess", "purse"},
    "coalitions": {"tick", "coalition", "dividend", "worth", "regret", "menace", "cost"},
    "threats": {"tick", "coalition", "joint_action", "probability"},
    "trades": {"tick", "payer", "payee", "curnits", "given_up", "received"},
    "inventions": {"tick", "player", "action"},
    "talks": {"talk", "began", "ended", "ending", "player", "payoff", "credibility"},
}


class Manifest(Record):
    """How a run was made."""

    curnits: str
    python: str
    dependencies: dict[str, str]
    seed: int
    command: list[str]


@dataclass(frozen=True, eq=False)
class RunData:
    """A finished run.

    Attributes
    ----------
    game : Game
        With all rungs of all ladders.
    ladders : tuple of Ladder
    summary : Summary
    manifest : Manifest
    tables : dict from str to DataFrame
        As :meth:`sim.recording.Recorder.tables` makes them.
    scenario : str
        The scenario file, complete.
    """

    game: Game
    ladders: tuple[Ladder, ...]
    summary: Summary
    manifest: Manifest
    tables: Mapping[str, pd.DataFrame]
    scenario: str

    @property
    def players(self) -> tuple[str, ...]:
        """Names of the players."""
        return self.game.players

    def series(self, quantity: str) -> pd.DataFrame:
        """Return a quantity of the negotiators, one row a tick and one column a player."""
        table = self.tables["negotiators"].pivot_table(
            index="tick", columns="player", values=quantity, sort=False
        )
        return table[list(self.players)]


def read_run(folder: Path) -> RunData:
    """Read a run folder.

    Raises
    ------
    ScenarioError, FolderError, RecordError
        If a file of the folder is missing, cannot be read or belongs to another run.
    """
    scenario = load(folder / SCENARIO)
    game = scenario.build()
    tables = {name: read_table(folder, name) for name in _COLUMNS}
    for name, expected in _COLUMNS.items():
        missing = expected - set(tables[name].columns)
        if missing:
            raise FolderError(f"{folder / name}.parquet: no column {min(missing)!r}")
    found = set(tables["negotiators"]["player"])
    if found != set(game.players):
        raise FolderError(
            f"{folder}/negotiators.parquet: expected the players {sorted(game.players)} of "
            f"{SCENARIO} (found {sorted(found)})"
        )
    if len(tables["coalitions"]) != len(tables["ticks"]) * ((1 << game.n) - 1):
        raise FolderError(f"{folder}/coalitions.parquet: expected a row for each coalition")
    return RunData(
        game,
        scenario.climbed,
        read_json(folder / SUMMARY, Summary),
        read_json(folder / MANIFEST, Manifest),
        tables,
        (folder / SCENARIO).read_text("utf-8"),
    )
