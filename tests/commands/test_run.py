"""Runs: the folder they write, what they print, and how they are checked and interrupted."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from command import Command
from pyarrow import parquet

from curnits.analysis.cli.app import main
from curnits.analysis.studies.interrupting import interruptible
from curnits.sim.scenario.catalogue import catalogue, find
from curnits.sim.scenario.loading import load

SERIES = {"ticks", "negotiators", "coalitions", "members", "agreements", "threats", "trades"}
TABLES = {*SERIES, "inventions", "offers", "breakdowns", "acts", "talks"}
ELSEWHERE = {
    "hollow-threats",
    *(n for n, path in catalogue().items() if path.parent.name in ("policies", "reputation")),
}
"""Scenarios that show why agents do not get to the equilibrium; some do all the same."""

FILES = {"scenario.yaml", "manifest.json", "summary.json", *(f"{t}.parquet" for t in TABLES)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("made") / "run"
    with pytest.raises(SystemExit) as ended:
        main(["run", "hot-dog-stands", "--quiet", "--out", str(target)])
    assert not ended.value.code
    return target


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A run folder that may be changed."""
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


@pytest.mark.parametrize("name", sorted(set(catalogue()) - ELSEWHERE))
def test_every_scenario_runs_and_gets_there(name: str, curnits: Command, tmp_path: Path) -> None:
    target = tmp_path / "run"
    result = curnits("run", name, "--out", target, "--json")
    assert (result.status, result.err) == (0, "")
    run = result.json
    assert run["scenario"] == name
    assert run["converged"] is True
    assert run["out"] == str(target)
    assert 0 <= run["distance"]["payoffs"] < 5e-3
    assert run["distance"]["prices"] >= 0
    assert {"prices", "payoffs"} <= set(run["final"])
    assert {"concept", "prices", "payoffs"} <= set(run["analytic"])
    assert {"pareto", "support", "regret", "split", "delivery", "clearing"} == set(run["residuals"])
    escalation = run["escalation"]
    assert len(escalation["coalitions"]) == 2 ** len(escalation["leverage"]) - 2
    assert escalation["expected_destruction"] <= escalation["worst_destruction"]
    if name != "ibn-ezras-estate":  # there coalitions are worth more apart
        assert escalation["expected_destruction"] >= 0
    assert {path.name for path in target.iterdir()} == FILES
    checked = curnits("check", target, "--json")
    assert checked.status == 0
    assert checked.json["passed"]
    assert checked.json["objections"] == []


def test_the_files_of_a_run_that_ends_elsewhere_are_vouched_for(
    curnits: Command, tmp_path: Path
) -> None:
    assert curnits("run", "impasse", "--out", tmp_path / "run").status == 1
    checked = curnits("check", tmp_path / "run", "--json")
    assert checked.status == 0
    assert (checked.json["passed"], checked.json["reached"]) == (True, False)
    assert checked.json["objections"] == []
    assert "reached no answer" in curnits("check", tmp_path / "run").out


def test_threats_that_are_not_believed_lead_elsewhere(curnits: Command, tmp_path: Path) -> None:
    result = curnits("run", "hollow-threats", "--out", tmp_path / "run")
    assert result.status == 0
    assert "talks that ended" in result.out
    assert "saboteur is believed to carry out a threat with probability 0.00" in result.out
    said = " ".join(result.out.split())
    assert re.search(r" 0\.00\d+ % of payoff range from the nearest equilibrium of threats", said)
    assert re.search(
        r"By its own conditions the state misses at most \S+ %.*: they got there", said
    )
    history = json.loads((tmp_path / "run" / "summary.json").read_text())["history"]
    assert history["broke_down"] > 0
    assert history["agreed"] + history["broke_down"] == 20
    checked = curnits("check", tmp_path / "run", "--json")
    assert checked.status == 0
    assert checked.json["objections"] == []
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    summary["solution"]["credibility"]["saboteur"] *= 1.01
    (tmp_path / "run" / "summary.json").write_text(json.dumps(summary))
    assert "credibility is not what the tables say" in curnits("check", tmp_path / "run").out


