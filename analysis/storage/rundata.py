"""What figures are made from: a finished run, read from its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd

from curnits.analysis.judging.judge import aim, judge
from curnits.analysis.storage.folder import SCENARIO, SUMMARY, manifest
from curnits.analysis.storage.record import Record, read_json
from curnits.analysis.storage.runs import Summary
from curnits.analysis.storage.seals import MANIFEST
from curnits.analysis.storage.tables import read_tables
from curnits.sim.files.reading import read_text
from curnits.sim.files.yaml import MAX_CHARACTERS
from curnits.sim.games.game import Game
from curnits.sim.games.ladders import Ladder
from curnits.sim.running import Run
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.scenario import Scenario


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
        As :meth:`curnits.sim.recording.tables.Record.tables` makes them.
    scenario : str
        The scenario file, complete.
    file : Scenario
        The same, read.
    """

    game: Game
    ladders: tuple[Ladder, ...]
    summary: Summary
    manifest: Manifest
    tables: Mapping[str, pd.DataFrame]
    scenario: str
    file: Scenario

    @classmethod
    def of(cls, scenario: Scenario, run: Run) -> Self:
        """Judge a run in memory, and return it as if it had been read from its folder.

        Parameters
        ----------
        scenario : Scenario
            What was negotiated, and how.
        run : Run
        """
        game = scenario.build()
        judgement = judge(game, run, aim(game, scenario.negotiation))
        return cls(
            game,
            scenario.ladder_list,
            Summary.of(scenario.title, scenario, run, judgement),
            Manifest.model_validate(manifest(scenario, [])),
            run.tables,
            scenario.to_yaml(),
            scenario,
        )

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
    return RunData(
        game,
        scenario.ladder_list,
        read_json(folder / SUMMARY, Summary, game.players),
        read_json(folder / MANIFEST, Manifest),
        read_tables(folder, game),
        read_text(folder / SCENARIO, MAX_CHARACTERS),
        scenario,
    )
