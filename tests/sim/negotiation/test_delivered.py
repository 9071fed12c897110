"""Dividing only what is delivered, and where that leads agents to."""

import numpy as np
import pytest

from curnits.analysis.judging.judge import judge
from curnits.sim.games.coalitions import membership, moebius
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.rules.splitting import Delivered, Direct
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import simulate
from tests.textbook import textbook_game


def delivered(n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(1 << n, n)) * membership(n)


@pytest.mark.parametrize("n", range(1, 6))
def test_every_member_takes_the_least_gain_and_nobody_less(n):
    payoffs = delivered(n)
    shares = Delivered().divide(payoffs)
    for mask in range(1, (1 << n) - 1):
        inside = [i for i in range(n) if mask >> i & 1]
        owed = [
            sum(shares[part, i] for part in range(1, mask) if part & mask == part) for i in inside
        ]
        gains = payoffs[mask, inside] - owed
        assert shares[mask, inside] == pytest.approx(gains.min())
    assert shares.sum() == pytest.approx(payoffs[-1].sum())  # N disposes of nothing
    assert not shares[membership(n) == 0].any()


def test_fair_deliveries_are_divided_as_with_payments():
    shares = np.random.default_rng(1).normal(size=(8, 1)) * membership(3)
    payoffs = membership(3) * np.array(
        [sum(shares[part] for part in range(8) if part & mask == part) for mask in range(8)]
    )
    assert Delivered().divide(payoffs) == pytest.approx(Direct().divide(payoffs))
    assert moebius(payoffs) * membership(3) == pytest.approx(shares)


def test_who_gains_less_comes_to_count_more_up_to_a_soft_minimum():
    rule, roughness = Delivered(), 0.1
    gains = np.zeros((8, 3))
    gains[0b011, :2] = [0.3, 0.0]
    weights, usual = np.ones((8, 3)), np.zeros((8, 3))
    for _ in range(2000):
        weights = rule.weigh(weights, gains, usual, roughness)
    soft = np.exp([-3.0, 0.0]) / (1 + np.exp(-3.0))
    assert weights[0b011] == pytest.approx([*(2 * soft), 1.0])
    assert weights[0b111] == pytest.approx(np.ones(3))
    assert weights[0b001] == pytest.approx(np.ones(3))


def test_other_rules_count_all_alike():
    weights = np.ones((8, 3))
    assert (Direct().weigh(weights, delivered(3), np.zeros((8, 3)), 0.1) == 1.0).all()


@pytest.mark.parametrize(
    "game",
    [
        textbook_game("strategic Banker"),
        from_payoffs(np.random.default_rng(0).random((3, 2, 2, 2))),
        from_payoffs(np.random.default_rng(3).random((2, 2, 3))),
    ],
)
def test_agents_reach_the_harsanyi_equilibrium(game):
    run = simulate(game, NegotiationSettings(splitting="delivered"), RunSettings(ticks=6000))
    judgement = judge(game, run, "harsanyi")
    assert judgement.concept == "harsanyi"
    assert judgement.payoff_distance < 0.01
    assert judgement.state.residuals.regret < 0.01


def test_coalitions_anticipate_where_members_plead_unless_told_otherwise():
    assert NegotiationSettings(splitting="delivered").threats == "anticipating"
    assert NegotiationSettings(splitting="delivered", threats="logit").threats == "logit"
    assert NegotiationSettings().threats == "optimistic"
