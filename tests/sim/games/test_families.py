from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from curnits.sim.games.families import FAMILIES, FamilyError
from curnits.sim.games.game import GameError

PLAYERS = st.integers(2, 5)
UTILONS = st.integers(-1000, 1000).map(lambda k: k / 8)


def build(name, seed=0, **parameters):
    return FAMILIES[name](**parameters).build(np.random.default_rng(seed))


def falling(count):
    """Draw numbers that strictly fall."""
    return st.lists(UTILONS, min_size=count, max_size=count, unique=True).map(
        lambda numbers: sorted(numbers, reverse=True)
    )


def test_public_goods_of_the_textbook_case():
    game = build("public-goods", players=3, benefit=2, cost=3)
    for profile in product((0, 1), repeat=3):
        expected = [2 * sum(profile) - 3 * own for own in profile]
        assert game.payoffs[:, *profile].tolist() == expected


@given(PLAYERS, falling(4))
def test_prisoners_dilemma(n, payoffs):
    temptation, reward, punishment, sucker = payoffs
    assume(2 * reward > temptation + sucker)
    game = build(
        "prisoners-dilemma",
        players=n,
        temptation=temptation,
        reward=reward,
        punishment=punishment,
        sucker=sucker,
    )
    assert game.actions[0] == ("cooperate", "defect")
    for i in range(n):
        own = game.payoffs[i]
        assert (own.take(1, axis=i) > own.take(0, axis=i)).all()  # defection is dominant
    sums = game.payoffs.sum(axis=0)
    assert game.payoffs[:, *[0] * n] == pytest.approx(reward)
    assert game.payoffs[:, *[1] * n] == pytest.approx(punishment)
    assert sums.flat[0] > np.delete(sums.ravel(), 0).max()
    if n == 2:
        assert game.payoffs[0].tolist() == [[reward, sucker], [temptation, punishment]]


@given(PLAYERS, st.floats(0.1, 100), st.floats(0.05, 0.95))
def test_public_goods(n, benefit, between):
    cost = benefit * (1 + between * (n - 1))
    game = build("public-goods", players=n, benefit=benefit, cost=cost)
    for i in range(n):
        own = game.payoffs[i]
        assert (own.take(0, axis=i) > own.take(1, axis=i)).all()
    assert (game.payoffs[:, *[1] * n] > game.payoffs[:, *[0] * n]).all()


@given(PLAYERS, falling(4))
def test_chicken(n, payoffs):
    win, peace, lose, crash = payoffs
    game = build("chicken", players=n, win=win, peace=peace, lose=lose, crash=crash)
    for profile in product((0, 1), repeat=n):
        for i in range(n):
            others = sum(profile) - profile[i]
            expected = ((peace, lose), (win, crash))[profile[i]][others > 0]
            assert game.payoffs[i, *profile] == expected
    if n == 2:
        assert game.payoffs[0].tolist() == [[peace, lose], [win, crash]]


@given(st.integers(2, 4), falling(3))
def test_battle_of_the_sexes(n, payoffs):
    favourite, company, apart = payoffs
    game = build(
        "battle-of-the-sexes", players=n, favourite=favourite, company=company, apart=apart
    )
    for profile in product(range(n), repeat=n):
        together = len(set(profile)) == 1
        expected = [
            (favourite if profile[0] == i else company) if together else apart for i in range(n)
        ]
        assert game.payoffs[:, *profile].tolist() == expected


def test_battle_of_the_sexes_of_the_textbook():
    payoffs = build("battle-of-the-sexes").payoffs.tolist()
    assert payoffs == [[[2, 0], [0, 1]], [[1, 0], [0, 2]]]


@given(st.integers(2, 4), st.lists(st.floats(0.1, 9), min_size=1, max_size=4))
def test_coordination(n, rewards):
    game = build("coordination", players=n, rewards=rewards)
    for profile in product(range(len(rewards)), repeat=n):
        together = len(set(profile)) == 1
        expected = [rewards[profile[0]] if together else 0.0] * n
        assert game.payoffs[:, *profile].tolist() == expected


