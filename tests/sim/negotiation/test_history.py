"""Talks that fail, are repeated and remembered, and players who arrive late."""

import numpy as np
import pandas as pd
import pytest
from textbook import textbook_game

from curnits.sim.games.coalitions import grand
from curnits.sim.games.game import GameError
from curnits.sim.games.ladders import Ladder, Rung
from curnits.sim.games.newcomers import Newcomer
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.negotiation.credibility import retreats
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Run, simulate
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.problems import ScenarioError
from curnits.sim.scenario.scenario import Scenario

SERIES = ("ticks", "negotiators", "coalitions", "threats", "trades")


def talk(game, history: dict[str, object], **run: int) -> Run:
    return simulate(
        game, NegotiationSettings.model_validate(history), RunSettings.model_validate(run)
    )


def saboteur() -> NormalGame:
    game = load(catalogue()["producers-and-saboteur"]).build()
    assert isinstance(game, NormalGame)
    return game


def test_nothing_changes_by_default() -> None:
    game = textbook_game("Ferguson III.4 A")
    plain = talk(game, {}, ticks=300)
    unused = {
        "rounds": 5,
        "forgetting": 0.5,
        "breakdown": {"every": 7},
        "credibility": {"loss": 0.9, "gain": 0.1, "resolve": 0.3},
    }
    for name in SERIES:
        table = talk(game, unused, ticks=300).tables[name]
        pd.testing.assert_frame_equal(plain.tables[name], table, check_exact=True)
    assert plain.tables["talks"]["ending"].tolist() == ["unfinished"] * 2
    assert plain.tables["breakdowns"].empty


def test_talks_fail_as_often_as_they_are_said_to() -> None:
    run = talk(saboteur(), {"rounds": 10_000, "breakdown": {"base": 0.3, "every": 2}}, ticks=2000)
    breakdowns = run.tables["breakdowns"]
    assert len(breakdowns) / 1000 == pytest.approx(0.3, abs=0.05)
    assert (breakdowns["tick"] % 2 == 0).all()
    assert breakdowns["carried_out"].all()
    assert breakdowns["answered"].all()
    # sides are drawn by size, then evenly: three lone players, three pairs
    sides = breakdowns["side"].value_counts(normalize=True)
    assert sides.to_numpy() == pytest.approx(np.full(6, 1 / 6), abs=0.08)


def test_the_risk_grows_with_the_gap() -> None:
    run = talk(
        textbook_game("Ferguson III.4 A"),
        {
            "policies": {"1": "hesitant", "2": "hesitant"},
            "rounds": 1000,
            "forgetting": 0.5,
            "breakdown": {"base": 0.1, "slope": 2, "every": 10},
        },
        ticks=1000,
    )
    breakdowns = run.tables["breakdowns"]
    assert breakdowns["gap"].max() > 0.01
    expected = np.minimum(1.0, 0.1 + 2 * breakdowns["gap"])
    np.testing.assert_allclose(breakdowns["failure"], expected)


def test_how_far_an_iteration_has_got_fails_no_talks() -> None:
    """What is not settled is no quarrel; claims are, whatever the pace at which curnits move."""
    game = textbook_game("Ferguson III.4 A")
    history = {"rounds": 1000, "forgetting": 0.5, "breakdown": {"slope": 20, "every": 10}}
    slow, fast = (
        talk(game, {**history, "redeemed": redeemed}, ticks=1000) for redeemed in (0.01, 0.3)
    )
    assert slow.tables["breakdowns"].empty
    assert fast.tables["breakdowns"].empty
    claims = {**history, "policies": dict.fromkeys(game.players, "hesitant")}
    failures = [
        len(talk(game, {**claims, "redeemed": redeemed}, ticks=1000).tables["breakdowns"])
        for redeemed in (0.01, 0.3)
    ]
    assert min(failures) > 0
    assert max(failures) <= 1.1 * min(failures)


def test_failure_costs_what_the_threats_take() -> None:
    """Both insist, and get nothing of the 10."""
    game = from_payoffs([[[0, 0], [10, 0]], [[0, 10], [0, 0]]])
    run = talk(game, {"breakdown": {"base": 1.0, "every": 500}})
    assert run.ticks == 500
    assert not run.converged
    talks = run.tables["talks"]
    assert talks["ending"].tolist() == ["broke down"] * 2
    np.testing.assert_allclose(talks["payoff"], 0, atol=0.01)
    np.testing.assert_allclose(run.payoffs, [5, 5], atol=0.01)


