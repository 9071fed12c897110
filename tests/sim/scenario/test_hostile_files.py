"""Files that were made, or damaged, to break a reader: status 2, one line, and no long wait."""

import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import Command

from curnits.analysis.cli.app import main
from curnits.analysis.solvers.effort import foresee
from curnits.analysis.storage.csv import csv
from curnits.sim.files import yaml
from curnits.sim.files.yaml import parse
from curnits.sim.games.game import GameError
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.loading import load

HEAD = "title: a game\ngame:\n  form: normal\n  actions:\n    Ada: [u, d]\n    Bo: [l, r]\n"
GOOD = HEAD + "  payoffs:\n    Ada: [[1, 2], [3, 4]]\n    Bo: [[1, 2], [3, 4]]\n"
FAMILY = "title: g\ngame:\n  form: family\n  family: random-integer\n  parameters: "
OUTCOMES = HEAD + "  outcomes: {Ada: {m: [[1, 2], [3, 4]]}, Bo: {m: [[1, 2], [3, 4]]}}\n"
BOMB = (
    "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    + "".join(f"{c}: &{c} [{', '.join(['*' + p] * 10)}]\n" for p, c in pairwise("abcdefghijk"))
    + "a: *k\n"
)

SCENARIOS = {
    "alias bomb under a repeated key": (BOMB, "6: too large: at most 250,000 values are read"),
    "long": ("# nothing\n" * 1_700_000, "too large (expected at most 16,000,000 bytes)"),
    "ordered map": ("title: !!omap x\n", "1: expected plain data, found '!!omap'"),
    "own tag": ("title: !foo [a]\n", "1: expected plain data, found '!foo'"),
    "text that is a list": ("title: !!str [a]\n", "1: expected plain data, found '!!str'"),
    "truth that is none": ("title: !!bool a\n", "1: expected plain data, found '!!bool'"),
    "list as key": ("a: &x [1]\n*x : 3\n", "2: expected text as a key"),
    "value inside itself": ("title: &a {game: *a}\n", "1: the value of &a contains itself"),
    "merged into itself": ("&a {<<: *a}\n", "1: the value of &a contains itself"),
    "merged list": ("a: {<<: [1]}\n", "1: <<: expected keys with values"),
    "unknown alias": ("a: *b\n", "1: not valid YAML: found undefined alias 'b'"),
    "two documents": ("a: 1\n---\nb: 1\n", "2: not valid YAML: expected a single document"),
    "another YAML": ("%YAML 1.1\n---\na: yes\n", "expected YAML 1.2"),
    "half a letter": ('title: "\\ud800"\n', "1: expected text (found half of a surrogate pair)"),
    "no utilities": (OUTCOMES + "  utilities: {Ada: null, Bo: null}\n", "expected one of linear"),
    "no outcomes": (OUTCOMES.replace("{m: [[1, 2], [3, 4]]}}", "null}"), "belong together"),
    "zero in a name": ('title: g\ngame: {form: nfg, file: "a\\0b"}\n', "a\\x00b: no such file"),
    "huge parameter": (FAMILY + "{high: 1" + "0" * 30 + "}\n", "high must be an integer"),
    "pace of nothing": (
        GOOD + "negotiation: {sanding_pace: 1e-300}\n",
        "10: negotiation.sanding_pace: expected greater than or equal to",
    ),
    "crowd": (
        f"title: g\ngame:\n  form: normal\n  players: {[*range(90)]}\n  actions: [a]\n"
        "  profiles: {default: 1}\n",
        "too many players: at most 20 (found 90)",
    ),
}


@pytest.mark.parametrize("case", SCENARIOS)
def test_hostile_scenario(case: str, curnits: Command, tmp_path: Path) -> None:
    content, message = SCENARIOS[case]
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    result = curnits("solve", path)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith(f"curnits: {path}:")
    assert message in result.err


def test_as_many_values_as_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "MAX_VALUES", 1_000)
    assert len(parse("a: [" + "1, " * 900 + "1]\n").data["a"]) == 901
    with pytest.raises(yaml.YamlError, match="too large: at most 1,000 values are read"):
        parse("a: [" + "1, " * 1_000 + "1]\n")


def test_a_mapping_may_be_merged_from_others() -> None:
    data = parse("a: &a {x: 1, y: 2}\nb: {<<: *a}\nc: {y: 3, <<: [*a, {y: 4, z: 5}]}\n").data
    assert (data["b"], data["c"]) == ({"x": 1, "y": 2}, {"x": 1, "y": 3, "z": 5})


@pytest.mark.filterwarnings("error")
def test_an_anchor_may_be_used_again() -> None:
    assert parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").data == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_parameters_of_a_family_may_be_null(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(FAMILY + "null\n")
    assert load(path).build().n == 3


@pytest.fixture(scope="module")
def solution() -> str:
    return json.dumps(
        {
            "game": {
                "title": "t",
                "players": ["A"],
                "actions": {"A": ["u"]},
                "form": "normal",
                "money": False,
                "payoffs": {"A": [1.0]},
            },
            "concept": "nash",
            "exists": True,
            "complete": True,
            "method": "",
            "notes": [],
            "disagreement": {"A": 0.25},
            "equilibria": [],
        }
    )


