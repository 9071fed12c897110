"""Linear programs and zero-sum games: textbook answers, optimality, refusals, threads."""

import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from curnits.sim.games.feasible.linear import (
    InfeasibleError,
    LinearProgramError,
    UnboundedError,
    best_mixture,
    minimise,
    rise,
    solve_game,
)

GAMES = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.integers(-3, 3).map(float),
)
"""Integer games with ties, equal rows and sides with one action."""


@pytest.mark.parametrize(
    ("matrix", "value", "row", "column"),
    [
        ([[1, -1], [-1, 1]], 0, [0.5, 0.5], [0.5, 0.5]),
        ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], 0, [1 / 3] * 3, [1 / 3] * 3),
        ([[2, -3], [0, 1]], 1 / 3, [1 / 6, 5 / 6], [2 / 3, 1 / 3]),
        ([[3, 5], [2, 1]], 3, [1, 0], [1, 0]),
        ([[7]], 7, [1], [1]),
    ],
)
def test_textbook_games(
    matrix: list[list[float]], value: float, row: list[float], column: list[float]
) -> None:
    solved = solve_game(np.array(matrix, dtype=np.float64))
    assert solved.value == pytest.approx(value, abs=1e-12)
    np.testing.assert_allclose(solved.row, row, atol=1e-12)
    np.testing.assert_allclose(solved.column, column, atol=1e-12)


@given(GAMES, st.sampled_from([1e-6, 1.0, 1e6]))
def test_strategies_secure_the_value(matrix: np.ndarray, unit: float) -> None:
    payoffs = matrix * unit
    solved = solve_game(payoffs)
    for side in (solved.row, solved.column):
        assert side.min() >= 0
        assert side.sum() == pytest.approx(1, abs=1e-12)
    within = 1e-10 * max(unit, np.ptp(payoffs))
    assert (solved.row @ payoffs).min() >= solved.value - within
    assert (payoffs @ solved.column).max() <= solved.value + within


def test_what_makes_it_go_in_circles_is_given_up() -> None:
    """HiGHS 1.16 never comes back from this game without a limit; other versions may solve it."""
    matrix = np.array(
        [
            [-3.11694859e-04, 2.0e06, 1.0e06, 3.00027284e-04, -3.75995980e-04, 4.61092325e-04],
            [1.16871263e-03, -1.06760485e-03, -3.0e06, -6.39093256e-04, -1.15155386e-03, -3.0e06],
            [1.81457263e-03, -2.0e06, 2.0e06, 5.25899765e-04, -2.0e06, 1.63654939e-05],
            [-8.17489660e-04, -1.68527643e-04, -6.95049530e-04, 7.0e-04, 6.7e-04, -1.4e-03],
            [1.68154212e-03, 2.0e06, 1.21979254e-04, -1.27146404e-03, -7.29668595e-04, 4.23e-05],
        ]
    )
    with suppress(LinearProgramError):
        assert solve_game(matrix).regret(matrix) <= 1e-9 * np.ptp(matrix)


def test_a_near_tie_that_stops_the_dual_simplex() -> None:
    matrix = np.array(
        [
            [
                3.490261125780868e-14,
                -0.999999999999936,
                -2.000000000000015,
                1.9999999999998708,
                -2.000000000000071,
            ],
            [
                1.000000000000065,
                2.00000000000001,
                -1.0000000000000904,
                -2.0000000000001616,
                1.000000000000011,
            ],
            [
                -1.000000000000034,
                -2.000000000000035,
                1.9999999999999671,
                2.0000000000000284,
                -1.9999999999999705,
            ],
        ]
    )
    solved = solve_game(matrix)
    assert np.ptp([(solved.row @ matrix).min(), (matrix @ solved.column).max()]) < 1e-11


def test_a_diet() -> None:
    """Cheapest bread and milk, at 2 and 3, with 4 of one nutrient and 3 of another."""
    found = minimise([2.0, 3.0], np.array([[1.0, 2.0], [1.0, 1.0]]), ([4.0, 3.0], np.inf))
    np.testing.assert_allclose(found.point, [2, 1], atol=1e-12)
    np.testing.assert_allclose(found.duals, [1, 1], atol=1e-12)


def test_best_mixture_keeps_its_bounds() -> None:
    corners = np.array([[4.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    found = best_mixture(corners[:, 0], corners, ([-np.inf, 1.0], np.inf))
    np.testing.assert_allclose(found.point, [0.5, 0.5, 0], atol=1e-12)
    np.testing.assert_allclose(found.duals, [0, 2], atol=1e-12)
    equal = best_mixture(0.0, corners, ([1.0, 0.5], [1.0, 0.5]))
    np.testing.assert_allclose(equal.point, [0.25, 0.25, 0.5], atol=1e-12)
    with pytest.raises(InfeasibleError):
        best_mixture(0.0, corners, (1.9, np.inf))


def test_rise_to_the_frontier_and_the_weights_that_stop_it() -> None:
    corners = np.array([[4.0, 0.0], [0.0, 2.0]])
    found = rise(corners, [1.0, 1.0], [1.0, 0.0])
    np.testing.assert_allclose(found.mixture @ corners, [2, 1], atol=1e-12)
    assert found.height == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(found.weights, [1 / 3, 2 / 3], atol=1e-12)
    assert rise(corners, 1.0, [4.0, 2.0]).height < 0


def test_programs_without_an_optimum() -> None:
    one = np.ones((1, 1))
    with pytest.raises(InfeasibleError):
        minimise([1.0], one, (-np.inf, -1.0))
    with pytest.raises(UnboundedError):
        minimise([-1.0], one, (1.0, np.inf))
    with pytest.raises(LinearProgramError):
        minimise([1.0], 1e16 * one, (1.0, np.inf))
    assert minimise([1.0], one, (2.0, np.inf)).point.tolist() == [2.0]  # and nothing is left of it


_THREADS = """
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from curnits.sim.games.feasible.linear import solve_game
games = np.random.default_rng(1).integers(-5, 6, (400, 8, 8)).astype(float)
def answer(game):
    return [part.tobytes() for part in map(np.asarray, solve_game(game))]
serial = [answer(game) for game in games]
with ThreadPoolExecutor(8) as pool:
    print(sum(map(list.__eq__, serial, pool.map(answer, games))))
"""


def test_eight_threads_answer_what_one_answers() -> None:
    """In a process of its own, since a shared solver ends the interpreter."""
    ended = subprocess.run([sys.executable, "-c", _THREADS], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"400\n", b"")
