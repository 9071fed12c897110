"""Games whose ties are broken by noise: without_noise, and what coco answers."""

from itertools import islice

import numpy as np
import pytest
from benchmarks.determinism import VARIANTS, agree, answer
from benchmarks.games import games, near_ties
from hypothesis import given, settings
from hypothesis import strategies as st

from curnits.analysis.solvers.coco.coco import EXACT, solve
from curnits.analysis.solvers.coco.neighbours import without_noise
from curnits.analysis.verification.frontier import pareto_gap
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.normal import from_payoffs

NOISES = st.integers(6, 13)
SEEDS = st.integers(0, 2**32 - 1)


def noisy(seed, shape, digits, highest=4):
    rng = np.random.default_rng(seed)
    whole = rng.integers(0, highest + 1, size=(len(shape), *shape)).astype(float)
    whole.reshape(len(shape), -1)[:, :2] = 0, highest  # so that payoff ranges are known
    return from_payoffs(whole), from_payoffs(whole + 10.0**-digits * rng.normal(size=whole.shape))


def worst(found):
    figures = found.residuals
    return max(figures.pareto, figures.support, figures.regret, figures.split, figures.clearing)


@given(SEEDS, NOISES)
@settings(max_examples=40)
def test_noise_is_taken_away(seed, digits):
    exact, game = noisy(seed, (2, 3, 2), digits)
    simple = without_noise(game)
    assert simple is not None
    assert simple.payoffs == pytest.approx(exact.normalised.payoffs, abs=20 * 10.0**-digits)
    for own, whole in zip(simple.payoffs, exact.payoffs, strict=True):
        assert len(np.unique(own)) == len(np.unique(whole))


def test_what_remains_are_the_simplest_payoffs():
    payoffs = np.array([[[0.0, 1e-9], [1.0, 3.0]], [[1 / 3, 0.0], [1.0 - 1e-9, 1.0]]])
    simple = without_noise(from_payoffs(payoffs))
    assert simple.payoffs.tolist() == [[[0, 0], [1 / 3, 1]], [[1 / 3, 0], [1, 1]]]


@given(SEEDS)
@settings(max_examples=30)
def test_payoffs_that_only_rounding_tells_apart_are_made_equal(seed):
    payoffs = np.random.default_rng(seed).uniform(0.1, 0.9, size=(2, 2, 2))
    payoffs[:, 0, 0], payoffs[:, 1, 1] = 0.0, 1.0
    payoffs[0, 0, 1] = np.nextafter(payoffs[0, 1, 0], 1.0)
    simple = without_noise(from_payoffs(payoffs))
    assert simple.payoffs[0, 0, 1] == simple.payoffs[0, 1, 0]
    assert simple.payoffs == pytest.approx(payoffs, abs=1e-13)


@given(SEEDS)
@settings(max_examples=20)
def test_games_without_near_ties_are_left_alone(seed):
    exact, _ = noisy(seed, (2, 3, 2), 6)
    assert without_noise(exact) is None
    payoffs = np.random.default_rng(seed).uniform(size=(2, 30, 30))  # gaps of all sizes
    assert without_noise(from_payoffs(payoffs)) is None


def test_a_price_may_be_as_small_as_the_noise():
    payoffs = np.array(
        [
            [2.0000000022, 1.9999999986],
            [0.9999999949, 2.0000000007],
            [0.9999999977, 1.9999999991],
            [0.9999999989, 1.0000000010],
        ]
    )
    solution = solve(from_payoffs(payoffs.reshape(2, 2, 2).transpose(2, 1, 0)))
    (found,) = solution.equilibria
    assert 0.0 < found.candidate.prices[0] < 1e-8
    assert found.payoffs == pytest.approx([2.0, 2.0], abs=1e-8)
    assert worst(found) <= EXACT


def test_prices_may_vanish_at_rates_of_different_order():
    """The fourth player's price is of second order in that of the second."""
    payoffs = [[1, 0, 0, 2, 0, 0], [0, 0, 0, 1, 1, 0], [2, 1, 0, 0, 1, 2], [2, 0, 1, 0, 1, 1]]
    (found,) = solve(from_payoffs(np.array(payoffs, dtype=float).reshape(4, 3, 1, 2, 1))).equilibria
    assert found.candidate.prices == pytest.approx([2 / 3, 0, 1 / 3, 0], abs=1e-9)
    assert found.payoffs == pytest.approx([1, 0, 2, 2], abs=1e-6)


