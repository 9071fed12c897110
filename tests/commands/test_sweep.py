"""The command ``sweep`` as a user meets it, with real processes that are killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command import Command

from curnits.analysis.studies.reading import open_study
from curnits.sim.scenario.catalogue import shipped

TINY = """\
title: Tiny
study:
  scenario: threat-game
  seed: 3
  replications: 3
  fixed: {run.ticks: 5}
  axes:
    negotiation.threat_step: {choices: {small: 0.5, large: 1.1}}
  measures: [outcome]
  record: {every: 2}
"""


def tiny(replications: int) -> str:
    return TINY.replace("replications: 3", f"replications: {replications}")


def tables(folder: Path) -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    assert not (folder / "parts").exists()
    assert {"runs.parquet", "agents.parquet", "ticks.parquet", "negotiators.parquet"} <= set(found)
    return found


def started(words: list[Any], **options: Any) -> "subprocess.Popen[str]":
    code = "from curnits.analysis.cli.app import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def wait_for_parts(folder: Path, count: int) -> None:
    end = time.monotonic() + 60
    while len(list(folder.glob("parts/[0-9]*.runs.*"))) < count:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_rows_do_not_depend_on_workers(curnits: Command, tmp_path: Path, file: Path) -> None:
    result = curnits("sweep", file, "--out", tmp_path / "one", "--json")
    assert result.status == 0
    assert result.err.startswith("curnits: 6 runs\n")
    assert result.json == {
        "study": "Tiny",
        "runs": 6,
        "done": 6,
        "failed": 0,
        "complete": True,
        "out": str(tmp_path / "one"),
    }
    wanted = tables(tmp_path / "one")
    pytest.importorskip("distributed")
    for name, words in (("two", ("--workers", 2)), ("dask", ("--cluster", "local"))):
        assert curnits("sweep", file, "--out", tmp_path / name, *words, "--quiet").status == 0
        assert tables(tmp_path / name) == wanted
    runs = pd.read_parquet(tmp_path / "one" / "runs.parquet")
    assert runs["negotiation.threat_step"].tolist() == ["small"] * 3 + ["large"] * 3
    assert runs["seed"].is_unique


def test_a_run_is_repeated_to_the_byte(curnits: Command, tmp_path: Path, file: Path) -> None:
    folder, again = tmp_path / "all", tmp_path / "again"
    file.write_text(tiny(2).replace("{every: 2}", "all"))
    assert curnits("sweep", file, "--out", folder, "--quiet").status == 0
    data = open_study(str(folder))
    run = data.runs()["run"][2]
    curnits("run", "--of", folder, "--id", run, "--out", again)
    for name in ("ticks", "negotiators", "threats", "trades"):
        kept = data.table(name)
        own = kept[kept["run"] == run].drop(columns="run").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, pd.read_parquet(again / f"{name}.parquet"), rtol=0)
    wide = data.runs().set_index("run").loc[run]
    last = pd.read_parquet(again / "negotiators.parquet").tail(2).set_index("player")["payoff"]
    assert wide["payoff.row"] == last["row"]
    unknown = curnits("run", "--of", folder, "--id", "0" * 16)
    assert unknown.status == 2
    assert "no run" in unknown.err
    assert curnits("run", "--of", folder).status == 2


def test_killed_and_gone_on_with(curnits: Command, tmp_path: Path, file: Path) -> None:
    file.write_text(tiny(30))
    words = ["sweep", file, "--out", tmp_path / "killed", "--workers", 2]
    with started(words) as process:
        wait_for_parts(tmp_path / "killed", 2)
        os.killpg(process.pid, signal.SIGSTOP)  # so that it cannot be over too soon
        busy = curnits(*words, "--resume")
        assert busy.status == 2
        assert "another command is writing" in busy.err
        os.killpg(process.pid, signal.SIGKILL)
    status = curnits("sweep", "--status", tmp_path / "killed", "--json").json
    assert 2 <= status["done"] < 60
    assert not status["complete"]
    assert curnits(*words).status == 2
    resumed = curnits(*words[:-2], "--resume")
    assert resumed.status == 0
    assert f"{status['done']} of them done" in resumed.err
    assert curnits("sweep", file, "--out", tmp_path / "whole", "--quiet").status == 0
    assert tables(tmp_path / "killed") == tables(tmp_path / "whole")


@pytest.mark.parametrize("words", [(), ("--workers", 2), ("--cluster", "local")])
def test_interrupted_it_keeps_what_is_finished(
    words: tuple[Any, ...], curnits: Command, tmp_path: Path, file: Path
) -> None:
    if "--cluster" in words:
        pytest.importorskip("distributed")
    file.write_text(tiny(1000))
    with started(["sweep", file, "--out", tmp_path / "x", "--json", *words]) as process:
        wait_for_parts(tmp_path / "x", 3)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    lines = err.splitlines()
    assert [line for line in lines if not line.startswith("curnits: ")] == []
    assert lines[-1] == "curnits: interrupted; --resume goes on"
    assert 3 <= json.loads(out)["done"] < 2000
    kept = curnits("sweep", "--status", tmp_path / "x", "--json").json
    assert kept == json.loads(out)


def test_a_disk_that_fills_up(
    curnits: Command, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter(range(9))

    def replace(old: str, new: str, usual: Any = os.replace) -> None:
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        usual(old, new)

    words = ("sweep", file, "--out", tmp_path / "full")
    with monkeypatch.context() as patched:
        patched.setattr("os.replace", replace)
        failed = curnits(*words, "--quiet")
    assert failed.status == 2
    assert failed.err.count("\n") == 1
    assert "cannot be written: No space left on device" in failed.err
    assert curnits(*words, "--resume", "--quiet").status == 0
    assert curnits("sweep", file, "--out", tmp_path / "whole", "--quiet").status == 0
    assert tables(tmp_path / "full") == tables(tmp_path / "whole")


def test_folders_that_cannot_be_used(curnits: Command, tmp_path: Path, file: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    for words in ((), ("--resume",)):
        refused = curnits("sweep", file, "--out", other, *words)
        assert refused.status == 2
        assert "holds thesis.txt" in refused.err
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]
    below = curnits("sweep", file, "--out", other / "thesis.txt" / "x")
    assert below.status == 2
    assert "cannot be written" in below.err
    assert curnits("sweep", "--status", other).status == 2
    assert curnits("sweep", file, "--out", "nowhere://x").status == 2
    assert curnits("sweep", tmp_path / "missing.yaml").status == 2
    done = tmp_path / "done"
    assert curnits("sweep", file, "--out", done, "--quiet").status == 0
    file.write_text(tiny(2))
    changed = curnits("sweep", file, "--out", done, "--resume")
    assert changed.status == 2
    assert "study.replications: 3 became 2" in changed.err
    manifest = json.loads((done / "manifest.json").read_text())
    (done / "manifest.json").write_text(json.dumps({**manifest, "curnits": "0.0.1"}))
    file.write_text(tiny(3))
    older = curnits("sweep", file, "--out", done, "--resume")
    assert older.status == 2
    assert "made with curnits 0.0.1" in older.err


def test_a_cluster_that_does_not_answer(
    curnits: Command, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("curnits.analysis.studies.execution.cluster._PATIENCE", 0.5)
    words = ("sweep", file, "--out", tmp_path / "x", "--cluster")
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        refused = curnits(*words, address)
        assert refused.status == 2
        assert refused.err.splitlines()[-1].startswith(f"curnits: --cluster {address}: no sched")
    assert not (tmp_path / "x").exists()


def test_runs_are_listed_first(curnits: Command, file: Path) -> None:
    listed = curnits("sweep", file, "--dry-run")
    assert listed.status == 0
    lines = listed.out.splitlines()
    assert lines[0] == "Tiny: 6 runs"
    assert lines[1].endswith("negotiation.threat_step=small replicate=1")
    runs = curnits("sweep", file, "--dry-run", "--json").json["runs"]
    assert [run["run"] for run in runs] == [line.split()[0] for line in lines[1:]]


def test_results_may_lie_elsewhere(curnits: Command, tmp_path: Path, file: Path) -> None:
    address = f"memory://{tmp_path.name}"
    assert curnits("sweep", file, "--out", address, "--quiet").status == 0
    assert curnits("sweep", file, "--out", tmp_path / "here", "--quiet").status == 0
    for name in ("runs", "agents", "ticks"):
        there = open_study(address).table(name)
        here = open_study(str(tmp_path / "here")).table(name)
        pd.testing.assert_frame_equal(there, here, rtol=0)


def test_shipped_studies_have_quick_versions(curnits: Command, tmp_path: Path) -> None:
    for name in shipped("study"):
        folder = tmp_path / name
        result = curnits("sweep", name, "--quick", "--out", folder, "--quiet", "--json")
        assert result.status == 0
        assert result.json["done"] == result.json["runs"]
        plotted = curnits("plot", folder, "--format", "svg", "--quiet")
        assert plotted.status == 0
        assert (folder / "figures").exists()
    rows = open_study(str(tmp_path / "when-do-threats-pay")).runs()
    harm, cost = rows["ladders.Ada.rungs.0.harm"], rows["ladders.Ada.rungs.0.cost"]
    victims = rows["game"].map({"one rival": 1, "two rivals": 2})
    gain = (victims * harm - cost) / (victims + 1) - 0.5
    assert (rows["inventions"] == (gain > 0)).all()
    assert rows["payoff.Ada"].to_numpy() == pytest.approx(
        10 / (victims + 1) + gain.clip(lower=0), abs=0.01
    )