@given(st.integers(2, 4), st.integers(2, 3))
def test_matching_pennies(n, sides):
    game = build("matching-pennies", players=n, sides=sides, stake=2.0)
    for profile in product(range(sides), repeat=n):
        wins = [profile[i] == profile[i + 1] for i in range(n - 1)] + [profile[-1] != profile[0]]
        assert game.payoffs[:, *profile].tolist() == [2.0 if win else -2.0 for win in wins]
    if n == 2:
        assert (game.payoffs.sum(axis=0) == 0).all()


@given(PLAYERS, st.integers(2, 4), st.floats(0, 5), st.floats(0, 5), st.floats(0.01, 3))
def test_arms_race(n, levels, cost, danger, margin):
    assume(cost + danger > 0.01)
    game = build(
        "arms-race",
        players=n,
        levels=levels,
        advantage=cost + 2 * danger / n + margin,
        cost=cost,
        danger=danger,
    )
    for i in range(n):
        assert (np.diff(game.payoffs[i], axis=i) > 0).all()  # every step up is dominant
    disarmed, armed = game.payoffs[:, *[0] * n], game.payoffs[:, *[-1] * n]
    assert (disarmed > armed).all()
    assert game.payoffs.sum(axis=0).argmax() == 0


@given(st.integers(2, 5), st.floats(0.1, 9), st.floats(0, 9))
@settings(max_examples=15)
def test_majority(n, prize, loss):
    game = build("majority", players=n, prize=prize, loss=loss)
    quota = n // 2 + 1
    formed = game.payoffs[0] != 0
    sums = game.payoffs.sum(axis=0)
    np.testing.assert_allclose(sums[formed], prize - loss * (n - quota), atol=1e-12)
    assert (game.payoffs[:, ~formed] == 0).all() or loss == 0
    winners = (game.payoffs > 0).sum(axis=0)
    assert set(winners.flat) == {0, quota} or n == 2


def test_majority_of_von_neumann_and_morgenstern():
    game = build("majority", players=3, prize=1, loss=1)
    assert game.actions[0] == ("with 2", "with 3")
    # 1 and 2 name each other, whatever 3 does
    assert game.payoffs[:, 0, 0, :].T.tolist() == [[0.5, 0.5, -1]] * 2
    # 1 names 2, 2 names 3, 3 names 1
    assert game.payoffs[:, 0, 1, 0].tolist() == [0, 0, 0]


@given(st.integers(1, 4), st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0.1, 5))
def test_producers_and_saboteur(producers, tribute, damage, cost):
    game = build(
        "producers-and-saboteur",
        producers=producers,
        output=1.0,
        tribute=tribute,
        damage=damage,
        cost=cost,
    )
    idle, keep, share = range(3)
    for i in range(producers):
        own = game.payoffs[i]
        assert (own.take(keep, axis=i) > own.take(share, axis=i)).all()
        assert (own.take(keep, axis=i) > own.take(idle, axis=i)).all()
        peace, war = own[..., 0], own[..., 1]
        working = np.indices(game.shape[:-1])[i] != idle
        np.testing.assert_allclose((peace - war)[working], damage)
        assert (peace == war)[~working].all()
    saboteur = game.payoffs[-1]
    np.testing.assert_allclose(saboteur[..., 0] - saboteur[..., 1], cost)
    assert saboteur[*[share] * producers, 0] == pytest.approx(producers * tribute)


@pytest.mark.parametrize("name", FAMILIES)
def test_same_seed_same_bytes(name):
    one, other, different = build(name, seed=7), build(name, seed=7), build(name, seed=8)
    assert one.payoffs.tobytes() == other.payoffs.tobytes()
    assert (one.players, one.actions, one.title) == (other.players, other.actions, other.title)
    assert name.startswith("random-") != (one.payoffs.tobytes() == different.payoffs.tobytes())


@given(st.integers(2, 4), st.floats(0, 1))
@settings(max_examples=20)
def test_covariant_payoffs_have_their_correlation(n, share):
    correlation = share - (1 - share) / (n - 1)
    outcomes = build("random-covariant", shape=[20000, *[1] * (n - 1)], correlation=correlation)
    expected = np.where(np.eye(n), 1.0, correlation)
    np.testing.assert_allclose(np.cov(outcomes.outcomes.T), expected, atol=0.05)


