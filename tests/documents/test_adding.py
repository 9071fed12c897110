"""One file and one registry line: things of every kind are added from outside, and work."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from command import Command

from curnits.analysis.cli.app import app
from curnits.analysis.concepts.coco import COCO
from curnits.analysis.concepts.registry import CONCEPTS
from curnits.analysis.figures.base import FigureKind, Panel
from curnits.analysis.figures.registry import FIGURES
from curnits.analysis.studies.measures import (
    MEASURES,
    Measure,
    check_measures,
    measure_named,
)
from curnits.analysis.studies.trials import Trial
from curnits.sim import load
from curnits.sim.games.families import FAMILIES, Family
from curnits.sim.games.families.base import require, tabulate
from curnits.sim.negotiation.policies import POLICIES, Policy
from curnits.sim.negotiation.rules.threats import THREATS


@dataclass(frozen=True)
class Ultimatum(Family):
    """One asks for a share, the other takes the rest or burns it."""

    size: float = 6.0

    def __post_init__(self) -> None:
        require(self.size > 0, f"size must be positive, found {self.size}")

    def build(self, rng):
        actions = (("half", "all"), ("take", "burn"))
        asked = np.array([0.5, 1.0]) * self.size
        return tabulate(
            "Ultimatum",
            ("asker", "taker"),
            actions,
            lambda profile: np.where(
                profile[1] == 0, [asked[profile[0]], self.size - asked[profile[0]]], 0.0
            ),
        )


FILE = "title: mine\ngame: {form: family, family: ultimatum, parameters: {size: 8}}\n"


def test_a_family(curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "ultimatum", Ultimatum)
    path = tmp_path / "mine.yaml"
    path.write_text(FILE)
    assert curnits("solve", path, "--json").json["game"]["payoffs"]["asker"] == [[4, 0], [8, 0]]
    path.write_text(FILE.replace("8", "-8"))
    refused = curnits("solve", path)
    assert refused.status == 2
    assert "size must be positive, found -8" in refused.err


def test_a_concept(curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def solve(game, start):
        return replace(COCO.solve(game, start), concept="mine")

    row = replace(COCO, name="mine", answer="own answer", title="of my own", solve=solve)
    monkeypatch.setitem(CONCEPTS, "mine", row)
    result = curnits("solve", "threat-game", "--concept", "mine")
    assert "The own answer gives 1 to row, 4 to column." in result.out
    path = tmp_path / "answer.json"
    path.write_text(curnits("solve", "threat-game", "--concept", "mine", "--json").out)
    assert curnits("check", path).status == 0
    assert "mine: of my own" in " ".join(curnits("solve", "--help").out.replace("│", " ").split())


def test_a_figure(curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def panels(runs):
        table = pd.DataFrame({"player": runs[0].game.players, "payoff": [1.0, 2.0]})
        return [
            Panel("mine", table, lambda axes, drawn: axes.bar(drawn["player"], drawn["payoff"]))
        ]

    monkeypatch.setitem(FIGURES, "mine", FigureKind("mine", "What I saw.", panels))
    monkeypatch.chdir(tmp_path)
    curnits("run", "threat-game", "--ticks", 50, "--out", "run")
    assert curnits("plot", "run", "--figure", "mine", "--format", "png").status == 0
    assert Path("run/figures/mine.png").read_bytes().startswith(b"\x89PNG")


def test_a_threat_rule_and_a_policy(
    curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entry points are tried in tests/sim/negotiation/test_plugins.py."""

    class Halves(Policy):
        """Insist on half of the range."""

        def least(self, game, player):
            return float(game.low[player] + game.ranges[player] / 2)

    monkeypatch.setitem(POLICIES, "halves", Halves)
    monkeypatch.setitem(THREATS, "logit", THREATS["optimistic"])
    path = tmp_path / "mine.yaml"
    path.write_text(
        "title: t\ngame: {form: normal, payoffs: [[[0, 2], [1, 0]], [[2, 1], [0, 2]]]}\n"
        "negotiation: {threats: logit, policies: {1: halves}}\nrun: {ticks: 300}\n"
    )
    assert curnits("run", path, "--out", tmp_path / "run").status in (0, 1)
    stated = (tmp_path / "run" / "scenario.yaml").read_text()
    assert ": halves" in stated
    assert "threats: logit" in stated


def test_a_study_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Measure("how many play", lambda trial: {"players": trial.game.n})
    monkeypatch.setitem(MEASURES, "mine", mine)
    check_measures(["mine", "outcome"])
    assert measure_named("mine").runs(Trial(load("three-solutions"))) == {"players": 3}


def test_a_command(curnits: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "registered_commands", [*app.registered_commands])

    def mine(source: str) -> None:
        """Say hello."""
        typer.echo(f"hello {source}")

    app.command()(mine)
    assert curnits("mine", "there").out == "hello there\n"
    assert "curnits mine [OPTIONS] source" in curnits("mine", "--help").out
    assert "mine" not in sys.modules
