"""Folders of studies and tournaments, checked and drawn: what is wrong in them is named."""

import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from command import Command
from fuzz.material import TINY_STUDY, TINY_TOURNAMENT
from pyarrow import parquet

from curnits.analysis.cli.app import main

FILES = {
    "sweep": TINY_STUDY + "    - {name: other, kind: ecdf, outcome: distance}\n",
    "tournament": TINY_TOURNAMENT,
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("many")
    for command, text in FILES.items():
        file = place / f"{command}.yaml"
        file.write_text(text)
        with pytest.raises(SystemExit) as ended:
            main([command, str(file), "--quiet", "--out", str(place / command)])
        assert not ended.value.code
    return place


@pytest.fixture
def here(written: Path, tmp_path: Path) -> Path:
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return tmp_path


def changed(folder: Path, table: str, **values: Any) -> None:
    file = folder / f"{table}.parquet"
    rows = pd.read_parquet(file)
    for name, value in values.items():
        rows[name] = rows[name].astype(type(value))
        rows.loc[len(rows) // 2, name] = value
    rows.to_parquet(file, index=False)


@pytest.mark.parametrize("command", FILES)
def test_untouched_it_passes(command: str, written: Path, curnits: Command) -> None:
    for words in ((), ("--repeat",)):
        found = curnits("check", written / command, "--json", "--quiet", *words)
        assert (found.status, found.json["objections"]) == (0, [])
        assert found.json["kind"] in ("study", "tournament")


@pytest.mark.parametrize(
    ("command", "table"),
    [(command, table) for command in FILES for table in ("runs", "agents", "seats", "negotiators")],
)
def test_any_cell(command: str, table: str, here: Path, curnits: Command) -> None:
    """A cell in every column of figures is changed; each is named."""
    file = here / command / f"{table}.parquet"
    if not file.exists():
        return
    rows = pd.read_parquet(file)
    columns = rows.select_dtypes("float").columns
    for name in columns:
        rows.loc[Random(name).randrange(len(rows)), name] += 0.01
    rows.to_parquet(file, index=False)
    found = curnits("check", "--repeat", here / command, "--json", "--quiet")
    assert found.status == (1 if len(columns) else 0)
    for name in columns:
        assert any(text.startswith(f"{table}: {name} in row") for text in found.json["objections"])


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("seed", 7, "runs: seed in row 3 is 7 (expected "),
        ("negotiation.threat_step", "huge", "runs: negotiation.threat_step in row 3 is huge"),
        ("run", "0" * 16, "runs: run in row 3 is that of no run of the study"),
    ],
)
def test_rows_of_a_study(column: str, value: Any, said: str, here: Path, curnits: Command) -> None:
    changed(here / "sweep", "runs", **{column: value})
    found = curnits("check", here / "sweep", "--json", "--quiet")
    assert found.status == 1
    assert any(text.startswith(said) for text in found.json["objections"])


def test_what_a_tournament_shows(here: Path, curnits: Command) -> None:
    file = here / "tournament" / "results.json"
    stated = json.loads(file.read_text())
    stated["ranking"][0]["mean"] += 0.01
    stated["ecology"]["end"]["eager"] += 0.01
    file.write_text(json.dumps(stated))
    found = curnits("check", here / "tournament", "--json", "--quiet").json["objections"]
    assert found == [
        "results.json: ranking.0.mean does not follow from the tables",
        "results.json: ecology.end.eager does not follow from the tables",
    ]


def test_runs_that_are_missing(here: Path, curnits: Command) -> None:
    for command, table in (("sweep", "agents"), ("tournament", "seats")):
        runs = pd.read_parquet(here / command / "runs.parquet").iloc[:-1]
        runs.to_parquet(here / command / "runs.parquet", index=False)
        rows = pd.read_parquet(here / command / f"{table}.parquet")
        rows = rows[rows["run"].isin(runs["run"])]
        rows.to_parquet(here / command / f"{table}.parquet", index=False)
    for name in ("ticks", "negotiators"):
        (here / "sweep" / f"{name}.parquet").unlink()
    for command, said in (
        ("sweep", "the study is unfinished: 3 of 4 runs are there"),
        ("tournament", "the tournament is unfinished: 17 of 18 runs are there"),
    ):
        found = curnits("check", here / command, "--json", "--quiet")
        assert (found.status, found.json["objections"]) == (1, [said])
    found = curnits("check", here / "sweep", "--repeat", "--json", "--quiet").json["objections"]
    assert "ticks: expected a table of 12 rows" in found


