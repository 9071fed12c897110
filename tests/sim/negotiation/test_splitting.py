import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curnits.sim.games.coalitions import membership, moebius, shapley_weights
from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.rules.splitting import Concession, Direct


def random_credits(n: int, seed: int, scale: float = 1.0) -> Vector:
    """Credits of every sign and many ties, so that surpluses are negative or zero too."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(-3, 4, size=(1 << n, n)) if seed % 2 else rng.normal(size=(1 << n, n))
    return drawn * membership(n) * scale


some_credits = st.builds(
    random_credits,
    st.integers(1, 5),
    st.integers(0, 10_000),
    st.sampled_from([1e-6, 1.0, 1e6]),
)


@settings(max_examples=60)
@given(some_credits)
def test_concessions_arrive_at_the_direct_division(credits_: Vector) -> None:
    scale = np.abs(credits_).sum() + 1e-300
    expected, found = Direct().divide(credits_), Concession().divide(credits_)
    assert np.abs(found - expected).max() <= 1e-11 * scale


@settings(max_examples=60)
@given(some_credits)
def test_a_split_gives_out_exactly_the_surplus_and_nothing_to_outsiders(credits_: Vector) -> None:
    scale = np.abs(credits_).sum() + 1e-300
    for rule in (Direct, Concession):
        shares = rule().divide(credits_)
        assert shares.sum(axis=1) == pytest.approx(moebius(credits_.sum(axis=1)), abs=1e-11 * scale)
        assert not shares[membership(credits_.shape[1]) == 0.0].any()


@settings(max_examples=60)
@given(some_credits)
def test_takings_add_up_to_the_shapley_value(credits_: Vector) -> None:
    n = credits_.shape[1]
    worths = credits_.sum(axis=1)
    value = membership(n).T @ (shapley_weights(n) * (worths - worths[::-1]))
    scale = np.abs(credits_).sum() + 1e-300
    assert Direct().divide(credits_).sum(axis=0) == pytest.approx(value, abs=1e-12 * scale)


def test_a_loss_is_shared_like_a_gain() -> None:
    credits_ = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0], [1.0, 2.0]])
    for rule in (Direct, Concession):
        assert rule().divide(credits_) == pytest.approx(
            np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0], [-1.5, -1.5]])
        )


def test_members_yield_one_after_the_other_and_nobody_below_an_equal_share() -> None:
    """With a coarse tolerance talks end before all demands are alike."""
    credits_ = np.zeros((8, 3))
    credits_[7] = 1.0
    demands = Concession(tolerance=0.1).divide(credits_)[7]
    assert demands.min() >= 1.0
    assert 3.0 < demands.sum() <= 3.3
    assert np.ptp(demands) > 0.0
