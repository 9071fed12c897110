"""The commands about several equilibria, as a user meets them."""

import json
import signal
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import Command

from curnits.analysis.studies.basin_records import BasinsRecord
from curnits.analysis.studies.basins import explore
from curnits.analysis.studies.execution.local import InProcess
from curnits.analysis.studies.execution.local import Workers as Processes
from curnits.analysis.studies.multiplicity import KINDS, Kind, study
from curnits.sim.games.families import FamilyError
from curnits.sim.games.game import Game
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load


def test_solve_all_lists_every_equilibrium(curnits: Command, tmp_path: Path) -> None:
    result = curnits("solve", "three-solutions", "--all", "--json")
    assert result.status == 0
    assert result.json["complete"] is True
    assert "exhaustive" in result.json["method"]
    assert len(result.json["equilibria"]) == 3
    answer = tmp_path / "answer.json"
    answer.write_text(result.out)
    assert curnits("check", answer).status == 0
    shorter = {**result.json, "equilibria": result.json["equilibria"][:2]}
    answer.write_text(json.dumps(shorter))
    refused = curnits("check", answer)
    assert refused.status == 1
    assert "leaves out the payoffs" in refused.out.replace("\n", " ")


def test_solve_says_whether_there_may_be_others(curnits: Command) -> None:
    assert "There are no other answers." in curnits("solve", "three-solutions", "--all").out
    assert "There may be other answers." in curnits("solve", "three-solutions").out


@pytest.mark.parametrize("concept", ["coco", "harsanyi", "strict"])
def test_nashs_solution_is_the_only_one(curnits: Command, concept: str) -> None:
    said = curnits("solve", "ellipsoid", "--concept", concept).out
    assert "There is no other answer." in said
    assert "so it is Nash's (1950) solution" in said


def test_studies_of_limits_begin_with_what_they_find(curnits: Command) -> None:
    lines = curnits("limits", "influence", "free-pair").out.splitlines()
    assert lines[1].startswith("The way leads to the answer of the game itself")
    assert lines[2] == ""
    assert (
        "There is no other answer." in curnits("solve", "three-solutions", "--concept", "nash").out
    )


def test_basins_writes_tables_and_a_figure(curnits: Command, tmp_path: Path) -> None:
    folder = tmp_path / "basins"
    words = ("basins", "three-solutions", "--starts", 3, "--format", "svg", "--out", folder)
    result = curnits(*words, "--json")
    assert result.status == 0
    assert sum(basin["runs"] for basin in result.json["basins"]) == result.json["starts"] == 3
    assert {path.name for path in folder.iterdir()} == {
        "runs.csv",
        "basins.csv",
        "basins.svg",
        "basins.txt",
    }
    points = pd.read_csv(folder / "basins.csv")
    assert points.groupby(["kind", "number"])["share"].sum().to_numpy() == pytest.approx(1.0)
    ends = points[points["kind"] == "end"].set_index(["reached", "player"])["payoff"]
    known = points[points["kind"] == "equilibrium"].set_index(["number", "player"])["payoff"]
    for key, payoff in ends.items():
        assert payoff == pytest.approx(known[key], abs=0.025)
    again = curnits(*words)
    assert again.status == 2
    assert "exists" in again.err


def test_basins_let_newcomers_arrive(curnits: Command, tmp_path: Path) -> None:
    words = ("basins", "newcomer", "--starts", 2, "--out", tmp_path / "x", "--format", "svg")
    result = curnits(*words, "--ticks", 4600, "--json")
    assert result.status == 0
    runs = pd.read_csv(tmp_path / "x" / "runs.csv")
    assert (runs["ticks"] > 3000).all()
    assert (runs["reached"] == 1).all()


def test_interrupted_basins_keep_the_runs_that_are_done(tmp_path: Path) -> None:
    entry = load(find("three-solutions")).with_run(ticks=300)
    asked = iter([False, False, True])
    found = explore(entry, 6, InProcess(), lambda done: None, lambda: next(asked))
    assert len(found.runs) == 2
    assert found.unfinished
    record = BasinsRecord.of(entry.build(), found)
    assert record.unfinished
    assert record.starts == sum(basin.runs for basin in record.basins) == 2
    with pytest.raises(KeyboardInterrupt):
        explore(entry, 6, InProcess(), lambda done: None, lambda: True)


def test_basins_do_not_depend_on_workers() -> None:
    entry = load(find("three-solutions")).with_run(ticks=20)
    one = explore(entry, 6, InProcess(), lambda done: None)
    two = explore(entry, 6, Processes(2), lambda done: None)
    assert one.runs["start"].tolist() == [1, 2, 3, 4, 5, 6]
    pd.testing.assert_frame_equal(one.runs, two.runs, rtol=0)
    pd.testing.assert_frame_equal(one.points, two.points, rtol=0)


