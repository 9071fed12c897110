"""What scenarios of offers, failures and arrivals claim to show, checked by running them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command import Command
from matplotlib.figure import Figure

from curnits.analysis.concepts import default_concept, solve
from curnits.analysis.figures.talks import TALKS
from curnits.analysis.storage.folder import write_run
from curnits.analysis.storage.rundata import RunData, read_run
from curnits.sim.running import Run, simulate
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.scenario import Scenario


def scenario(name: str) -> Scenario:
    return load(catalogue()[name])


def run(entry: Scenario) -> Run:
    return simulate(
        entry.game_without_ladders,
        entry.negotiation,
        entry.run,
        ladders=entry.ladder_list,
        newcomers=entry.newcomer_list,
    )


def usual(entry: Scenario) -> np.ndarray:
    game = entry.build()
    (found,) = solve(game, default_concept(game)).equilibria
    return found.payoffs


def test_whoever_proposes_asks_for_a_little_more() -> None:
    ended = run(scenario("alternating-offers"))
    offers = ended.tables["offers"].query("tick > 1000")
    own = offers[offers["proposer"] == offers["player"]].groupby("player")["offer"].mean()
    others = offers[offers["proposer"] != offers["player"]].groupby("player")["offer"].mean()
    assert (own > others).all()
    assert (own - others < 0.1).all()
    np.testing.assert_allclose(ended.payoffs, [4, 3], atol=0.02)


def test_threats_by_offers_end_at_the_coco_equilibrium() -> None:
    entry = scenario("threats-by-offers")
    ended = run(entry)
    np.testing.assert_allclose(ended.payoffs, usual(entry), atol=0.01)
    assert ended.threats[0b01][0] > 0.99  # top, against right
    assert ended.threats[0b10][1] > 0.99
    np.testing.assert_allclose(ended.disagreement, [0, -4], atol=0.01)


def test_a_committed_saboteur_need_not_mind_what_sabotage_costs() -> None:
    entry = scenario("proposer-commitment")
    np.testing.assert_allclose(usual(entry)[2], 5 / 3)
    for cost in (0.5, 1, 2):
        family = {**entry.game.model_dump(), "parameters": {**entry.game.parameters, "cost": cost}}
        changed = Scenario.model_validate({**entry.model_dump(), "game": family})
        np.testing.assert_allclose(run(changed).payoffs, [2.5, 2.5, 3], atol=1e-6)


def test_stands_that_move_first_gain_nothing_by_hurting() -> None:
    ended = run(scenario("stands-that-move-first"))
    assert ended.converged
    np.testing.assert_allclose(ended.payoffs, [65, 175], atol=0.01)
    np.testing.assert_allclose(usual(scenario("stands-that-move-first")), [95, 145])


def test_misjudged_offers_fail_now_and_then() -> None:
    ended = run(scenario("misjudged-offers"))
    talks = ended.tables["talks"].groupby("talk")[["ending", "payoff"]].first()
    failed = talks["ending"] == "broke down"
    assert 0.05 < failed.mean() < 0.2
    np.testing.assert_allclose(ended.payoffs, [4, 3], atol=0.02)
    assert talks["payoff"].mean() < 3.99


def test_hollow_threats_are_worth_nothing_in_the_end() -> None:
    entry = scenario("hollow-threats")
    ended = run(entry)
    talks = ended.tables["talks"].query("player == 'saboteur'")
    assert (talks["credibility"].diff().dropna() <= 0).all()
    assert talks["credibility"].iloc[-1] < 0.01
    np.testing.assert_allclose(usual(entry)[2], 5 / 3)
    np.testing.assert_allclose(ended.payoffs, [4, 4, 0], atol=0.02)
    firm = entry.negotiation.model_copy(
        update={"credibility": entry.negotiation.credibility.model_copy(update={"resolve": 1.0})}
    )
    kept = run(entry.model_copy(update={"negotiation": firm}))
    np.testing.assert_allclose(kept.payoffs, usual(entry), atol=0.02)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that two tests look at."""
    folder, entry = tmp_path_factory.mktemp("learned"), scenario("learning-to-agree")
    data = RunData.of(entry, run(entry))
    write_run(folder, entry, data.tables, data.summary.model_dump(), [])
    return folder


def test_failures_teach_to_agree(learned: Path) -> None:
    entry = scenario("learning-to-agree")
    other = run(entry.with_run(seed=2))
    for tables in (read_run(learned).tables, other.tables):
        endings = tables["talks"].groupby("talk")["ending"].first()
        assert endings.iloc[0] == "broke down"
        assert (endings.tail(5) == "agreed").all()
        gaps = tables["breakdowns"]["gap"]
        assert gaps.iloc[0] > 2 * gaps.iloc[-1]
        last = tables["negotiators"].tail(2)["payoff"]
        np.testing.assert_allclose(last, usual(entry), atol=0.01)


def test_talks_are_drawn_if_there_are_several(
    learned: Path, curnits: Command, tmp_path: Path
) -> None:
    data = read_run(learned)
    (panel,) = TALKS.panels([data])
    assert panel.table["talk"].nunique() == 15
    axes = Figure().subplots()
    panel.draw(axes, panel.table)
    failed = (panel.table["ending"] == "broke down").sum()
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert sum(len(line.get_xdata()) for line in crosses) == failed > 0
    single = panel.table[panel.table["talk"] == 1]
    assert TALKS.panels([replace(data, tables={"talks": single})]) == []
    assert (curnits("plot", learned, "--figure", "talks", "--out", tmp_path / "x.svg")).status == 0


def test_a_newcomer_is_paid_for_what_it_could_do() -> None:
    entry = scenario("newcomer")
    ended = run(entry)
    payoffs = ended.tables["negotiators"].pivot_table(
        index="tick", columns="player", values="payoff"
    )[list(entry.game_without_ladders.players)]
    np.testing.assert_allclose(payoffs.loc[500:3000], np.tile([6, 6, 0], (251, 1)), atol=0.01)
    np.testing.assert_allclose(ended.payoffs, usual(entry), atol=0.01)
    assert ended.payoffs[2] == pytest.approx(8 / 3, abs=0.01)
    outcomes = [entry.build().outcome(k)["newcomer"] for k in np.flatnonzero(ended.agreement > 0.1)]
    assert set(outcomes) == {"stay out", "enter"}