def test_covariant_extremes_are_common_interest_and_zero_sum():
    common = build("random-covariant", shape=[3, 3, 3], correlation=1).payoffs
    assert (common == common[0]).all()
    zero_sum = build("random-covariant", shape=[3, 3, 3], correlation=-0.5).payoffs
    np.testing.assert_allclose(zero_sum.sum(axis=0), 0, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "mean", "deviation"),
    [
        ("random-uniform", 0.5, 12**-0.5),
        ("random-normal", 0, 1),
        ("random-log-normal", np.e**0.5, (np.e**2 - np.e) ** 0.5),
        ("random-integer", 4.5, (99 / 12) ** 0.5),
    ],
)
def test_random_payoffs_have_the_moments_of_their_distribution(name, mean, deviation):
    payoffs = build(name, shape=[300, 300]).payoffs
    assert payoffs.mean() == pytest.approx(mean, abs=0.03)
    assert payoffs.std() == pytest.approx(deviation, rel=0.05)


def test_integer_payoffs_reach_both_ends():
    payoffs = build("random-integer", shape=[40, 40], low=-1, high=1).payoffs
    assert set(payoffs.flat) == {-1.0, 0.0, 1.0}
    assert (build("random-integer", low=3, high=3).payoffs == 3).all()


@pytest.mark.parametrize("shape", [[1], [3], [1, 1], [2, 1, 4]])
def test_random_games_of_any_shape(shape):
    assert build("random-normal", shape=shape).shape == tuple(shape)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("random-uniform", {"shape": []}, "shape must list"),
        ("random-uniform", {"shape": 3}, "shape must list"),
        ("random-uniform", {"shape": [2, 0]}, r"shape\[1\] must be an integer from 1"),
        ("random-uniform", {"shape": [2.0]}, "must be an integer"),
        ("random-uniform", {"low": 1, "high": 1}, "low must be below high"),
        ("random-uniform", {"low": -1e308, "high": 1e308}, "low must be at most"),
        ("random-normal", {"deviation": 0}, "deviation must be positive"),
        ("random-log-normal", {"mean": float("nan")}, "mean must be a finite number"),
        ("random-integer", {"low": 2, "high": 1}, "high must be an integer from 2"),
        ("random-integer", {"low": 0.5}, "low must be an integer"),
        ("random-covariant", {"correlation": -0.6}, "correlation must be from -0.5 to 1"),
        ("prisoners-dilemma", {"players": 1}, "players must be an integer from 2"),
        ("prisoners-dilemma", {"players": True}, "players must be an integer"),
        ("prisoners-dilemma", {"reward": 2, "sucker": 0}, "2 reward > temptation"),
        ("public-goods", {"benefit": 3, "cost": 3}, "benefit < cost"),
        ("public-goods", {"cost": "3"}, "cost must be a finite number"),
        ("chicken", {"lose": 2}, "win > peace > lose > crash"),
        ("battle-of-the-sexes", {"company": 2}, "favourite > company > apart"),
        ("coordination", {"rewards": []}, "rewards must list"),
        ("coordination", {"rewards": [1, 0]}, r"rewards\[1\] must be positive"),
        ("matching-pennies", {"stake": 0}, "stake must be positive"),
        ("arms-race", {"players": 2, "danger": 3}, "advantage > cost"),
        ("arms-race", {"cost": 0, "danger": 0}, "not both 0"),
        ("majority", {"prize": 0}, "prize must be positive"),
        ("majority", {"loss": -1}, "loss must not be negative"),
        ("producers-and-saboteur", {"tribute": 4}, "tribute < output"),
    ],
)
def test_bad_parameters_are_refused(name, parameters, message):
    with pytest.raises(FamilyError, match=message):
        FAMILIES[name](**parameters)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("random-uniform", {"shape": [10**6, 10**6]}),
        ("prisoners-dilemma", {"players": 20}),
        ("battle-of-the-sexes", {"players": 9}),
        ("majority", {"players": 7}),
        ("arms-race", {"players": 10, "levels": 10}),
        ("producers-and-saboteur", {"producers": 20}),
    ],
)
def test_games_that_are_too_large_are_refused_before_they_are_built(name, parameters):
    with pytest.raises(GameError, match="too large"):
        FAMILIES[name](**parameters)