def test_standing_still_is_not_arriving(curnits: Command, tmp_path: Path) -> None:
    """Nothing moves from the first tick on; but coalitions regret their threats."""
    scenario = tmp_path / "still.yaml"
    entry = load(find("public-goods")).with_run(tolerance=1.0, window=1, ticks=300)
    still = entry.with_negotiation(sanding_start=5e-5, threat_step=1e-12)
    scenario.write_text(still.to_yaml())
    result = curnits("run", scenario, "--out", tmp_path / "run", "--json")
    assert result.status == 1
    assert not result.json["settled"]
    assert result.json["missed"]["regret"] == pytest.approx(1 / 6, abs=1e-3)
    assert "had not settled" in result.json["verdict"]
    summary = tmp_path / "run" / "summary.json"
    claimed = {**json.loads(summary.read_text()), "settled": True, "converged": True}
    summary.write_text(json.dumps(claimed))
    checked = curnits("check", tmp_path / "run", "--json")
    assert checked.status == 1
    assert "is said to have converged, and has not" in checked.json["objections"]


def test_a_protocol_that_knows_the_end_says_so(curnits: Command, tmp_path: Path) -> None:
    for name, learned in (("proposer-commitment", False), ("threat-game", True)):
        verdict = curnits("run", name, "--out", tmp_path / name, "--json").json["verdict"]
        assert ("Nothing was learned" in verdict) is not learned


@pytest.mark.parametrize("name", ["producers-and-saboteur", "hot-dog-stands-with-money"])
def test_escalation_is_in_the_tables_too(name: str, curnits: Command, tmp_path: Path) -> None:
    run = curnits("run", name, "--out", tmp_path / "run", "--json").json
    last = pd.read_parquet(tmp_path / "run" / "coalitions.parquet").groupby("coalition").last()
    for threat in run["escalation"]["coalitions"]:
        row = last.loc["+".join(threat["members"])]
        assert row["menace"] == pytest.approx(threat["menace"], abs=1e-3)
        assert row["cost"] == pytest.approx(threat["cost"], abs=1e-3)
    ticks = pd.read_parquet(tmp_path / "run" / "ticks.parquet")
    expected = run["escalation"]["expected_destruction"]
    assert ticks["destruction"].iloc[-1] == pytest.approx(expected, abs=1e-3)


def test_a_saboteur_is_seen_for_what_it_is(curnits: Command, tmp_path: Path) -> None:
    words = ("run", "producers-and-saboteur", "--out", tmp_path / "run")
    escalation = curnits(*words, "--json").json["escalation"]
    assert escalation["harmful"] == {"saboteur": ["sabotage"]}
    assert escalation["leverage"] == pytest.approx(
        {"producer 1": 0, "producer 2": 0, "saboteur": 5 / 3}
    )
    assert escalation["owed_to_threats"] == pytest.approx(
        {"producer 1": -5 / 6, "producer 2": -5 / 6, "saboteur": 5 / 3}
    )
    printed = " ".join(curnits(*words, "--force").out.split())
    assert "saboteur has harmful actions, sabotage: worth 1.66667 to it." in printed


def test_printed_for_people(curnits: Command, tmp_path: Path) -> None:
    result = curnits("run", "hot-dog-stands-with-money", "--out", tmp_path / "run")
    assert (result.status, result.err) == (0, "")
    for text in ("small stand", "95", "145", "they got there", str(tmp_path / "run")):
        assert text in result.out.replace("\n", " ")
    checked = curnits("check", tmp_path / "run")
    assert checked.status == 0
    assert checked.out.splitlines()[1] == "Passed."


