import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.market import Frontier, Money, market_of, quote
from curnits.sim.negotiation.settings import NegotiationSettings

SETTINGS = NegotiationSettings()


def frontier(seed: int, n: int = 3) -> Frontier:
    outcomes = np.random.default_rng(seed).random((8, n))
    return Frontier(outcomes, share=0.05, trust=0.1, price_floor=1e-3, opening=np.ones(n))


@given(st.integers(0, 10_000), st.floats(1e-4, 0.1), st.floats(0.0, 100.0))
def test_redeeming_stays_in_the_trust_region_and_conserves(
    seed: int, sanding: float, wealth: float
) -> None:
    market = frontier(seed)
    standing = market.open(sanding)
    purses = np.random.default_rng(seed).normal(size=3) * wealth
    purses -= purses.mean()
    after, redeemed = market.redeem(standing, purses, sanding)
    assert redeemed.sum() == pytest.approx(0.0, abs=1e-12 * (1.0 + wealth))
    assert (np.abs(redeemed) <= 0.05 * np.abs(purses) + 1e-15).all()
    assert np.abs(after.payoffs - standing.payoffs).max() <= 0.1
    moved = np.log(after.prices / standing.prices)
    assert np.ptp(moved) <= 0.2 + 1e-12
    assert after.prices.mean() == pytest.approx(1.0)


def test_who_redeems_gains_at_the_quotes() -> None:
    """On a flat stretch of frontier the move is what the curnits were worth: −δ/a and +δ/a."""
    market = Frontier(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.05, 0.1, 1e-3, np.ones(2))
    standing = market.open(1e-4)
    after, redeemed = market.redeem(standing, np.array([0.2, -0.2]), 1e-4)
    assert redeemed == pytest.approx([0.01, -0.01])
    assert after.payoffs - standing.payoffs == pytest.approx(redeemed, rel=1e-2)
    assert after.prices == pytest.approx([1.0, 1.0], abs=1e-4)


def test_at_a_vertex_only_quotes_move() -> None:
    market = Frontier(np.array([[1.0, 1.0], [0.9, 0.0], [0.0, 0.9]]), 0.05, 0.1, 1e-3, np.ones(2))
    standing = market.open(1e-3)
    after, _ = market.redeem(standing, np.array([0.2, -0.2]), 1e-3)
    assert after.payoffs == pytest.approx([1.0, 1.0], abs=1e-9)
    assert after.prices[0] > standing.prices[0]


def test_prices_stop_at_the_floor() -> None:
    market = frontier(1)
    standing = market.open(1e-3)
    for _ in range(300):
        standing, _ = market.redeem(standing, np.array([-1.0, 0.5, 0.5]), 1e-3)
    assert standing.prices[0] == pytest.approx(1e-3 * standing.prices.max(), rel=1e-6)
    excess = market.excess(standing, np.array([-1e-3, 5e-4, 5e-4]), np.zeros(3))
    assert excess[0] == 0.0
    assert (excess[1:] > 0.0).all()


def test_the_floor_does_not_hold_a_player_that_is_owed() -> None:
    market = frontier(1)
    low = quote(market.outcomes, np.array([1e-3, 1.0, 1.0]) * 3.0 / 2.001, 1e-3)
    after, _ = market.redeem(low, np.array([0.01, -0.005, -0.005]), 1e-3)
    assert after.prices[0] > 1.01 * low.prices[0]


def test_money_is_paid_out_at_equal_prices_of_own_utilons() -> None:
    game = from_payoffs([[[0.0, 4.0]], [[0.0, 1.0]]], money=True)
    market = market_of(game, SETTINGS)
    assert isinstance(market, Money)
    assert market.prices == pytest.approx([1.6, 0.4])
    standing = market.open(1e-4)
    after, redeemed = market.redeem(standing, np.array([-0.8, 0.8]), 1e-4)
    assert not redeemed.any()
    assert after.prices is market.prices
    assert market.payoffs(standing, np.array([-0.8, 0.8])) == pytest.approx([0.5, 3.0])
    assert market.excess(standing, np.array([-0.8, 0.8]), np.array([-0.4, 0.4])) == pytest.approx(
        [-0.25, 1.0]
    )


def test_talks_may_start_from_other_prices() -> None:
    game = from_payoffs([[[5, 0], [0, 3]], [[30, -40], [0, 60]]], players=["row", "column"])
    given = NegotiationSettings(starting_prices={"column": 1, "row": 4})
    standing = market_of(game, given).open(0.05)
    assert standing.prices == pytest.approx(np.array([20, 100]) / 60)
    usual = market_of(game, SETTINGS).open(0.05)
    assert usual.prices.tolist() == [1.0, 1.0]