def test_a_price_may_vanish_before_others_do():
    """The second player's price is of higher order in that of the third than any rate tells."""
    payoffs = [
        [0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1],
        [0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0],
        [1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1],
    ]
    game = from_payoffs(np.array(payoffs, dtype=float).reshape(3, 3, 2, 3))
    (found,) = solve(game, start=np.array([1.0, 1e-6, 1e-3])).equilibria
    assert found.payoffs.tolist() == [1.0, 1.0, 1.0]
    assert worst(found) <= EXACT


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (12, 7),  # with more noise than 1e-7 prices of two players are not yet 1/2 each
        (2, 7),  # a price goes with the square of the noise, 1e-7
        (2, 58),  # two prices are 0, and noise of 1e-10 decides who threatens what
        (2, 74),
        (2, 196),
    ],
)
def test_noise_is_followed_to_the_last_bit(seed, number):
    *_, (_, game) = near_ties(number + 1, seed)
    (found,) = solve(game).equilibria
    assert worst(found) <= 1e-13


@pytest.mark.parametrize("digits", [7, 9, 11, 13])
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 2)])
def test_near_tied_games_are_solved_exactly(shape, digits):
    _, game = noisy(digits, shape, digits)
    solution = solve(game)
    (found,) = solution.equilibria
    assert worst(found) <= ACCEPTED
    assert worst(found) <= EXACT or any("nothing better" in note for note in solution.notes)


def test_the_benchmark_covers_every_size_of_noise():
    kinds = {kind for kind, _ in near_ties(200)}
    assert kinds == {f"near ties/1e-{digits}" for digits in range(6, 14)}


@pytest.mark.parametrize("size", [1e3, 1e9, 1e12])
def test_payoffs_may_be_far_larger_than_their_range(size):
    rng = np.random.default_rng(3)
    payoffs = rng.integers(0, 5, size=(3, 2, 2, 2)).astype(float)
    small, large = (solve(from_payoffs(p)).equilibria[0] for p in (payoffs, payoffs + size))
    assert large.accepted
    assert large.payoffs - size == pytest.approx(small.payoffs, abs=1e-15 * size + 1e-9)


@pytest.mark.parametrize("gain", [1e-7, 1e-3])
def test_the_pareto_gap_stands_up_to_near_ties(gain):
    """Outcomes that are nearly equal keep HiGHS from its tightest tolerance."""
    rng = np.random.default_rng(0)
    outcomes = np.repeat([[1.0, 0.5], [0.5, 1.0], [0.0, 0.0]], 4, axis=0)
    outcomes += 1e-9 * rng.normal(size=outcomes.shape)
    assert pareto_gap(outcomes, np.array([0.75, 0.75])) < 1e-8
    assert pareto_gap(outcomes, np.array([0.75, 0.75]) - gain) == pytest.approx(gain, abs=1e-8)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_first_answer_does_not_depend_on_how_the_game_is_written(variant):
    for k, (kind, game) in enumerate(games(9, seed=5)):
        if len(game.outcomes) <= 24:
            varied = VARIANTS[variant](game, np.random.default_rng(k))
            assert agree(answer(game), varied), kind


@pytest.mark.parametrize("seat", range(5))
def test_bystanders_change_nothing(seat):
    """Of near ties, too, whose unknowns are found in hundreds of digits."""
    *_, (_, game) = islice(near_ties(8, 2), 8)
    alone = solve(game).equilibria[0]
    watched = np.insert(game.payoffs, seat, 3.0, axis=0)
    watched = np.expand_dims(watched, 1 + seat).repeat(1 + seat % 2, axis=1 + seat)
    found = solve(from_payoffs(watched)).equilibria[0]
    assert worst(found) <= EXACT
    others = np.delete(np.arange(5), seat)
    assert found.payoffs[others] == pytest.approx(alone.payoffs, abs=1e-12)
    assert found.candidate.prices[others] == pytest.approx(alone.candidate.prices, abs=1e-15)
    assert found.candidate.prices[seat] == 0.0