def test_an_interrupted_basins_folder_says_so(
    curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(done: int) -> None:
        if done == 2:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(
        "curnits.analysis.cli.console.counting", lambda *_, **__: nullcontext(press)
    )
    folder = tmp_path / "cut"
    words = ("basins", "three-solutions", "--starts", 6, "--ticks", 100, "--format", "svg")
    result = curnits(*words, "--out", folder, "--json")
    assert result.status == 130
    assert result.json["unfinished"]
    assert "interrupted after 2 of 6 starts" in result.err
    assert len(pd.read_csv(folder / "runs.csv")) == 2
    assert "2 of 6" in (folder / "unfinished.txt").read_text()
    assert "2 of 6" in " ".join((folder / "basins.txt").read_text().split())


def test_basins_are_refused_where_prices_do_not_matter(curnits: Command, tmp_path: Path) -> None:
    result = curnits("basins", "hot-dog-stands-with-money", "--out", tmp_path / "x")
    assert result.status == 2
    assert "do not start from prices" in result.err
    assert not (tmp_path / "x").exists()


def test_a_study_goes_on_where_it_stopped(curnits: Command, tmp_path: Path) -> None:
    words = ("multiplicity", "--out", tmp_path, "--games", len(KINDS), "--format", "svg")
    first = curnits(*words, "--json")
    assert first.status == 0
    assert [kind["kind"] for kind in first.json["kinds"]] == [kind.name for kind in KINDS]
    file = tmp_path / "games.csv"
    whole = file.read_bytes()
    assert curnits(*words).status == 2
    for kept in (b"\n".join(whole.split(b"\n")[:4]) + b"\n", whole[:-3], whole[:100], b""):
        file.write_bytes(kept)  # killed between two rows, in the midst of one, before the first
        assert curnits(*words, "--resume", "--json").json == first.json
        assert file.read_bytes() == whole
    said = curnits(*words, "--resume").out
    assert said.startswith("0 of 29 games have several equilibria")
    file.write_text("a,b\n1,2\n")
    spoilt = curnits(*words, "--resume")
    assert spoilt.status == 2
    assert "expected the columns" in spoilt.err


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let there be a game of each of some kinds only; return how many."""
    chosen = [int(kind.family in ("chicken", "majority", "coordination")) for kind in KINDS]
    monkeypatch.setattr("curnits.analysis.studies.multiplicity.numbers", lambda games: chosen)
    return sum(chosen)


def test_counts_do_not_depend_on_workers(tmp_path: Path, few: int) -> None:
    files = [tmp_path / name / "games.csv" for name in ("one", "two")]
    one = study(files[0], 1, 7, InProcess, lambda done: None)
    two = study(files[1], 1, 7, lambda: Processes(2), lambda done: None)
    assert one is not None
    assert two is not None
    assert len(one) == few
    assert files[0].read_bytes() == files[1].read_bytes()
    pd.testing.assert_frame_equal(one, two, rtol=0)
    head, *rows = files[0].read_text().splitlines(keepends=True)
    files[1].write_text("".join([head, *reversed(rows)]))  # as workers may have left them
    again = study(files[1], 1, 7, InProcess, lambda done: None)
    assert again is not None
    pd.testing.assert_frame_equal(one, again, rtol=0)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.usefixtures("few")
def test_an_interrupted_count_goes_on(
    curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(done: int) -> None:
        if done == 2:
            signal.raise_signal(signal.SIGINT)

    words = ("multiplicity", "--out", tmp_path, "--games", 1, "--format", "svg", "--resume")
    with monkeypatch.context() as patched:
        patched.setattr(
            "curnits.analysis.cli.console.counting", lambda *_, **__: nullcontext(press)
        )
        result = curnits(*words)
    assert result.status == 130
    assert result.err == "curnits: interrupted; --resume goes on\n"
    assert [path.name for path in tmp_path.iterdir()] == ["games.csv"]
    kept = (tmp_path / "games.csv").read_text()
    assert len(kept.splitlines()) == 3
    assert curnits(*words).status == 0
    assert (tmp_path / "games.csv").read_text().startswith(kept)


def test_games_that_cannot_be_counted_are_told(
    curnits: Command, tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Kind.draw

    def draw(kind: Kind, rng: np.random.Generator) -> Game:
        if kind.family == "chicken":
            raise FamilyError("no game")
        return usual(kind, rng)

    monkeypatch.setattr(Kind, "draw", draw)
    words = ("multiplicity", "--out", tmp_path, "--games", 1, "--format", "svg")
    result = curnits(*words)
    assert (result.status, result.err) == (2, "curnits: 1 game failed: FamilyError: no game\n")
    rows = pd.read_csv(tmp_path / "games.csv")
    assert len(rows) == few - 1


@pytest.mark.parametrize(
    ("prices", "problem"),
    [("{row: 1}", "a price for each of"), ("{row: 1, column: 0}", "greater than 0")],
)
def test_wrong_starting_prices_are_named(
    curnits: Command, tmp_path: Path, prices: str, problem: str
) -> None:
    file = tmp_path / "game.yaml"
    file.write_text(
        "title: t\ngame:\n  form: normal\n  actions: {row: [a, b], column: [a, b]}\n"
        "  payoffs: {row: [[1, 2], [3, 4]], column: [[1, 0], [0, 2]]}\n"
        f"negotiation:\n  starting_prices: {prices}\n"
    )
    result = curnits("run", file)
    assert result.status == 2
    assert problem in result.err
    assert "game.yaml:7" in result.err
