"""What is in the folder of a population, written and read back.

``population.yaml`` (complete, as run), ``manifest.json``, ``summary.json`` and tables, one row an
observation: ``encounters`` (a row a person in each encounter), ``people`` (a row each: group,
resolve, neighbours) and ``links`` (a row for each pair that can talk).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from curnits.analysis.storage.folder import versions
from curnits.analysis.storage.record import Record, null_if_nan, to_json, utf8_safe
from curnits.analysis.storage.seals import seal
from curnits.analysis.storage.tables import read_table
from curnits.sim.population import Population
from curnits.sim.population.populationfile import Setting, load_population

POPULATION, SUMMARY = "population.yaml", "summary.json"

_COLUMNS: Mapping[str, Mapping[str, type]] = {
    "encounters": dict.fromkeys(("round", "person", "partner"), int)
    | dict.fromkeys(("seat", "policy", "ending"), str)
    | dict.fromkeys(("payoff", "share", "reputation"), float),
    "people": {"person": int, "group": str, "resolve": float, "neighbours": int},
    "links": {"person": int, "other": int},
}
"""What every table must have; columns besides are left alone."""


class GroupRecord(Record):
    """How people of a group, or with a policy, fared; null: none of them met anybody.

    ``people`` at the end; ``share``: mean payoff, as a share of payoff range; ``reputation``: mean,
    at the end; ``agreed``: share of their encounters that ended so.
    """

    people: int
    share: float | None
    reputation: float | None
    agreed: float | None

    @classmethod
    def of(cls, encounters: pd.DataFrame, people: int) -> Self:
        """Sum up their rows of the table of encounters."""
        last = encounters.groupby("person")["reputation"].last()
        return cls(
            people=people,
            share=null_if_nan(float(encounters["share"].mean())),
            reputation=null_if_nan(float(last.mean())),
            agreed=null_if_nan(float((encounters["ending"] == "agreed").mean())),
        )


class PopulationRecord(Record):
    """What ``population --json`` prints."""

    population: str
    seed: int
    people: int
    rounds: int
    unfinished: bool
    encounters: int
    groups: dict[str, GroupRecord]
    policies: dict[str, GroupRecord]

    @classmethod
    def of(cls, setting: Setting, population: Population) -> Self:
        """Sum up what has happened so far."""
        rows, groups = population.table(), setting.section.people
        group = rows["person"].map(dict(enumerate(groups)))
        now = [person.name for person in population.people]
        return cls(
            population=setting.scenario.title,
            seed=setting.scenario.run.seed,
            people=len(groups),
            rounds=population.rounds,
            unfinished=population.rounds < setting.section.rounds,
            encounters=len(rows) // 2,
            groups={
                name: GroupRecord.of(rows[group == name], groups.count(name))
                for name in setting.section.groups
            },
            policies={
                name: GroupRecord.of(rows[rows["policy"] == name], now.count(name))
                for name in setting.section.groups
            },
        )


@dataclass(frozen=True, eq=False)
class PopulationData:
    """What has happened in a population, read back."""

    setting: Setting
    encounters: pd.DataFrame
    people: pd.DataFrame
    links: pd.DataFrame


def write_population(
    folder: Path,
    setting: Setting,
    population: Population,
    record: PopulationRecord,
    command: Sequence[str],
) -> None:
    """Fill a folder with what has happened in a population so far."""
    (folder / POPULATION).write_text(setting.to_yaml(), encoding="utf-8")
    for name, table in tables(setting, population).items():
        content = BytesIO()
        parquet.write_table(pa.Table.from_pandas(table, preserve_index=False), content)
        (folder / f"{name}.parquet").write_bytes(content.getvalue())
    (folder / SUMMARY).write_text(to_json(record), encoding="utf-8")
    about: dict[str, Any] = {
        **versions(),
        "population": record.population,
        "seed": record.seed,
        "command": [utf8_safe(word) for word in command],
        "unfinished": record.unfinished,
    }
    seal(folder, about)


def read_population(folder: Path) -> PopulationData:
    """Read a folder.

    Raises
    ------
    FolderError, ScenarioError
        If it is not that of a population.
    """
    setting = load_population(folder / POPULATION)
    found = (
        read_table(folder / f"{name}.parquet", columns, "the folder of a population")
        for name, columns in _COLUMNS.items()
    )
    return PopulationData(setting, *found)


def tables(setting: Setting, population: Population) -> Mapping[str, pd.DataFrame]:
    """Return what has happened so far, and to whom, by name."""
    network = population.network
    people = [
        (person.number, group, person.resolve, network.degree(person.number))
        for person, group in zip(population.people, setting.section.people, strict=True)
    ]
    links = sorted(tuple(sorted(pair)) for pair in network.edges)
    return {
        "encounters": population.table(),
        "people": pd.DataFrame(people, columns=["person", "group", "resolve", "neighbours"]),
        "links": pd.DataFrame(links, columns=["person", "other"]),
    }
