"""What optimal threats deliver, where a game leaves open which of several are played."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from textbook import textbook_game

from curnits.analysis import solve
from curnits.analysis.judging.judge import judge
from curnits.analysis.solvers.open_threats import extreme_strategies
from curnits.sim import find, load
from curnits.sim.games.normal import from_payoffs
from curnits.sim.running import simulate


def test_weapons_that_harm_as_much_as_they_cost_leave_open_what_a_fight_delivers() -> None:
    game = load(find("mutual-destruction")).build()
    ada, bo = solve(game).equilibria[0].coalitions[:2]
    assert not ada.open.unique
    assert (ada.open.least[0], ada.open.most[0]) == pytest.approx((-200.0, 0.0))
    assert (bo.open.least[1], bo.open.most[1]) == pytest.approx((-200.0, 0.0))
    assert (ada.open.least_destroyed, ada.open.most_destroyed) == pytest.approx((5.0, 205.0))


def test_a_run_is_compared_with_the_interval() -> None:
    game = load(find("mutual-destruction")).build()
    judgement = judge(game, simulate(game))
    assert judgement.arrived
    assert "leaves open what threats deliver; the simulated ones deliver what it" in (
        judgement.verdict
    )


def test_unique_threats_deliver_one_payoff() -> None:
    for account in solve(textbook_game("Ferguson III.4 A")).equilibria[0].coalitions[:2]:
        assert account.open.unique
        assert account.open.least == pytest.approx(account.delivered, nan_ok=True)
        assert account.open.most == pytest.approx(account.delivered, nan_ok=True)


def test_at_a_price_of_zero_threats_are_optimal_to_first_order() -> None:
    # the team does not care what its neighbour gets, but its own share depends on that
    game = load(find("thin-team")).build()
    found = solve(game).equilibria[0]
    assert min(found.candidate.prices) == 0
    for account in found.coalitions[:-1]:
        assert account.open.unique
        assert account.open.least == pytest.approx(account.delivered, nan_ok=True, abs=1e-6)


def test_fights_that_are_too_large_are_not_worked_out() -> None:
    flat = np.zeros((30, 30))
    flat[:15, :15] = 1.0
    assert extreme_strategies(flat) is None
    payoffs = np.stack([flat, -flat]) + np.eye(2).reshape(2, 2, 1, 1).sum(axis=1)
    assert solve(from_payoffs(payoffs)).equilibria[0].coalitions[0].open is None


@given(st.integers(0, 10_000))
def test_extreme_strategies_reach_as_far_as_linear_programmes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 5, 2)
    matrix = rng.integers(0, 3, (height, width)).astype(float)
    rows, columns = extreme_strategies(matrix)
    value = (rows @ matrix).min(axis=1).max()
    assert (rows @ matrix).min(axis=1) == pytest.approx(value, abs=1e-6)
    assert (matrix @ columns.T).max(axis=0) == pytest.approx(value, abs=1e-6)
    towards = rng.normal(size=height)
    best = linprog(
        -towards, -matrix.T, np.full(width, -value), np.ones((1, height)), np.ones(1)
    ).fun
    assert (rows @ towards).max() == pytest.approx(-best, abs=1e-5)
