from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from textbook import numbers, textbook_game

from analysis.convergence import REACHED, convergence_rate, distances, judge
from sim.games.game import from_payoffs
from sim.negotiation.settings import RunSettings
from sim.running import simulate

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
