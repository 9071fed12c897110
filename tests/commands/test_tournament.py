"""The command ``tournament`` as a user meets it, with a real process that is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from command import Command

TINY = """\
title: Tiny
run: {ticks: 30}
tournament:
  replications: 2
  policies: {truthful: truthful, tough: {unyielding: {reservation: equal}}, eager: eager}
  games:
    fight: {family: chicken}
    stands: {scenario: hot-dog-stands, seats: [big stand, small stand]}
  threshold: {policy: eager, instead_of: truthful, share_of: tough}
"""


def kept(folder: Path) -> dict[str, bytes]:
    names = ("runs.parquet", "seats.parquet", "results.json", "tournament.yaml")
    assert not (folder / "parts").exists()
    return {name: (folder / name).read_bytes() for name in names}


def test_a_tournament_from_file_to_figures(curnits: Command, tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "here"
    listed = curnits("tournament", file, "--dry-run", "--json").json["runs"]
    result = curnits("tournament", file, "--out", folder, "--json", "--quiet")
    assert result.status == 0
    assert result.json["runs"] == len(listed) == 36
    runs, seats = (pd.read_parquet(folder / f"{name}.parquet") for name in ("runs", "seats"))
    assert runs["run"].tolist() == [row["run"] for row in listed]
    assert set(runs["status"]) == {"done"}
    assert len(seats) == 72
    assert seats.groupby("run").size().eq(2).all()
    beside = seats.merge(seats, on="run", suffixes=("", "_other"))
    pairs = beside[beside["player"] != beside["player_other"]].merge(runs[["run", "game"]])
    by_game = pairs.groupby(["policy", "policy_other", "game"])["share"].mean()
    means = by_game.groupby(["policy", "policy_other"]).mean()
    for policy, row in result.json["matrix"].items():
        for other, found in row.items():
            assert found["mean"] == pytest.approx(means[policy, other], abs=1e-12)
            assert found["low"] - 1e-9 <= found["mean"] <= found["high"] + 1e-9
    ranked = [row["mean"] for row in result.json["ranking"]]
    assert ranked == sorted(ranked, reverse=True)
    assert result.json["equilibria"]
    shown = curnits("tournament", file, "--out", folder, "--resume", "--quiet")
    assert "Game of policies" in shown.out
    figures = curnits("plot", folder, "--format", "svg", "--out", tmp_path / "figures")
    assert figures.status == 0
    drawn = {path.stem for path in (tmp_path / "figures").glob("*.svg")}
    assert drawn == {"matrix", "shares", "simplex", "focus"}
    unknown = curnits("plot", folder, "--figure", "prices")
    assert unknown.status == 2
    assert "expected one of matrix" in unknown.err


def test_killed_and_gone_on_with(curnits: Command, tmp_path: Path, file: Path) -> None:
    assert curnits("tournament", file, "--out", tmp_path / "whole", "--quiet").status == 0
    words = ["tournament", file, "--out", tmp_path / "killed"]
    code = "from curnits.analysis.cli.app import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words), "--quiet"], start_new_session=True
    ) as process:
        end = time.monotonic() + 60
        while len(list((tmp_path / "killed").glob("parts/[0-9]*.runs.*"))) < 2:
            assert time.monotonic() < end
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
    taken = curnits(*words)
    assert taken.status == 2
    assert "--resume goes on" in taken.err
    other = curnits(*words, "--resume", "--seed", 5)
    assert other.status == 2
    assert "seed is another" in other.err
    assert curnits(*words, "--resume", "--workers", 2, "--quiet").status == 0
    assert kept(tmp_path / "killed") == kept(tmp_path / "whole")


def test_policies_and_replications_can_be_added(
    curnits: Command, tmp_path: Path, file: Path
) -> None:
    folder = tmp_path / "here"
    file.write_text(TINY.replace(", eager: eager", "").replace("policy: eager", "policy: tough"))
    assert curnits("tournament", file, "--out", folder, "--quiet").status == 0
    before = pd.read_parquet(folder / "seats.parquet")
    file.write_text(TINY.replace("replications: 2", "replications: 3"))
    result = curnits("tournament", file, "--out", folder, "--resume")
    assert result.status == 0
    assert "54 runs, 16 of them done" in result.err
    after = pd.read_parquet(folder / "seats.parquet")
    again = after[after["run"].isin(before["run"])]
    pd.testing.assert_frame_equal(
        before.sort_values(["run", "player"], ignore_index=True),
        again.sort_values(["run", "player"], ignore_index=True),
    )


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["no-such"], "no such file (expected a tournament file, or one of six-ways"),
        (["{file}", "--out", "{file}"], ""),
        (["{file}", "--out", "{folder}"], "is not the folder of a tournament"),
    ],
)
def test_bad_input(
    words: list[str], problem: str, curnits: Command, tmp_path: Path, file: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    stated = [word.format(file=file, folder=tmp_path / "full") for word in words]
    result = curnits("tournament", *stated)
    assert result.status == 2
    assert problem in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""