def test_later_talks_start_from_what_was_learned() -> None:
    game = textbook_game("Ferguson III.4 A")
    settings = {"rounds": 3}
    talks = talk(game, settings).tables["talks"].query("player == '1' or player == 'row'")
    lengths = (talks["ended"] - talks["began"]).tolist()
    assert talks["ending"].tolist() == ["agreed"] * 3
    assert lengths[0] > 3 * lengths[1]
    forgetful = talk(game, {**settings, "forgetting": 1.0}).tables["talks"]
    again = (forgetful["ended"] - forgetful["began"]).unique()
    assert again.min() > 3 * lengths[1]
    np.testing.assert_allclose(talks["payoff"], talks["payoff"].iloc[0], atol=0.01)


def test_backing_down_costs_credibility() -> None:
    history = {
        "rounds": 6,
        "breakdown": {"base": 1.0, "every": 20},
        "credibility": {"start": 0.8, "resolve": {"saboteur": 0}, "loss": 0.5, "gain": 0.25},
    }
    talks = talk(saboteur(), history).tables["talks"]
    level = talks.pivot_table(index="talk", columns="player", values="credibility")
    np.testing.assert_allclose(level["saboteur"], 0.8 * 0.5 ** np.arange(1, 7))
    np.testing.assert_allclose(level["producer 1"], 1 - 0.2 * 0.75 ** np.arange(1, 7))


def test_whoever_backs_down_does_what_is_best_for_itself() -> None:
    history = {
        "breakdown": {"base": 1.0, "every": 200},
        "credibility": {"resolve": {"saboteur": 0}},
    }
    for seed in range(4):
        run = talk(saboteur(), history, seed=seed)
        fight = run.tables["breakdowns"].iloc[0]
        assert (fight["carried_out"], fight["answered"]).count(False) == 1
        # sabotage would take 3 from the producers, and 1 from the saboteur
        payoffs = run.tables["talks"].set_index("player")["payoff"]
        assert payoffs.sum() > 7.9
        assert payoffs["saboteur"] > -1e-3


def test_who_is_not_believed_gains_nothing_by_threats() -> None:
    believed = talk(saboteur(), {})
    doubted = talk(saboteur(), {"credibility": {"start": 0.0}}, ticks=6000)
    np.testing.assert_allclose(believed.payoffs, [19 / 6, 19 / 6, 5 / 3], atol=0.01)
    np.testing.assert_allclose(doubted.payoffs, [4, 4, 0], atol=0.05)


def test_retreats_mind_only_the_members() -> None:
    model = Negotiation(saboteur(), NegotiationSettings(), 1)
    found = model.conflicts.by_coalition(retreats(model.conflicts, model.threats, np.ones(3)))
    names = model.game.joint_action(0b100, int(found[0b100].argmax()))
    assert names == {"saboteur": "refrain"}
    assert found[0b100].max() == 1


@pytest.mark.parametrize("activation", ["simultaneous", "random", "staged"])
def test_histories_come_from_the_seed(activation: str) -> None:
    history = {
        "rounds": 50,
        "activation": activation,
        "breakdown": {"base": 0.5, "every": 10},
        "credibility": {"resolve": 0.5},
    }
    one, again, other = (talk(saboteur(), history, ticks=400, seed=s) for s in (3, 3, 4))
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name], check_exact=True)
    assert not one.tables["breakdowns"].equals(other.tables["breakdowns"])


def test_unknown_players_have_no_resolve() -> None:
    with pytest.raises(GameError, match=r"expected some of producer 1, .*found 'bob'"):
        talk(saboteur(), {"credibility": {"resolve": {"bob": 1}}})


@pytest.mark.parametrize("money", [False, True])
@pytest.mark.parametrize(
    "payoffs",
    [[[1.0, 2.0]], [[[2.0]], [[3.0]]], [[[0.0, 0.0], [0.0, 0.0]], [[5.0, 5.0], [5.0, 5.0]]]],
)
def test_degenerate_games(payoffs, money: bool) -> None:
    game = from_payoffs(payoffs, money=money)
    history = {
        "rounds": 3,
        "breakdown": {"base": 0.5, "slope": 1, "every": 10},
        "credibility": {"start": 0.5, "resolve": 0.5},
    }
    run = talk(game, history, ticks=100)
    assert np.isfinite(run.payoffs).all()


