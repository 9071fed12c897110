"""What is said of policies: what each gained, what was destroyed, what cannot be agreed on."""

from pathlib import Path

import numpy as np
import pytest
from command import Command
from matplotlib.figure import Figure

from curnits.analysis.figures.policies import POLICIES
from curnits.analysis.judging.policies import TOLD, TRUE, achieved, impossible, judge_policies
from curnits.analysis.storage.rundata import read_run
from curnits.sim.running import Run, Simulation, pursue
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.scenario import Scenario


def scenario(name: str, **negotiation: object) -> Scenario:
    entry = load(catalogue()[name])
    return entry.with_negotiation(**negotiation) if negotiation else entry


def run(entry: Scenario) -> Run:
    return pursue(Simulation.of(entry))


def test_truthful_players_are_not_judged() -> None:
    entry = scenario("divide-the-pie", policies={}).with_run(ticks=20)
    assert judge_policies(entry, run(entry)) is None
    assert impossible(entry) is None


def test_each_loses_half_in_an_impasse() -> None:
    entry = scenario("impasse")
    judged = judge_policies(entry, run(entry))
    assert judged is not None
    np.testing.assert_allclose(judged.payoffs, [0, 0], atol=0.01)
    # had it been truthful, Ada would have got the 4 that Bo leaves, and Bo the 3 that Ada leaves
    assert judged.gained == pytest.approx({"Ada": -4, "Bo": -3}, abs=0.05)
    assert judged.destroyed == pytest.approx(0.5, abs=0.01)
    assert judged.near == "secure"
    np.testing.assert_allclose(judged.measures[TRUE], [5, 5])
    assert "Ada lost 4 by its policy (40 % of range)" in judged.verdict
    assert "Destroyed: 50 % of what is at stake." in judged.verdict


def test_what_cannot_be_agreed_on_is_said_before() -> None:
    said = impossible(scenario("impasse"))
    assert said is not None
    assert "Ada 7, Bo 6" in said
    assert "15 %" in said
    compatible = {
        "Ada": {"unyielding": {"reservation": 6}},
        "Bo": {"unyielding": {"reservation": 4}},
    }
    assert impossible(scenario("impasse", policies=compatible)) is None


def test_the_announced_game_is_a_measure_of_its_own() -> None:
    policies = {"row": {"misreport": {"bend": 3}}}
    entry = scenario("learning-to-agree", policies=policies, rounds=1, breakdown={})
    judged = judge_policies(entry, run(entry))
    assert judged is not None
    assert judged.near == TOLD
    assert np.abs(judged.measures[TRUE] - judged.measures[TOLD]).max() > 0.05


def test_a_run_says_what_policies_did_and_draws_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    curnits = Command(capsys)
    printed = curnits("run", "bully-at-any-cost", "--out", tmp_path / "run", "--json").json
    assert printed["policies"]["policies"] == {"Ada": "bully"}
    assert printed["policies"]["gained"]["Ada"] == pytest.approx(-2, abs=0.05)
    gains, measures = POLICIES.panels([read_run(tmp_path / "run")])
    axes = Figure().subplots()
    gains.draw(axes, gains.table)
    (bar,) = axes.patches
    assert bar.get_width() == pytest.approx(-2, abs=0.05)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Ada\nbully"]
    axes = Figure().subplots()
    measures.draw(axes, measures.table)
    ada, bo = (line.get_xdata()[0] for line in axes.lines[:2])
    assert (ada, bo) == pytest.approx((3, 7), abs=0.05)
    warned = curnits("run", "impasse", "--out", tmp_path / "other")
    assert warned.err.startswith("curnits: No agreement can be signed: Ada 7, Bo 6")


def test_any_form_of_game_is_judged() -> None:
    """Curved frontiers, of which the solver knows more points; worths in money."""
    for name, gains in (("divide-the-pie", 0.517), ("three-partners", 12)):
        entry = scenario(name)
        first = entry.game_without_ladders.players[0]
        entry = entry.with_negotiation(policies={first: "unyielding"})
        judged = judge_policies(entry, run(entry))
        assert judged is not None
        assert judged.gained[first] == pytest.approx(gains, abs=0.05)
    hesitant = scenario("bargaining-triangle", policies={"Ann": "hesitant"})
    judged = judge_policies(hesitant, run(hesitant))
    assert judged is not None
    assert "Ann gained nothing by its policy." in judged.verdict


def test_only_what_has_ended_counts() -> None:
    entry = scenario("learning-to-agree").with_run(ticks=5)
    ended = run(entry)
    np.testing.assert_array_equal(achieved(entry.build(), ended), ended.payoffs)
