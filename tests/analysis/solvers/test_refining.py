"""Answers beyond floating point: refined from near by, and followed as noise shrinks."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.games import near_ties

from curnits.analysis.solvers.coco.coco import EXACT, solve
from curnits.analysis.solvers.coco.completing import completed
from curnits.analysis.solvers.coco.near_ties import followed
from curnits.analysis.solvers.coco.neighbours import without_noise
from curnits.analysis.solvers.coco.refining import Point, StoredGame, fits, settled
from curnits.analysis.verification.coco import verify
from curnits.sim.games.normal import from_payoffs
from tests.analysis.solvers.test_near_ties import worst


def first(game):
    found = solve(game).equilibria
    return found[0].candidate if found else None


def refined(game, candidate):
    exact = StoredGame.of(game)
    return completed(exact, settled(exact, Point.of(exact, candidate)))


def benchmark_game(number, seed):
    *_, (_, game) = near_ties(number + 1, seed)
    return game


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_is_found_again_from_near_by(seed):
    game = from_payoffs(np.random.default_rng(seed).uniform(size=(3, 2, 3, 2)))
    exact = first(game)
    moved = exact.prices * np.array([1.0, 1.01, 0.99])
    found = refined(game, replace(exact, prices=moved / moved.sum()))
    assert found.agreement == pytest.approx(exact.agreement, abs=1e-9)
    assert worst(verify(game, found)) < 1e-13


def test_an_agreement_on_the_wrong_face_is_mended():
    game = from_payoffs([[[0.0, 3.0], [1.0, 0.0]], [[0.0, 1.0], [2.0, 0.0]]])
    exact = first(game)
    assert np.count_nonzero(exact.agreement) == 2
    for single in np.eye(4)[exact.agreement > 0.0]:
        found = refined(game, replace(exact, agreement=single))
        assert found.agreement == pytest.approx(exact.agreement, abs=1e-9)


def test_prices_that_are_not_pinned_down_stay():
    game = from_payoffs([[[0.0, 1.0]], [[3.0, 1.0]]])
    exact = first(game)
    for prices in np.array([[0.3, 0.7], [0.6, 0.4]]):
        found = refined(game, replace(exact, prices=prices))
        assert found.prices == pytest.approx(prices, abs=1e-9)


@pytest.mark.parametrize(
    ("number", "seed"),
    [(149, 2026), (28, 2026), (92, 2026), (537, 2026), (18, 7), (146, 11), (214, 11)],
)
def test_answers_are_followed_as_noise_shrinks(number, seed):
    """Prices are as small as the noise in these, or 0, or both, or a whole range of them clears."""
    game = benchmark_game(number, seed)
    found = next(followed(game, without_noise(game), first))
    assert worst(verify(game, found)) <= EXACT


@pytest.mark.parametrize(("number", "seed"), [(316, 12), (511, 12)])
def test_a_face_that_changes_at_once_is_no_obstacle(number, seed):
    (found,) = solve(benchmark_game(number, seed)).equilibria
    assert found.accepted


def test_games_in_which_somebody_has_nothing_at_stake_do_not_fit():
    payoffs = np.random.default_rng(0).uniform(size=(2, 2, 2))
    assert fits(from_payoffs(payoffs))
    payoffs[1] = 1.0
    assert not fits(from_payoffs(payoffs))