def test_a_newcomer_counts_once_it_is_there() -> None:
    rng = np.random.default_rng(3)
    full = from_payoffs(
        rng.normal(size=(3, 2, 2, 3)),
        players=["a", "b", "c"],
        actions=[["x", "y"]] * 2 + [["p", "q", "r"]],
    )
    before = from_payoffs(full.payoffs[..., 1:2], players=["a", "b", "c"])
    settings, run = NegotiationSettings(), RunSettings(ticks=6000)
    late = simulate(full, settings, run, newcomers=[Newcomer(2, 1, 2000)])
    always, never = simulate(full, settings, run), simulate(before, settings, run)
    assert late.converged
    assert late.ticks > 2000
    payoffs = late.tables["negotiators"].set_index(["tick", "player"])["payoff"]
    np.testing.assert_allclose(payoffs.loc[2000], never.payoffs, atol=0.02)
    np.testing.assert_allclose(late.payoffs, always.payoffs, atol=0.02)
    np.testing.assert_allclose(late.agreement @ full.outcomes, late.payoffs)
    for mask, threat in late.threats.items():
        fought = threat @ full.conflict(mask) @ late.threats[grand(3) ^ mask]
        expected = always.threats[mask] @ full.conflict(mask) @ always.threats[grand(3) ^ mask]
        np.testing.assert_allclose(fought, expected, atol=0.05)
    threatened = late.tables["threats"].query("coalition == 'c'")
    assert set(threatened.query("tick <= 2000")["joint_action"]) == {"q"}


def test_others_invent_while_a_newcomer_is_awaited() -> None:
    game = from_payoffs(
        [
            [[[0, 0], [0, 0]], [[10, 10], [0, 0]]],
            [[[0, 0], [10, 10]], [[0, 0], [0, 0]]],
            np.zeros((2, 2, 2)).tolist(),
        ],
        players=["a", "b", "c"],
        actions=[["yield", "insist"], ["yield", "insist"], ["out", "in"]],
    )
    ladders = [Ladder(0, 1, (Rung("hurt", np.array([0.0, 3.0, 0.0])),), 0)]
    run = simulate(
        game,
        NegotiationSettings(),
        RunSettings(ticks=900),
        ladders=ladders,
        newcomers=[Newcomer(2, 1, 50)],
    )
    assert run.tables["inventions"]["tick"].tolist() == [100]
    assert run.agreement.shape == (3 * 2 * 2,)


NEWCOMER = """
title: x
game:
  form: normal
  actions: {a: [x, y], b: [x, y]}
  payoffs: {a: [[1, 2], [3, 4]], b: [[1, 2], [3, 4]]}
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("newcomers: {c: {arrives: 5, until_then: x}}", "newcomers.c: unknown player"),
        ("newcomers: {a: {arrives: 5, until_then: z}}", "until_then: unknown action"),
        ("newcomers: {a: {arrives: 0, until_then: x}}", "arrives: expected greater than or equal"),
        ("newcomers: {a: {arives: 5, until_then: x}}", "did you mean arrives"),
        ("negotiation: {breakdown: {bas: 0.1}}", "negotiation.breakdown.bas: unknown key"),
        ("negotiation: {credibility: {resolve: 2}}", "negotiation.credibility.resolve: expected"),
        ("negotiation: {offers: {disagreement: no}}", "disagreement: expected 'threats' or"),
        (
            "newcomers: {a: {arrives: 5, until_then: x}}\n"
            "ladders: {a: {rungs: [{action: z, harm: 1}]}}",
            "newcomers.a: a newcomer cannot have a ladder",
        ),
    ],
)
def test_mistakes_are_located(text: str, message: str, tmp_path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(NEWCOMER + text)
    with pytest.raises(ScenarioError, match=f"file.yaml:[0-9]+: .*{message}"):
        load(path)


def test_complete_files_read_back(tmp_path) -> None:
    for name in ("newcomer", "hollow-threats", "misjudged-offers"):
        scenario = load(catalogue()[name])
        path = tmp_path / "again.yaml"
        path.write_text(scenario.to_yaml())
        assert isinstance(scenario, Scenario)
        assert load(path) == scenario
