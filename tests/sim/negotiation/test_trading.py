import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.rules.trading import TRADES, Auctioneer, Pairs


def owed_by(n: int, seed: int) -> Vector:
    owed = np.random.default_rng(seed).normal(size=n)
    return owed - owed.mean()


owings = st.builds(owed_by, st.integers(1, 7), st.integers(0, 10_000))


@given(owings)
def test_only_debtors_of_each_other_pay(owed: Vector) -> None:
    for rule in TRADES.values():
        flows = rule().settle(owed, np.random.default_rng(1))
        assert flows.min() >= 0.0
        assert (owed[:, None] <= owed)[flows > 0.0].all()
        received = flows.sum(axis=0) - flows.sum(axis=1)
        assert received.sum() == pytest.approx(0.0, abs=1e-12)


@given(owings)
def test_the_auctioneer_settles_everything(owed: Vector) -> None:
    flows = Auctioneer().settle(owed, np.random.default_rng(1))
    assert flows.sum(axis=0) - flows.sum(axis=1) == pytest.approx(owed, abs=1e-12)
    assert not flows[owed >= 0.0].any()


def test_nobody_trades_when_nothing_is_owed() -> None:
    for rule in TRADES.values():
        assert not rule().settle(np.zeros(3), np.random.default_rng(1)).any()


@given(owings, st.integers(0, 100))
def test_a_pair_meets_halfway(owed: Vector, seed: int) -> None:
    flows = Pairs().settle(owed, np.random.default_rng(seed))
    still_owed = owed - flows.sum(axis=0) + flows.sum(axis=1)
    partners = (flows + flows.T) > 0.0
    assert partners.sum(axis=1).max() <= 1
    for i, j in np.argwhere(partners):
        assert still_owed[i] == pytest.approx(still_owed[j])
    assert partners.any(axis=1).sum() == 2 * (len(owed) // 2) or np.ptp(owed) == 0.0
