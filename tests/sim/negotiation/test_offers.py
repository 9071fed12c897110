"""What is offered, accepted and expected at a table, apart from any run."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curnits.analysis.solvers.bargaining import nash
from curnits.sim.negotiation.protocols.offers import Round, average, stationary

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.8, 0.8]])


def talks_of(outcomes, disagreement, staying, money=None) -> Round:
    outcomes, start = np.asarray(outcomes, float), np.asarray(disagreement, float)
    return Round(outcomes, money, (start[None],) * len(start), start, staying)


def test_a_proposer_takes_all_that_the_other_need_not_have():
    offer = talks_of(SQUARE, [0, 0], 0.9).propose(0, 0, np.array([-np.inf, 0.9]))
    assert offer is not None
    np.testing.assert_allclose(offer.payoffs, [0.4, 0.9], atol=1e-9)
    np.testing.assert_allclose(offer.mixture @ SQUARE, offer.payoffs, atol=1e-9)
    np.testing.assert_allclose(offer.multipliers, [1, 4], atol=1e-6)


def test_nothing_meets_demands_that_are_too_high():
    assert talks_of(SQUARE, [0, 0], 0.9).propose(0, 0, np.array([-np.inf, 1.1])) is None


def test_an_indifferent_proposer_is_courteous():
    flat = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    offer = talks_of(flat, [0, 0], 0.9).propose(0, 0, np.array([-np.inf, 0.2]))
    assert offer is not None
    np.testing.assert_allclose(offer.payoffs, [1, 1], atol=1e-9)


def test_who_cannot_gain_does_not_propose():
    constant = np.array([[0.0, 0.0, 0.5], [1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    talks = talks_of(constant, [0, 0, 0.5], 0.99)
    assert talks.proposers == (0, 1)
    np.testing.assert_allclose(stationary(talks), [0.5, 0.5, 0.5], atol=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 4), st.sampled_from([0.2, 0.9, 0.99]))
def test_expectations_repeat(seed: int, players: int, staying: float):
    rng = np.random.default_rng(seed)
    outcomes = rng.integers(0, 5, size=(2**players, players)) / 4.0
    talks = talks_of(outcomes, outcomes.mean(axis=0) * 0.5, staying)
    expected = stationary(talks)
    np.testing.assert_allclose(talks.learned(expected), expected, atol=1e-6)
    for offer in talks.offers(expected):
        demands = talks.demands(offer.proposer, 0, expected)
        assert (offer.payoffs >= demands - 1e-8).all()


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_two_players_get_to_the_nash_solution(seed: int):
    outcomes = np.random.default_rng(seed).random((6, 2))
    start = outcomes.min(axis=0)
    expected = stationary(talks_of(outcomes, start, 0.999))
    wanted = nash(outcomes, start).payoffs
    assert np.abs(expected - wanted).max() < 0.01 * np.ptp(outcomes, axis=0).min()


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 4), st.sampled_from([0.3, 0.9, 0.99]))
def test_with_money_all_gain_equally_whatever_the_risk(seed: int, players: int, staying: float):
    rng = np.random.default_rng(seed)
    outcomes, start = rng.random((5, players)), rng.random(players) / players - 0.5
    expected = stationary(talks_of(outcomes, start, staying, np.ones(players)))
    surplus = outcomes.sum(axis=1).max() - start.sum()
    np.testing.assert_allclose(expected, start + surplus / players, atol=1e-7)


def test_equally_good_threats_are_drawn_evenly():
    """Player 0 can leave one or the other of two players with everything."""
    fallbacks = (
        np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        np.zeros((1, 3)),
        np.zeros((1, 3)),
    )
    talks = Round(np.eye(3), np.ones(3), fallbacks, np.zeros(3), 0.9)
    expected = stationary(talks)
    assert expected[1] == pytest.approx(expected[2])
    offers = [offer for offer in talks.offers(expected) if offer.proposer == 0]
    assert {offer.threat for offer in offers} == {0, 1}
    assert sum(offer.chance for offer in talks.offers(expected)) == pytest.approx(1)
    np.testing.assert_allclose(average(talks.offers(expected), "payoffs"), expected, atol=1e-7)
