"""Menace, cost and destruction, computed by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curnits.sim.games.damage import breakdown_weights, damage, fights, fought_with
from curnits.sim.games.feasible.frontier import support
from curnits.sim.games.normal import from_payoffs

HOT_DOGS = from_payoffs([[[20, 40], [100, 50]], [[40, 200], [80, 100]]])
"""At prices (2, 1)/3 the stands agree on (70, 140) and threaten to crowd the beach: (50, 100)."""
BEACH = np.array([0.0, 1.0])


def test_hot_dog_stands_by_hand() -> None:
    prices, peace = np.array([2, 1]) / 3, np.array([70.0, 140.0])
    fought = fights(HOT_DOGS, {1: BEACH, 2: BEACH}, peace)
    np.testing.assert_array_equal(fought, [[70, 140], [50, 100], [50, 100], [70, 140]])
    found = damage(prices, peace, fought, support(HOT_DOGS.outcomes, prices))
    np.testing.assert_allclose(found.cost, [0, 40 / 3, 40 / 3, 0])
    np.testing.assert_allclose(found.menace, [0, 40 / 3, 40 / 3, 0])
    np.testing.assert_allclose(found.destruction, [0, 80 / 3, 80 / 3, 0], atol=1e-12)
    assert found.expected(0.25) == pytest.approx(20 / 3)
    assert found.expected(0.0) == 0.0


def test_fights_of_three_players_by_hand() -> None:
    """Player 1 burns the house: 1 loses 1, 2 loses 2, 3 loses 4; nobody else can do anything."""
    game = from_payoffs([[[[0]], [[-1]]], [[[0]], [[-2]]], [[[0]], [[-4]]]])
    still = np.ones(1)
    threats = {1: np.array([0.5, 0.5]), 3: np.array([0.0, 1.0]), 5: np.array([1.0, 0.0])}
    threats |= {2: still, 4: still, 6: still}
    peace, prices = np.zeros(3), np.array([1.0, 1.0, 0.5])
    fought = fights(game, threats, peace)
    found = damage(prices, peace, fought, 0.0)
    np.testing.assert_allclose(found.cost, [0, 0.5, 0, 3, 2, 0, 2, 0])
    np.testing.assert_allclose(found.menace, [0, 2, 0, 2, 3, 0, 0.5, 0])
    np.testing.assert_allclose(found.destruction, [0, 2.5, 0, 5, 5, 0, 2.5, 0])
    assert found.expected(1.0) == pytest.approx(15 / 6)


def test_what_is_fought_with_by_hand() -> None:
    """Player 1 burns in half of its lone fights, always beside 2 and never beside 3."""
    game = from_payoffs(np.zeros((3, 2, 1, 1)))
    still = np.ones(1)
    threats = {1: np.array([0.5, 0.5]), 3: np.array([0.0, 1.0]), 5: np.array([1.0, 0.0])}
    first, *others = fought_with(game, threats | {2: still, 4: still, 6: still})
    np.testing.assert_allclose(first, [0.5, 0.5])
    np.testing.assert_allclose(others, 1.0)
    two = fought_with(HOT_DOGS, {1: BEACH, 2: np.array([0.25, 0.75])})
    np.testing.assert_allclose(two, [[0, 1], [0.25, 0.75]])


@pytest.mark.parametrize("n", range(2, 7))
def test_some_side_forms(n: int) -> None:
    weights = breakdown_weights(n)
    assert weights.sum() == pytest.approx(1.0)
    np.testing.assert_array_equal(weights, weights[::-1])
    assert weights[0] == weights[-1] == 0.0


def test_alone_there_is_nobody_to_fight() -> None:
    game = from_payoffs([[1, 3]])
    found = damage(np.ones(1), np.array([3.0]), fights(game, {}, np.array([3.0])), 3.0)
    assert found.expected(1.0) == 0.0
    np.testing.assert_array_equal(found.destruction, [0, 0])


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_menace_and_cost_add_up_and_units_do_not_matter(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 4, n))
    payoffs = rng.normal(size=(n, *shape))
    scales = 10.0 ** rng.uniform(-3, 3, n)
    prices = rng.dirichlet(np.ones(n))
    game = from_payoffs(payoffs)
    stretched = from_payoffs(payoffs * scales.reshape(-1, *[1] * n) + 7.0)
    threats = {
        mask: rng.dirichlet(np.ones(game.joint_actions(mask))) for mask in range(1, (1 << n) - 1)
    }
    best = int((game.outcomes @ prices).argmax())
    found, again = (
        damage(a, g.outcomes[best], fights(g, threats, g.outcomes[best]), support(g.outcomes, a))
        for g, a in ((game, prices), (stretched, prices / scales))
    )
    np.testing.assert_allclose(found.menace + found.cost, found.destruction, atol=1e-12)
    tolerance = 1e-9 * (1 + np.abs(7 * prices / scales).sum())
    np.testing.assert_allclose(found.menace, again.menace, atol=tolerance)
    np.testing.assert_allclose(found.destruction, again.destruction, atol=tolerance)