def test_a_game_from_a_gambit_file(curnits: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.nfg"
    path.write_text('NFG 1 R "" { "A" "B" } { 2 2 } 2 1 0 0 0 0 1 2')
    result = curnits("run", path, "--out", tmp_path / "run", "--json")
    assert result.status == 0
    path.unlink()
    assert curnits("check", tmp_path / "run").status == 0


def test_folder_says_how_it_was_made(folder: Path) -> None:
    scenario = load(folder / "scenario.yaml")
    original = load(find("hot-dog-stands"))
    assert scenario == original
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["seed"] == original.run.seed
    assert manifest["curnits"]
    assert {"mesa", "numpy", "scipy"} <= set(manifest["dependencies"])
    for name in TABLES:
        when = "ended" if name == "talks" else "tick"
        assert when in pd.read_parquet(folder / f"{name}.parquet").columns


def test_same_seed_same_bytes(folder: Path, curnits: Command, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert curnits("run", "hot-dog-stands", "--out", again).status == 0
    for name in FILES - {"manifest.json"}:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_run_folder_can_be_run_again(folder: Path, curnits: Command, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert curnits("run", folder / "scenario.yaml", "--out", again).status == 0
    for name in TABLES:
        table = f"{name}.parquet"
        assert (again / table).read_bytes() == (folder / table).read_bytes()


def test_seed_and_default_folder(
    curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = curnits("run", "split-or-steal", "--seed", 7, "--json")
    assert result.status == 0
    assert result.json["seed"] == 7
    assert load(tmp_path / "runs" / "split-or-steal-seed7" / "scenario.yaml").run.seed == 7


def test_too_few_ticks_is_a_negative_answer(curnits: Command, tmp_path: Path) -> None:
    result = curnits("run", "ferguson-threats", "--ticks", 3, "--out", tmp_path / "run", "--json")
    assert result.status == 1
    assert result.json["converged"] is False
    assert result.json["ticks"] == 3
    assert curnits("check", tmp_path / "run").status == 1


@pytest.mark.usefixtures("few_figures")
def test_run_says_what_is_paid(curnits: Command, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    result = curnits("run", "ransom", "--out", folder, "--json")
    final = result.json["final"]
    assert final["agreement"][0]["outcome"] == {"kidnapper": "release", "family": "wait"}
    assert final["before_payments"] == {"kidnapper": 0, "family": 0}
    assert final["payments"] == pytest.approx({"kidnapper": 40, "family": -40}, abs=0.01)
    assert result.json["analytic"]["payments"] == pytest.approx({"kidnapper": 40, "family": -40})
    said = "family pays kidnapper 39.9998."
    assert said in curnits("run", "ransom", "--out", folder, "--force").out
    assert said in curnits("check", folder).out
    assert curnits("report", folder).status == 0
    assert said in (folder / "report.html").read_text()
    assert curnits("plot", folder, "--figure", "trades").status == 0
    caption = " ".join((folder / "figures" / "trades.txt").read_text().split())
    assert f"before payments: kidnapper 0, family 0. {said} Payoffs after them" in caption
    plain = curnits("run", "threat-game", "--out", tmp_path / "other", "--json").json["final"]
    assert (plain["agreement"], plain["payments"]) == (None, None)


def test_existing_folder_is_refused_unless_told(folder: Path, curnits: Command) -> None:
    before = (folder / "scenario.yaml").read_bytes()
    words = ("run", "threat-game", "--out", folder)
    refused = curnits(*words)
    assert (refused.status, refused.out) == (2, "")
    assert f"{folder}: exists already (--force replaces it" in refused.err
    assert (folder / "scenario.yaml").read_bytes() == before
    assert curnits(*words, "--force").status == 0
    assert load(folder / "scenario.yaml").title == "Threat game"
    assert [path.name for path in folder.parent.iterdir()] == ["run"]


def test_force_replaces_run_folders_only(curnits: Command, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")
    result = curnits("run", "threat-game", "--out", mine, "--force")
    assert result.status == 2
    assert "is not a run folder" in result.err
    assert (mine / "thesis.tex").read_text() == "years of work"


def test_unwritable_folder(curnits: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = curnits("run", "threat-game", "--out", tmp_path / "file" / "run")
    assert (result.status, result.out) == (2, "")
    assert "cannot be written" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("words", [("--ticks", "0"), ("--seed", "-1"), ("--ticks", "many")])
def test_bad_numbers(words: tuple[str, str], curnits: Command, tmp_path: Path) -> None:
    result = curnits("run", "threat-game", "--out", tmp_path / "run", *words)
    assert (result.status, result.out) == (2, "")
    assert list(tmp_path.iterdir()) == []


def test_disagreement_of_others_than_the_players(curnits: Command, tmp_path: Path) -> None:
    scenario = tmp_path / "offers.yaml"
    text = find("alternating-offers").read_text("utf-8")
    scenario.write_text(text.replace("{seller: 1, buyer: 0}", "{SELLER: 1, buyer: 0}"))
    result = curnits("run", scenario, "--out", tmp_path / "run")
    assert (result.status, result.out) == (2, "")
    where = f"{scenario}: negotiation.offers.disagreement: expected a payoff for each of seller"
    assert where in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["offers.yaml"]


def endless(folder: Path) -> Path:
    scenario = folder / "long.yaml"
    text = load(find("three-solutions")).to_yaml()
    scenario.write_text(
        text.replace("ticks: 20000", "ticks: 100000000").replace("window: 200", "window: 90000000")
    )
    assert load(scenario).run.ticks == 100_000_000
    return scenario


def interrupted(words: list[object], begun: Callable[[], bool]) -> tuple[int, str, str]:
    """Press Ctrl-C a second after a command has begun; return status and what it printed."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from curnits.analysis.cli.app import main; main()",
            *map(str, words),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    started = monotonic()
    while not begun():
        assert process.poll() is None
        assert monotonic() - started < 60
        sleep(0.05)
    sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.usefixtures("few_figures")
def test_an_interrupted_run_keeps_what_was_recorded(curnits: Command, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "run"
    status, out, err = interrupted(
        ["run", endless(tmp_path), "--out", target, "--json"],
        lambda: bool(list(tmp_path.glob("deep/.curnits-*"))),
    )
    assert status == 130
    assert "Traceback" not in err
    assert "unfinished" in err
    summary = json.loads(out)
    assert summary["unfinished"]
    assert not summary["converged"]
    assert "the run is unfinished" in summary["verdict"]
    assert {path.name for path in target.iterdir()} == FILES
    assert json.loads((target / "manifest.json").read_text())["unfinished"] is True
    ticks = pd.read_parquet(target / "ticks.parquet")["tick"]
    assert ticks.iloc[-1] == summary["ticks"] == load(target / "scenario.yaml").run.ticks
    checked = curnits("check", target, "--json")
    assert checked.status == 1
    assert checked.json["objections"] == [
        f"the run is unfinished: interrupted after {summary['ticks']:,} ticks"
    ]
    for words in (("plot", target, "--figure", "prices"), ("report", target)):
        result = curnits(*words)
        assert result.status == 0
        assert "the run is unfinished" in result.err
    assert "the run is unfinished" in (target / "report.html").read_text()
    again = tmp_path / "again"
    curnits("run", target / "scenario.yaml", "--out", again)
    assert (again / "negotiators.parquet").read_bytes() == (
        target / "negotiators.parquet"
    ).read_bytes()


def test_a_second_interruption_leaves_nothing_behind() -> None:
    with interruptible() as stopped:
        assert not stopped()
        signal.raise_signal(signal.SIGINT)
        assert stopped()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_names_that_are_not_utf8_and_a_terminal_that_knows_ascii_only(tmp_path: Path) -> None:
    scenario, folder = tmp_path / "m\udcfe.yaml", tmp_path / "o\udcff"
    scenario.write_text(find("threat-game").read_text("utf-8"), "utf-8")
    code = """
import sys
from curnits.analysis.cli.app import main
scenario, folder = sys.argv[1:]
for words in ("run", scenario, "--out", folder), ("check", folder), ("solve", scenario), (
    "plot", folder, "--figure", "prices"
):
    try:
        main(words)
    except SystemExit as end:
        assert not end.code
"""
    result = subprocess.run(
        [sys.executable, "-c", code, scenario, folder],
        check=False,
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads((folder / "summary.json").read_text("utf-8"))["scenario"] == "m\\udcfe"


def _edit(path: Path, value: Any, *keys: Any) -> None:
    content = target = json.loads(path.read_text())
    for key in keys[:-1]:
        target = target[key]
    target[keys[-1]] = value
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("keys", "value", "objection"),
    [
        (("final", "payoffs", "big stand"), 141.0, "final: big stand is said to get 141"),
        (("state", "agreement", 0, "probability"), 0.4, None),
        (("solution", "equilibria", 0, "payoffs", "big stand"), 1.0, "is said to get 1,"),
        (("solution", "equilibria"), [], "is said to have converged, and has not"),
        (("solution", "concept"), "coco-value", None),
        (("seed",), 77, "seed or ticks"),
        (("ticks",), 7, "seed or ticks"),
        (("final", "prices", "big stand"), 0.4, "final.prices"),
        (("analytic", "prices", "big stand"), 0.4, "analytic.prices"),
        (("analytic", "payoffs", "big stand"), 141.0, "analytic.payoffs"),
        (("distance", "payoffs"), 0.1, "distance.payoffs"),
        (("distance", "prices"), 0.1, "distance.prices"),
        (("residuals", "split"), 0.1, "residuals.split"),
        (("state", "residuals", "split"), 0.1, "last state: residuals.split"),
        (("state", "coalitions", 0, "value"), 0.1, "last state: coalitions.small stand.value"),
        (("solution", "game", "payoffs", "big stand", 0, 0), 0.5, "solution.game"),
    ],
)
def test_check_sees_what_was_changed(
    keys: tuple[Any, ...], value: Any, objection: str | None, folder: Path, curnits: Command
) -> None:
    _edit(folder / "summary.json", value, *keys)
    result = curnits("check", folder)
    if objection is None:
        assert (result.status, result.out) == (2, "")
        assert "summary.json" in result.err
    else:
        assert result.status == 1
        assert objection in " ".join(result.out.split())


@pytest.mark.parametrize(
    ("keys", "command"),
    [
        (("escalation", "owed_to_threats"), "report"),
        (("escalation", "fought_with"), "report"),
        (("solution", "equilibria", 0, "payoffs"), "plot"),
        (("final", "prices"), "plot"),
        (("state", "coalitions", 0, "delivered"), "report"),
    ],
)
def test_what_is_said_must_be_about_the_players(
    keys: tuple[Any, ...], command: str, folder: Path, curnits: Command, tmp_path: Path
) -> None:
    _edit(folder / "summary.json", {"somebody": 1.0} if len(keys) != 2 else {}, *keys)
    result = curnits(command, folder, "--out", tmp_path / "out.html")
    assert (result.status, result.out) == (2, "")
    where = ".".join(map(str, keys[:-1] if keys[-1] == "delivered" else keys))
    assert f"summary.json: {where}: expected" in " ".join(result.err.split())
    assert not (tmp_path / "out.html").exists()


def test_check_sees_another_table(folder: Path, curnits: Command) -> None:
    path = folder / "negotiators.parquet"
    table = pd.read_parquet(path)
    table.loc[table.index[-1], "payoff"] += 1.0
    table.to_parquet(path, index=False)
    result = curnits("check", folder)
    assert result.status == 1
    assert "last tick: big stand is said to get 141" in " ".join(result.out.split())


def test_a_table_with_text_that_is_none(folder: Path, curnits: Command) -> None:
    path = folder / "acts.parquet"
    text = pa.py_buffer(b"bluf\xa4"), pa.py_buffer(np.array([0, 5], dtype=np.int32).tobytes())
    odd = pa.Array.from_buffers(pa.string(), 1, [None, text[1], text[0]])
    row = {"tick": [1], "talk": [1], "player": ["big stand"], "act": odd}
    parquet.write_table(pa.table(row), path)
    for command in ("check", "plot"):
        result = curnits(command, folder)
        assert (result.status, result.out) == (2, "")
        assert "acts.parquet: not a Parquet table" in " ".join(result.err.split())


@pytest.mark.parametrize("name", sorted(FILES - {"manifest.json"}))
def test_check_of_a_folder_with_a_file_missing_or_spoilt(
    name: str, folder: Path, curnits: Command
) -> None:
    for spoil in (lambda path: path.write_bytes(b"\x00spoilt"), Path.unlink):
        spoil(folder / name)
        result = curnits("check", folder)
        assert (result.status, result.out) == (2, "")
        assert name in result.err
        assert result.err.count("\n") == 1