@pytest.mark.parametrize(
    ("command", "table", "values", "said"),
    [
        ("sweep", "runs", {"status": None}, "runs: no column 'status'"),
        ("sweep", "runs", {"negotiation.threat_step": None}, "no column 'negotiation.threat_step'"),
        ("sweep", "agents", {"player": None}, "agents: no column 'player'"),
        ("sweep", "agents", {"run": None}, "agents: no column 'run'"),
        ("sweep", "agents", {"payoff": "much"}, "agents: payoff: expected numbers"),
        ("sweep", "runs", {"distance": [1.0]}, "distance: expected one value in every row"),
        ("tournament", "runs", {"lineup": None}, "runs: no column 'lineup'"),
        ("tournament", "runs", {"lineup": "eager"}, "runs: lineup: expected "),
        ("tournament", "runs", {"status": "lost"}, "runs: status: expected done or failed"),
        ("tournament", "runs", {"run": "0" * 16}, "runs: run: no run '0000000000000000' is due"),
        ("tournament", "seats", {"policy": "bold"}, "seats: expected a row for each seat"),
        ("tournament", "seats", {"share": "x"}, "seats: share: expected numbers"),
        ("tournament", "seats", {"share": 1e300}, "seats: share: expected shares of payoff"),
    ],
)
def test_tables_that_do_not_fit(
    command: str, table: str, values: dict[str, Any], said: str, here: Path, curnits: Command
) -> None:
    folder = here / command
    for name, value in values.items():
        rows = pd.read_parquet(folder / f"{table}.parquet")
        if value is None:
            rows = rows.drop(columns=name)
        else:
            rows[name] = rows[name].astype(object if isinstance(value, list) else type(value))
            rows[name] = [value] * len(rows) if isinstance(value, list) else rows[name]
            if not isinstance(value, list):
                rows.loc[len(rows) // 2, name] = value
        rows.to_parquet(folder / f"{table}.parquet", index=False)
    for words in (("plot", "--out", here / "figures"), ("check",)):
        found = curnits(words[0], folder, *words[1:])
        assert found.status == 2, found.err
        assert said in found.err
        assert str(folder) in found.err
        assert found.err.count("\n") == 1
    assert not (here / "figures").exists()


@pytest.mark.parametrize(
    ("command", "name"), [("sweep", "study.yaml"), ("tournament", "tournament.yaml")]
)
def test_a_file_that_is_no_text(command: str, name: str, here: Path, curnits: Command) -> None:
    (here / command / name).write_bytes(b"title: \xff\n")
    found = curnits("plot", here / command)
    assert found.status == 2
    assert f"{name}:1: not a text file (expected UTF-8)" in found.err


def test_a_run_that_has_no_valid_scenario(here: Path, curnits: Command) -> None:
    file = here / "sweep" / "study.yaml"
    number = curnits("sweep", here / "sweep", "--dry-run", "--json").json["runs"][0]["run"]
    file.write_text(file.read_text().replace("title: Tiny", "title: false", 1))
    found = curnits("run", "--of", here / "sweep", "--id", number, "--out", here / "out")
    assert found.status == 2
    assert f"{file}: title: expected a valid string" in found.err
    assert not (here / "out").exists()


@pytest.mark.parametrize("command", FILES)
def test_changed_tables_are_not_gone_on_with(command: str, here: Path, curnits: Command) -> None:
    """What somebody else has changed is not taken for rows, and stays where it is."""
    folder = here / command
    table, manifest = folder / "runs.parquet", folder / "manifest.json"
    pd.read_parquet(table).drop(columns="run").to_parquet(table, index=False)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    words = (command, here / f"{command}.yaml", "--out", folder, "--resume", "--quiet")
    refused = curnits(*words)
    assert refused.status == 2
    assert f"{table}: is not as any command left it" in refused.err
    assert refused.err.count("\n") == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "files": {}}))
    refused = curnits(*words)
    assert refused.status == 2
    assert 'Field "run" does not exist' in refused.err
    assert str(folder) in refused.err
    manifest.write_text("[]")
    assert "not a manifest" in curnits(*words).err


def test_runs_that_failed_have_no_seed(here: Path, curnits: Command) -> None:
    """Then pandas takes seeds for floating-point numbers, which they are too large for."""
    file = here / "sweep" / "runs.parquet"
    rows = parquet.read_table(file)
    columns = {name: rows[name].to_pylist() for name in rows.column_names}
    columns["seed"][1], columns["status"][1] = None, "failed"
    parquet.write_table(pa.table(columns), file)
    assert curnits("check", here / "sweep", "--json", "--quiet").json["objections"] == []
    columns["seed"][2] += 1
    parquet.write_table(pa.table(columns), file)
    found = curnits("check", here / "sweep", "--json", "--quiet").json["objections"]
    assert found == [
        f"runs: seed in row 3 is {columns['seed'][2]} (expected {columns['seed'][2] - 1})"
    ]


def test_rows_of_an_interrupted_study_come_in_any_order(here: Path, curnits: Command) -> None:
    for file in (here / "sweep").glob("*.parquet"):
        rows = pd.read_parquet(file)
        order = rows["run"].map({name: k for k, name in enumerate(sorted(rows["run"].unique()))})
        rows.iloc[order.argsort(kind="stable")].to_parquet(file, index=False)
    for words in ((), ("--repeat",)):
        assert curnits("check", here / "sweep", *words).status == 0
