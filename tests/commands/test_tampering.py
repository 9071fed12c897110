"""Every figure that ``check`` vouches for is computed anew: a changed one does not pass."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from command import Command

from curnits.analysis.checking import answers
from curnits.analysis.cli.app import main
from curnits.analysis.concepts import solve
from curnits.analysis.storage.folder import TABLES
from curnits.analysis.storage.solutions import SolutionRecord
from curnits.sim.scenario.loading import find, load

SAMPLE = 20
"""Figures of each file that are changed, one at a time."""

SOLUTIONS = {
    "coco": ("hot-dog-stands",),
    "certified": ("hot-dog-stands", "--certify"),
    "money": ("hot-dog-stands-with-money",),
    "sets": ("banker",),
    "nash": ("threat-game", "--concept", "nash", "--disagreement", "1,0"),
}

type Place = tuple[str | int, ...]


def figures(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield numbers, and text that is one, with their places."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from figures(item, (*place, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place, value * 1.01 + (1 if isinstance(value, int) else 0.01)
    elif isinstance(value, str) and value.replace("/", "").isdecimal():
        yield place, "2/7"


def tampered(data: Any) -> Iterator[tuple[str, Any]]:
    """Yield copies of data with another figure each; the game is given, and not in question."""
    found = [entry for entry in figures(data) if "game" not in entry[0]]
    for place, value in Random(1).sample(found, min(SAMPLE, len(found))):
        changed = deepcopy(data)
        parent = changed
        for key in place[:-1]:
            parent = parent[key]
        parent[place[-1]] = value
        yield ".".join(map(str, place)), changed


@pytest.mark.parametrize("name", SOLUTIONS)
def test_solution(name: str, curnits: Command, tmp_path: Path) -> None:
    solved = curnits("solve", *SOLUTIONS[name], "--json", "--quiet").json
    file = tmp_path / "solution.json"
    file.write_text(json.dumps(solved))
    assert curnits("check", file).status == 0
    for place, changed in tampered(solved):
        file.write_text(json.dumps(changed))
        assert curnits("check", file).status > 0, place


def test_run_folder(curnits: Command, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    curnits("run", "hot-dog-stands", "--quiet", "--out", folder)
    file = folder / "summary.json"
    summary = json.loads(file.read_text())
    assert curnits("check", folder).status == 0
    for place, changed in tampered(summary):
        file.write_text(json.dumps(changed))
        assert curnits("check", folder).status > 0, place


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded") / "run"
    scenario = load(find("noisy-inventors")).with_run(ticks=150, seed=3)
    source = folder.with_name("short.yaml")
    source.write_text(scenario.to_yaml())
    with pytest.raises(SystemExit):
        main(["run", str(source), "--quiet", "--out", str(folder)])
    return folder


@pytest.mark.parametrize("name", TABLES)
def test_any_cell_of_a_table(name: str, recorded: Path, curnits: Command) -> None:
    """A cell in every column of figures at once: each is named."""
    file = recorded / f"{name}.parquet"
    kept = file.read_bytes()
    table = pd.read_parquet(file)
    if table.empty:  # nothing of that kind happened
        return
    changed, columns = table.copy(), table.select_dtypes("float").columns
    for column in columns:
        changed.loc[Random(name + column).randrange(len(table)), column] += 0.01
    changed.to_parquet(file, index=False)
    found = curnits("check", "--repeat", recorded, "--json", "--quiet").json["objections"]
    for column in columns:
        assert any(text.startswith(f"{name}.parquet: {column} in row") for text in found), column
    table.iloc[:-1].to_parquet(file, index=False)
    assert curnits("check", "--repeat", recorded, "--quiet").status > 0
    file.write_bytes(kept)


def test_a_run_repeats_itself(recorded: Path, curnits: Command) -> None:
    found = curnits("check", "--repeat", recorded, "--json", "--quiet").json
    assert not [text for text in found["objections"] if "parquet" in text]


def test_solutions_are_not_repeated(curnits: Command, tmp_path: Path) -> None:
    done = curnits("check", "--repeat", tmp_path / "solution.json")
    assert done.status == 2
    assert "--repeat is for run folders" in done.err


def test_shortfall(curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is compared with is not solved for twice here, as it is by ``check``."""
    game = load(find("strategic-banker")).build()
    found = solve(game, "strict")
    monkeypatch.setattr(answers, "solve", lambda *_: found)
    solved = SolutionRecord.of(game, "normal", found).model_dump()
    file = tmp_path / "solution.json"
    names = ["weights", "disposal", "violation"]
    prices = list(solved["shortfall"]["prices"])
    for name in names:
        solved["shortfall"][name] += 0.01
    for player in prices:
        solved["shortfall"]["prices"][player] += 0.01
    file.write_text(json.dumps(solved))
    objections = " ".join(curnits("check", file, "--json").json["objections"])
    for key in (*names, *(f"prices.{player}" for player in prices)):
        assert f"shortfall.{key} is not what the verifier finds" in objections


def test_tables_without_rows_may_have_any_types(recorded: Path, curnits: Command) -> None:
    empty = [name for name in TABLES if pd.read_parquet(recorded / f"{name}.parquet").empty]
    assert "breakdowns" in empty
    before = curnits("check", recorded, "--json", "--quiet").json["objections"]
    for name in empty:
        file = recorded / f"{name}.parquet"
        pd.read_parquet(file).astype(str).to_parquet(file, index=False)
    assert curnits("check", recorded, "--json", "--quiet").json["objections"] == before