SOLUTIONS = {
    "digits": ("0.25", "9" * 5000, "a number of too many digits"),
    "nan": ("0.25", "NaN", "NaN (expected a finite number)"),
    "infinity": ("1.0", "Infinity", "Infinity (expected a finite number)"),
    "overflow": ("0.25", "1e999", "disagreement.A: expected a number of at most 1e+120 in size"),
    "beyond payoffs": ("1.0", "1e308", "game.payoffs.A.0: expected a number of at most"),
    "half a letter": ('"t"', '"\\ud800"', "game.title: expected text"),
    "concept": ('"nash"', '"nosh"', "concept: expected one of"),
    "deep": ("0.25", "[" * 100 + "]" * 100, "1: nested too deeply"),
    "twice": ('"notes"', '"method"', "duplicate key 'method'"),
    "list": (None, "[1]", "expected an object with keys"),
    "cut off": (None, '{"game"', "1: not valid JSON"),
}


@pytest.mark.parametrize("case", SOLUTIONS)
def test_hostile_solution(case: str, solution: str, curnits: Command, tmp_path: Path) -> None:
    old, new, message = SOLUTIONS[case]
    path = tmp_path / "bad.json"
    path.write_text(new if old is None else solution.replace(old, new))
    result = curnits("check", path)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith(f"curnits: {path}:")
    assert message in result.err


@pytest.mark.parametrize("command", ["solve", "check"])
@pytest.mark.parametrize("place", ["/dev/zero", "pipe"])
def test_devices_and_pipes_are_not_opened(
    command: str, place: str, curnits: Command, tmp_path: Path
) -> None:
    if place == "pipe":
        place = str(tmp_path / place)
        os.mkfifo(place)
    result = curnits(command, place)
    assert (result.status, result.err) == (
        2,
        f"curnits: {place}: not a file (expected a regular file)\n",
    )


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    with pytest.raises(SystemExit):
        main(["run", "hot-dog-stands", "--ticks", "40", "--quiet", "--out", str(folder)])
    return folder


def _first(table: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    return table.assign(**{column: [value, *table[column].tolist()[1:]]})


TABLES = {
    "no column": ("negotiators", lambda t: t.drop(columns="price"), "no column 'price'"),
    "text": ("ticks", lambda t: t.assign(regret="x"), "regret: expected numbers"),
    "hole": ("talks", lambda t: _first(t, "player", None), "player: expected a value in every row"),
    "nan": ("coalitions", lambda t: _first(t, "worth", np.inf), "worth: expected finite numbers"),
    "stranger": ("negotiators", lambda t: _first(t, "player", "Cy"), "player: unexpected 'Cy'"),
    "short": ("negotiators", lambda t: t.iloc[1:], "player: expected a row for each"),
    "empty": ("ticks", lambda t: t.iloc[:0], "tick: expected rising numbers"),
    "ending": ("talks", lambda t: t.assign(ending="bliss"), "ending: unexpected 'bliss'"),
    "late": ("threats", lambda t: _first(t, "tick", 10**9), "tick: expected ticks of ticks.par"),
}


@pytest.mark.parametrize("words", [("check",), ("report",), ("plot", "--figure", "prices")])
@pytest.mark.parametrize("case", TABLES)
def test_damaged_table(
    case: str, words: tuple[str, ...], run_folder: Path, curnits: Command
) -> None:
    name, damage, message = TABLES[case]
    path = run_folder / f"{name}.parquet"
    before = path.read_bytes()
    damage(pd.read_parquet(path)).to_parquet(path, index=False)
    try:
        result = curnits(*words, run_folder, "--quiet")
    finally:
        path.write_bytes(before)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith(f"curnits: {path}:")
    assert message in result.err


def test_types_in_a_table_without_rows_do_not_matter(
    curnits: Command, run_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    path = folder / "offers.parquet"
    empty = pd.read_parquet(path)
    assert empty.empty
    empty.astype("string").to_parquet(path, index=False)
    expected = curnits("check", run_folder)
    found = curnits("check", folder)
    assert (found.status, found.err) == (expected.status, "")


def test_one_player_has_basins_too(curnits: Command, tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("title: one\ngame: {form: normal, payoffs: [[1, 2]]}\n")
    words = ("basins", path, "--starts", 2, "--ticks", 20, "--out", tmp_path / "out", "--quiet")
    assert curnits(*words).status in (0, 1)


def test_large_games_are_announced_or_refused() -> None:
    ones, twos = np.zeros((18, *[1] * 18)), np.indices([2] * 12).astype(float)
    with pytest.raises(GameError, match=r"too many coalitions .*: 262,143 of 18 players"):
        foresee(from_payoffs(ones))
    assert "4,095 coalitions" in foresee(from_payoffs(twos, money=True), ticks=20_000)
    assert foresee(from_payoffs(twos[:3, :, :, :, 0, 0, 0, 0, 0, 0, 0, 0, 0])) == ""


def test_names_are_no_formulas_in_spreadsheets() -> None:
    table = pd.DataFrame({"player": ["=1+1", "@A", "Bo"], "+x": [-1.0, 2.0, 3.0]})
    assert csv(table).decode() == "player,'+x\n'=1+1,-1.0\n'@A,2.0\nBo,3.0\n"
