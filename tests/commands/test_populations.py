"""The command ``population`` as a user meets it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from command import Command

from curnits.sim.population.populationfile import load_population
from curnits.sim.scenario.catalogue import find_shipped, shipped

TINY = """\
title: Tiny
game:
  form: normal
  actions: {Ada: [yield, insist, hurt], Bo: [yield, insist, hurt]}
  payoffs:
    Ada: [[0, 0, -6], [10, 0, -6], [-2, -2, -8]]
    Bo: [[0, 10, -2], [0, 0, -2], [-6, -6, -8]]
negotiation:
  breakdown: {base: 0.5, every: 20}
  credibility: {start: 0.6}
run: {ticks: 200, seed: 3}
population:
  rounds: 3
  imitation: 0.5
  network: {kind: small-world, neighbours: 2, rewired: 0}
  groups:
    resolute: {people: 4}
    hollow: {people: 2, resolve: 0}
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "manifest.json"}


def test_from_a_file_to_a_figure(curnits: Command, tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "one"
    ended = curnits("population", file, "--out", folder)
    assert ended.status == 0
    assert "6 people met in" in ended.out
    rows = pd.read_parquet(folder / "encounters.parquet")
    people = pd.read_parquet(folder / "people.parquet")
    assert people["group"].tolist() == ["resolute"] * 4 + ["hollow"] * 2
    links = pd.read_parquet(folder / "links.parquet")
    assert set(map(tuple, links.to_numpy().tolist())) == {
        *((k, k + 1) for k in range(5)),
        (0, 5),
    }
    assert not rows.duplicated(["round", "person"]).any()
    last = rows.merge(people, on="person").groupby("group")["reputation"].last()
    assert last["hollow"] < 0.6 < last["resolute"]
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["encounters"] == len(rows) // 2
    assert sum(one["people"] for one in summary["policies"].values()) == 6
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["files"]) == set(contents(folder))
    assert curnits("plot", folder, "--format", "svg").status == 0
    drawn = pd.read_csv(folder / "figures" / "encounters-reputations.csv")
    assert set(drawn["group"]) == {"resolute", "hollow"}
    assert curnits("plot", folder, "--figure", "matrix").status == 2


def test_the_same_seed_gives_the_same_bytes(curnits: Command, tmp_path: Path, file: Path) -> None:
    found = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        folder = tmp_path / name
        words = ("--rounds", 2, "--seed", seed, "--out", folder, "--quiet")
        assert curnits("population", file, *words).status == 0
        found.append(contents(folder))
    assert found[0] == found[1]
    assert found[0]["encounters.parquet"] != found[2]["encounters.parquet"]
    again = tmp_path / "again"  # the complete file that was written leads to the same
    assert curnits("population", tmp_path / "a" / "population.yaml", "--out", again).status == 0
    assert contents(again) == found[0]
    assert curnits("population", file, "--out", again).status == 2
    assert curnits("population", file, "--rounds", 1, "--out", again, "--force").status == 0


def test_interrupted_it_keeps_whole_rounds(curnits: Command, tmp_path: Path, file: Path) -> None:
    code = "from curnits.analysis.cli.app import main; main()"
    words = ["population", str(file), "--rounds", "100000", "--out", str(tmp_path / "x"), "--json"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while not list(tmp_path.glob(".curnits-*")):  # where the folder is being made
            time.sleep(0.02)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.decode().endswith("rounds; unfinished\n")
    summary = json.loads(out)
    assert summary["unfinished"]
    rows = pd.read_parquet(tmp_path / "x" / "encounters.parquet")
    assert len(rows) == 2 * summary["encounters"]
    checked = curnits("check", tmp_path / "x", "--json")
    assert checked.status == 1
    assert checked.json["objections"] == [
        f"the run is unfinished: interrupted after {summary['rounds']:,} rounds"
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  imitation: 0.5", "  imitaton: 0.5", "14: population.imitaton: unknown key"),
        ("imitation: 0.5", "imitation: 5", "14: population.imitation: expected"),
        ("neighbours: 2", "neighbours: 3", "15: population.network.neighbours: expected"),
        ("neighbours: 2", "neighbours: 8", "15: population.network: there are 6 people"),
        ("small-world", "smallworld", "15: population.network"),
        ("resolve: 0", "resolve: 2", "18: population.groups.hollow.resolve: expected"),
        ("resolve: 0", "policy: bullly", "18: population.groups.hollow.policy: unknown policy"),
        (
            "resolve: 0",
            "policy: {unyielding: {reservation: .inf}}",
            "18: population.groups.hollow.policy.unyielding.reservation: expected a finite number",
        ),
        ("resolve: 0", "polcy: bully", "18: population.groups.hollow.polcy: unknown key"),
        ("people: 4", "people: 4000", "16: population.groups: expected 2 to 1,000 people"),
        ("people: 4", "people: 90000000000000", "16: population.groups: expected 2 to 1,000"),
        ("{start: 0.6}", "{resolve: {Ada: 0}}", "10: negotiation.credibility.resolve: said by"),
        ("start: 0.6}", "start: 0.6}\n  policies: {Ada: bully}", "11: negotiation.policies: said"),
        ("seed: 3", "sed: 3", "11: run.sed: unknown key"),
        ("population:", "populaton:", "1: population: expected the section population"),
        ("Bo: [yield, insist, hurt]", "Bo: [yield, insist]", "6: game.payoffs"),
    ],
)
def test_bad_input(
    old: str, new: str, message: str, curnits: Command, tmp_path: Path, file: Path
) -> None:
    assert old in TINY
    file.write_text(TINY.replace(old, new, 1))
    refused = curnits("population", file, "--out", tmp_path / "x")
    assert refused.status == 2
    assert refused.err.count("\n") == 1
    assert f"tiny.yaml:{message}" in refused.err
    assert not (tmp_path / "x").exists()


def test_other_protocols_and_numbers_of_players_are_refused(
    curnits: Command, tmp_path: Path
) -> None:
    groups = "population: {groups: {all: {people: 2}}}\n"
    family = "game: {form: family, family: coordination, parameters: {players: 3}}\n"
    (tmp_path / "three.yaml").write_text(f"title: Three\n{family}{groups}")
    three = curnits("population", tmp_path / "three.yaml")
    assert "three.yaml:2: game: expected two players, who meet (found 3)" in three.err
    offers = "negotiation: {protocol: alternating-offers}\n"
    (tmp_path / "offers.yaml").write_text(f"title: O\n{family.replace('3', '2')}{offers}{groups}")
    assert "offers.yaml:3: negotiation.protocol: expected ticks" in (
        curnits("population", tmp_path / "offers.yaml").err
    )
    assert curnits("population", "nobody").status == 2


def test_shipped_populations(curnits: Command, tmp_path: Path) -> None:
    assert len(shipped("population")) >= 2
    for name in shipped("population"):
        words = ("population", name, "--rounds", 1, "--out", tmp_path / name, "--json")
        assert curnits(*words).json["rounds"] == 1
        scenario = load_population(find_shipped("population", name)).scenario
        assert scenario.source
        assert scenario.look_for
