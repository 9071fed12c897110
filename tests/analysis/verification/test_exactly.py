"""Residuals without rounding agree with those in floating point where that is good enough."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.games import near_ties

from curnits.analysis.solvers.coco.coco import solve
from curnits.analysis.verification.coco import pareto_gap, verify
from curnits.analysis.verification.exactly import (
    excess_claims,
    growing_regret,
    has_near_ties,
    mean_gain,
)
from curnits.sim.games.normal import from_payoffs


def random_game(seed, shape):
    return from_payoffs(np.random.default_rng(seed).uniform(-1, 2, size=(len(shape), *shape)))


@pytest.mark.parametrize(("seed", "shape"), [(0, (2, 3)), (1, (2, 2, 2)), (2, (2, 1, 2, 2))])
def test_claims_are_those_of_the_books(seed, shape):
    game = random_game(seed, shape)
    found = solve(game).equilibria[0]
    prices = found.candidate.prices * np.linspace(0.9, 1.1, game.n)
    prices /= prices.sum()
    moved = verify(game, replace(found.candidate, prices=prices))
    excess, due = excess_claims(game, moved.candidate)
    assert np.abs(excess[prices > 0]).max() == pytest.approx(moved.residuals.clearing, rel=1e-9)
    assert due.sum() == pytest.approx(prices @ (moved.payoffs / (prices @ game.scales)), abs=1e-12)


@pytest.fixture(scope="module")
def near_tie():
    """Return a game with noise of 1e-8, and an answer with prices 2e-8, 1 and 0."""
    *_, (_, game) = near_ties(150, 2026)
    return game, solve(game).equilibria[0].candidate


def test_who_has_price_zero_claims_no_more_than_it_gets(near_tie):
    game, candidate = near_tie
    excess, due = excess_claims(game, candidate)
    free = candidate.prices == 0.0
    assert free.any()
    assert excess[free].max() < 1e-11
    assert np.abs(excess[~free]).max() < 1e-11
    assert due[free].max() < 1e-11


def test_threats_that_are_wrong_to_first_order_are_told_apart():
    """Two players want the same: in fights between them any threat is optimal at the prices."""
    team = [[[4, 4], [0, 4]], [[2, 3], [3, 1]]]
    game = from_payoffs(np.array([team, team, [[[5, 0], [1, 2]], [[3, 2], [0, 0]]]], dtype=float))
    candidate = solve(game).equilibria[0].candidate
    assert candidate.prices[2] == 0.0
    assert growing_regret(game, candidate) < 1e-11
    wrong = dict(candidate.threats)
    for mask in (0b001, 0b110):
        wrong[mask] = np.full(len(wrong[mask]), 1 / len(wrong[mask]))
    moved = replace(candidate, threats=wrong)
    assert growing_regret(game, moved) > 0.01
    assert verify(game, moved).residuals.regret > 0.01


def test_rounding_of_threats_is_no_regret_that_grows():
    """Weights 1e-12 off leave no more than that, even where noise of 1e-10 breaks ties."""
    *_, (_, game) = near_ties(59, 2)
    candidate = solve(game).equilibria[0].candidate
    rng = np.random.default_rng(0)
    tilted = {
        mask: play * (1.0 + 1e-12 * rng.uniform(-1, 1, len(play)))
        for mask, play in candidate.threats.items()
    }
    assert growing_regret(game, replace(candidate, threats=tilted)) < 1e-11


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_gain_is_the_pareto_gap(seed):
    game = random_game(seed, (2, 2, 2))
    agreement = np.random.default_rng(seed).dirichlet(np.ones(8))
    expected = pareto_gap(game.normalised.outcomes, agreement @ game.normalised.outcomes)
    assert mean_gain(game, agreement) == pytest.approx(expected, abs=1e-9)


def test_near_ties_are_payoffs_that_differ_by_little():
    payoffs = np.array([[[0.0, 1.0], [0.5, 0.5]], [[0.0, 1.0], [0.3, 0.6]]])
    assert not has_near_ties(from_payoffs(payoffs))
    payoffs[0, 1, 1] += 1e-9
    assert has_near_ties(from_payoffs(payoffs))


def test_small_prices_are_confirmed_where_floating_point_is_too_coarse():
    """Player 1's price is 1e-9 of that of player 2, with outcomes that tie up to that."""
    noise = 1e-9
    payoffs = np.array([[[0.0, 1.0], [1.0, 0.0]], [[1.0, 1.0 - noise], [1.0 - 2 * noise, 0.0]]])
    game = from_payoffs(payoffs)
    (found,) = solve(game).equilibria
    residuals = found.residuals
    assert max(residuals.clearing, residuals.regret, residuals.pareto) < 1e-11
