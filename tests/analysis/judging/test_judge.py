from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from textbook import numbers, textbook_game

from curnits.analysis.judging.judge import REACHED, convergence_rate, distances, judge
from curnits.analysis.judging.shortfalls import believed_regret
from curnits.analysis.solution import Candidate
from curnits.analysis.verification.coco import verify
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.settings import RunSettings
from curnits.sim.running import simulate

GAME = from_payoffs([[[0.0, 2.0]], [[0.0, 10.0]]], players=["a", "b"])


def path(payoffs):
    """A table of negotiators with one row a tick and player."""
    rows = [
        (tick, player, payoff)
        for tick, pair in payoffs.items()
        for player, payoff in zip("ab", pair, strict=True)
    ]
    return pd.DataFrame(rows, columns=["tick", "player", "payoff"])


def test_distances_are_shares_of_payoff_range():
    table = path({10: (1.0, 10.0), 20: (2.0, 9.0)})
    assert distances(GAME, table, np.array([2.0, 10.0])).to_dict() == {10: 0.5, 20: 0.1}


def test_rate_of_a_power_law():
    table = path({tick: (2.0 - tick**-1.5, 10.0) for tick in range(10, 2000, 10)})
    assert convergence_rate(GAME, table, np.array([2.0, 10.0])) == pytest.approx(1.5, abs=1e-6)


def test_there_is_no_rate_without_a_distance():
    table = path(dict.fromkeys(range(1, 9), (2.0, 10.0)))
    assert np.isnan(convergence_rate(GAME, table, np.array([2.0, 10.0])))


def test_a_run_that_gets_there():
    game = textbook_game("Ferguson III.4 A")
    judgement = judge(game, simulate(game))
    assert judgement.arrived
    assert judgement.concept == "coco"
    assert judgement.payoff_distance < REACHED
    assert judgement.nearest.payoffs == pytest.approx(numbers(["29/6", "13/4"]))
    assert "they got there" in judgement.verdict
    assert not judgement.state.accepted  # close is not exact


def test_a_run_that_is_cut_short():
    game = textbook_game("Ferguson III.4 A")
    run = simulate(game, None, RunSettings.model_validate({"ticks": 5}))
    judgement = judge(game, run)
    assert not judgement.arrived
    assert "had not settled after 5 ticks" in judgement.verdict


def test_a_run_that_settles_elsewhere_is_told_so():
    game = textbook_game("hot-dog stands")
    run = simulate(game)
    judgement = judge(game, replace(run, payoffs=run.payoffs + np.array([20.0, 0.0])))
    assert not judgement.arrived
    assert judgement.payoff_distance == pytest.approx(0.25, abs=1e-3)
    assert "they did not get there" in judgement.verdict


def test_the_nearest_of_several_equilibria_counts():
    game = textbook_game("three solutions")
    run = simulate(game)
    for payoffs, prices in (
        ([1.0, 1.0, 1.0], [7.0, 2.0, 2.0]),
        ([5 / 6, 5 / 3, 5 / 6], [7.0, 2.0, 1.0]),
        ([5 / 6, 5 / 6, 5 / 3], [7.0, 1.0, 2.0]),
    ):
        there = replace(run, payoffs=np.array(payoffs), prices=np.array(prices) / sum(prices))
        assert judge(game, there).payoff_distance < 1e-9


def test_money_is_judged_by_the_value():
    game = textbook_game("hot-dog stands")
    rich = from_payoffs(game.payoffs, money=True)
    judgement = judge(rich, simulate(rich))
    assert judgement.concept == "coco-value"
    assert judgement.arrived
    assert judgement.nearest.payoffs == pytest.approx([95, 145])


def sparse(seed):
    """Three players, few payoffs other than 0, and one player who always gets 0."""
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(1, 6, size=(3, 2, 2, 2)) * (rng.random((3, 2, 2, 2)) < 0.3)
    payoffs[rng.integers(3)] = 0
    return from_payoffs(payoffs)


@pytest.mark.parametrize("seed", [0, 1, 4, 7])
def test_a_player_who_cannot_be_paid_leaves_open_where_talks_end(seed):
    """Next to its price all others vanish, and a continuum of agreements is in equilibrium."""
    judgement = judge(sparse(seed), simulate(sparse(seed)))
    assert judgement.payoff_distance > 0.02
    assert judgement.missed.worst < 1e-3  # a share of what varies, however cheap that is
    assert judgement.arrived
    assert "an equilibrium of its own" in judgement.verdict


def test_regret_keeps_a_state_from_standing_alone():
    run = simulate(sparse(0))
    idle = {mask: np.full(len(threat), 1 / len(threat)) for mask, threat in run.threats.items()}
    judgement = judge(sparse(0), replace(run, threats=idle))
    assert not judgement.arrived
    assert "a coalition regrets its threat" in judgement.verdict


def test_the_verdict_names_the_equilibrium_and_its_mirror_image():
    game = textbook_game("three solutions")
    run = simulate(game)
    judgement = judge(game, run)
    others = judgement.solution.equilibria
    assert len(others) == 3
    assert f"equilibrium, {judgement.number} of 3 known: they got there." in judgement.verdict
    assert np.ptp(judgement.nearest.payoffs) > 0.1
    assert "the seed decides between it and its mirror image" in judgement.verdict
    fair = min(others, key=lambda found: np.ptp(found.payoffs))
    there = replace(run, payoffs=fair.payoffs, prices=fair.candidate.prices)
    assert "mirror" not in judge(game, there).verdict


def test_with_money_everybody_has_a_range_of_its_own():
    payoffs = np.array([[[0.0, 1.0]], [[0.0, 100.0]], [[5.0, 5.0]]])[:, :, :, None]
    game = from_payoffs(payoffs, players=["a", "b", "c"], money=True)
    run = simulate(game)
    off = replace(run, payoffs=run.payoffs + np.array([0.5, -0.5, 0.0]))
    near, far = judge(game, run), judge(game, off)
    assert near.payoff_distance < 1e-3
    assert far.payoff_distance == pytest.approx(0.5, abs=1e-3)  # and not 0.5 of 100


@pytest.mark.parametrize(
    ("share", "harm", "regret"),
    [(1.0, 0.0, 0.0), (1.0, 0.5, 0.3), (0.5, 0.5, 0.3), (0.5, 1.0, 0.7), (0.0, 0.5, 0.4)],
)
def test_beliefs_divide_a_strategy_into_threat_and_retreat(share, harm, regret):
    """Harm falls short by 0.6 of all that is at stake as a threat, by 0.8 as a retreat."""
    game = from_payoffs([[[4.0], [0.0]], [[0.0], [-1.0]]])
    threats = {1: np.array([1.0 - harm, harm]), 2: np.ones(1)}
    even = np.array([0.5, 0.5])
    state = verify(game, Candidate(even, np.array([1.0, 0.0]), threats, np.zeros(2)))
    assert believed_regret(game, state, np.array([share, 1.0])) == pytest.approx(regret)
    if share == 1.0:
        assert state.residuals.regret == pytest.approx(regret)
