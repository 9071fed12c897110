"""The folder of a population, checked: what does not follow from the file and the seed is named."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from command import Command

from curnits.analysis.cli.app import main

FILE = """\
title: Imitators
game:
  form: normal
  actions: {Ada: [yield, insist, hurt], Bo: [yield, insist, hurt]}
  payoffs:
    Ada: [[0, 0, -6], [10, 0, -6], [-2, -2, -8]]
    Bo: [[0, 10, -2], [0, 0, -2], [-6, -6, -8]]
negotiation:
  breakdown: {base: 0.1, every: 10}
  credibility: {start: 0.6}
run: {ticks: 60, seed: 3, tolerance: 0.05, window: 16}
population:
  rounds: 3
  imitation: 1
  network: {kind: small-world, neighbours: 2, rewired: 0.2}
  groups:
    truthful: {people: 3}
    tough: {people: 1, policy: {unyielding: {reservation: 6, patience: 2}}}
    hollow: {people: 3, resolve: 0}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("population")
    (place / "file.yaml").write_text(FILE)
    with pytest.raises(SystemExit) as ended:
        main(["population", str(place / "file.yaml"), "--quiet", "--out", str(place / "met")])
    assert not ended.value.code
    return place / "met"


@pytest.fixture
def objections(curnits: Command, folder: Path) -> Callable[..., list[str]]:
    def found(*words: str) -> list[str]:
        checked = curnits("check", folder, "--json", "--quiet", *words)
        told: list[str] = checked.json["objections"]
        assert (checked.status, checked.json["passed"]) == ((1, False) if told else (0, True))
        return told

    return found


def test_untouched_it_passes(
    curnits: Command, folder: Path, objections: Callable[..., list[str]]
) -> None:
    table = pd.read_parquet(folder / "encounters.parquet")
    assert table.groupby("person")["policy"].nunique().max() > 1  # somebody was imitated
    assert len(set(table["ending"])) > 1
    assert objections() == objections("--repeat") == []
    printed = curnits("check", folder).out.splitlines()
    assert printed[0].endswith(": population")
    assert printed[1:] == ["Passed."]


def another(cell: Any, known: "pd.Series[Any]") -> Any:
    """Return something else that could stand in a cell."""
    if isinstance(cell, str):
        return next(value for value in known if value != cell)
    return abs(cell - 0.01) if isinstance(cell, float) else cell + 1


@pytest.mark.parametrize("name", ["encounters", "people", "links"])
def test_any_cell_of_a_table(name: str, folder: Path, objections: Callable[..., list[str]]) -> None:
    file = folder / f"{name}.parquet"
    kept, table = file.read_bytes(), pd.read_parquet(file)
    for column in table:
        changed, row = table.copy(), Random(name + column).randrange(len(table))
        changed.loc[row, column] = another(table[column].tolist()[row], table[column])
        changed.to_parquet(file, index=False)
        came = column in ("ending", "payoff", "reputation")
        found = objections(*(["--repeat"] if came else []))
        place = f"{name}.parquet: {column} in row {row + 1} "
        assert any(text.startswith(place) for text in found), column
    table.iloc[:-1].to_parquet(file, index=False)
    assert any(text.startswith(f"{name}.parquet: has ") for text in objections())
    file.write_bytes(kept)


@pytest.mark.parametrize(
    ("keys", "value", "named"),
    [
        (("seed",), 4, "seed"),
        (("rounds",), 2, "encounters.parquet: has "),
        (("rounds",), 10**9, "rounds"),
        (("encounters",), 1, "encounters"),
        (("population",), "Others", "population"),
        (("groups", "hollow", "share"), 0.9, "groups.hollow.share"),
        (("groups", "hollow", "reputation"), None, "groups.hollow.reputation"),
        (("policies", "tough", "people"), 7, "policies.tough.people"),
        (("policies",), {}, "policies"),
    ],
)
def test_any_figure_of_the_summary(
    keys: tuple[str, ...],
    value: object,
    named: str,
    folder: Path,
    objections: Callable[..., list[str]],
) -> None:
    file = folder / "summary.json"
    kept = file.read_text()
    summary = target = json.loads(kept)
    for key in keys[:-1]:
        target = target[key]
    assert target[keys[-1]] != value
    target[keys[-1]] = value
    file.write_text(json.dumps(summary))
    found = objections()
    file.write_text(kept)
    assert any(text.removeprefix("summary.json: ").startswith(named) for text in found)


def test_another_seed_in_the_file_is_another_population(
    folder: Path, objections: Callable[..., list[str]]
) -> None:
    file = folder / "population.yaml"
    kept = file.read_text()
    file.write_text(kept.replace("seed: 3", "seed: 4"))
    found = objections()
    file.write_text(kept)
    assert any(text.startswith("encounters.parquet: ") for text in found)


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("links", lambda table: table.drop(columns="other"), "no column 'other'"),
        ("encounters", lambda table: table.assign(reputation=2.0), "expected probabilities"),
        ("people", lambda table: table.assign(group=1), "group: expected text"),
    ],
)
def test_damaged_tables_are_named(
    name: str,
    damage: Callable[[pd.DataFrame], pd.DataFrame],
    message: str,
    folder: Path,
    curnits: Command,
) -> None:
    file = folder / f"{name}.parquet"
    kept = file.read_bytes()
    damage(pd.read_parquet(file)).to_parquet(file, index=False)
    refused = curnits("check", folder, "--quiet")
    file.write_bytes(kept)
    assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert f"{name}.parquet: " in refused.err
    assert message in refused.err


@pytest.mark.parametrize(
    ("name", "column", "message"),
    [
        ("encounters", "person", "expected each round and person once"),
        ("encounters", "round", "expected each round and person once"),
        ("people", "person", "expected each person once"),
    ],
)
def test_people_who_are_there_twice_are_not_drawn(
    name: str, column: str, message: str, folder: Path, curnits: Command
) -> None:
    file = folder / f"{name}.parquet"
    kept = file.read_bytes()
    table = pd.read_parquet(file)
    table.assign(**{column: table[column].max()}).to_parquet(file, index=False)
    refused = curnits("plot", folder, "--quiet")
    file.write_bytes(kept)
    assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert f"{folder}: {name}.parquet: {message}" in refused.err
    assert not (folder / "figures").exists()


def test_rounds_that_never_were_are_not_drawn(folder: Path, curnits: Command) -> None:
    file = folder / "encounters.parquet"
    kept = file.read_bytes()
    pd.read_parquet(file).assign(round=lambda rows: rows["round"] + 10**12).to_parquet(file)
    refused = curnits("plot", folder, "--quiet")
    file.write_bytes(kept)
    assert refused.status == 2
    assert "encounters.parquet: round: expected numbers from 1 to 3" in refused.err
