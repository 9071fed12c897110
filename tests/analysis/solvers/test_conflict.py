from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from textbook import textbook_game

from curnits.analysis.solvers import conflict
from curnits.analysis.solvers.conflict import solve_conflicts, solve_lexicographic, value_gradients
from curnits.sim.games.coalitions import grand, members
from curnits.sim.games.families import FAMILIES
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.normal import from_payoffs

WHOLE = st.integers(-3, 3).map(float)


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)),
        elements=WHOLE,
    )
)
@settings(max_examples=100)
def test_strategies_guarantee_the_value(matrices):
    values, rows, columns = solve_stack(matrices)
    for value, row, column, matrix in zip(values, rows, columns, matrices, strict=True):
        assert row.sum() == pytest.approx(1.0)
        assert column.sum() == pytest.approx(1.0)
        assert (row @ matrix).min() == pytest.approx(value, abs=1e-10)
        assert (matrix @ column).max() == pytest.approx(value, abs=1e-10)


def test_values_span_many_magnitudes():
    matrix = np.array([[1.0, -1.0], [-1.0, 1.0]])
    for scale in (1e-12, 1e-3, 1e6, 1e12):
        values, rows, _ = solve_stack((scale * (matrix + 5.0))[None])
        assert values[0] == pytest.approx(5.0 * scale)
        assert rows[0] == pytest.approx([0.5, 0.5])


def test_hot_dog_stands():
    conflicts = solve_conflicts(textbook_game("hot-dog stands"), np.ones(2))
    assert conflicts.values.tolist() == [0.0, -50.0, 50.0, 240.0]
    assert conflicts.threats[1].tolist() == [0.0, 1.0]


def test_complements_have_opposite_values():
    game = FAMILIES["random-normal"](shape=[2, 3, 2, 2]).build(np.random.default_rng(3))
    prices = np.array([0.1, 0.2, 0.3, 0.4])
    conflicts = solve_conflicts(game, prices)
    full = grand(game.n)
    assert set(conflicts.threats) == set(range(1, full))
    for mask in range(1, full):
        signs = np.where([i in members(mask) for i in range(game.n)], prices, -prices)
        matrix = np.tensordot(signs, game.conflict(mask), axes=1)
        row, column = conflicts.threats[mask], conflicts.threats[full ^ mask]
        assert row @ matrix @ column == pytest.approx(conflicts.values[mask], abs=1e-10)
        assert conflicts.values[mask] == -conflicts.values[full ^ mask]


def test_gradients_of_values_are_delivered_payoffs():
    game = FAMILIES["random-uniform"](shape=[2, 2, 2]).build(np.random.default_rng(5))
    prices, step = np.array([0.5, 0.3, 0.2]), 1e-6
    for stack in game.conflicts():
        values, rows, columns = solve_stack(stack.matrices(prices))
        gradients = value_gradients(stack, rows, columns)
        for i in range(game.n):
            moved = solve_stack(stack.matrices(prices + step * np.eye(game.n)[i]))[0]
            assert (moved - values) / step == pytest.approx(gradients[:, i], abs=1e-4)


@given(arrays(np.float64, (3, 4), elements=WHOLE), arrays(np.float64, (3, 4), elements=WHOLE))
@settings(max_examples=100)
def test_lexicographic_strategies_are_limits(first, second):
    """The value of first + δ second changes with δ as Mills (1956) says."""
    row, column = solve_lexicographic(first, second)
    value = solve_stack(first[None])[0][0]
    assert (row @ first).min() == pytest.approx(value, abs=1e-9)
    assert (first @ column).max() == pytest.approx(value, abs=1e-9)
    step = 1e-5
    slope = (solve_stack((first + step * second)[None])[0][0] - value) / step
    assert row @ second @ column == pytest.approx(slope, abs=1e-3)


def test_a_game_of_one_player_has_no_conflict():
    conflicts = solve_conflicts(from_payoffs([[1.0, 3.0]]), np.ones(1))
    assert conflicts.values.tolist() == [0.0, 3.0]
    assert not conflicts.threats


def value_by_kernels(matrix: np.ndarray) -> float:
    """Find the square submatrix whose equalising mixtures are optimal (Shapley & Snow 1950)."""
    for size in range(1, min(matrix.shape) + 1):
        for rows, columns in product(
            combinations(range(matrix.shape[0]), size), combinations(range(matrix.shape[1]), size)
        ):
            square = matrix[np.ix_(rows, columns)]
            if abs(np.linalg.det(square)) < 1e-12:
                continue
            row, column = (np.linalg.solve(side, np.ones(size)) for side in (square.T, square))
            row, column = row / row.sum(), column / column.sum()
            floor, ceiling = (row @ matrix[list(rows)]).min(), (matrix[:, columns] @ column).max()
            if min(row.min(), column.min()) > -1e-12 and ceiling - floor < 1e-9:
                return floor
    raise AssertionError("every game has a kernel")


def test_against_another_method():
    rng = np.random.default_rng(11)
    for _ in range(20):
        matrix = rng.normal(size=(4, 6)) + 10.0  # a positive value, so that kernels are regular
        found = solve_stack(matrix[None])[0][0]
        assert found == pytest.approx(value_by_kernels(matrix), abs=1e-9)


@pytest.mark.parametrize("shape", [(2, 3, 1, 2), (3, 2, 2), (1, 1, 2), (2,) * 7])
def test_conflicts_read_off_and_held_are_the_same(shape):
    """Matrices, and what is delivered at mixed and pure strategies, for any choice of sides."""
    rng = np.random.default_rng(7)
    game = from_payoffs(rng.integers(-2, 3, size=(len(shape), *shape)))
    prices = rng.random(game.n)
    wanted = rng.permutation(np.arange(1, (1 << game.n) - 1))[:9]
    seen = []
    for stack in game.conflicts(wanted):
        seen += stack.coalitions.tolist()
        held = stack.held()
        np.testing.assert_array_equal(
            held.payoffs, [game.conflict(mask) for mask in stack.coalitions.tolist()]
        )
        np.testing.assert_allclose(stack.matrices(prices), held.matrices(prices), atol=1e-14)
        count, _, height, width = held.payoffs.shape
        rows = rng.dirichlet(np.full(height, 0.3), count)
        columns = np.eye(width)[rng.integers(width, size=count)]
        np.testing.assert_allclose(
            stack.delivered(rows, columns), held.delivered(rows, columns), atol=1e-14
        )
    assert sorted(seen) == sorted(wanted.tolist())


def test_each_pair_comes_once_and_by_its_smaller_side():
    game = from_payoffs(np.zeros((4, 2, 3, 2, 1)))
    seen = [mask for stack in game.conflicts() for mask in stack.coalitions.tolist()]
    assert sorted(min(mask, 15 ^ mask) for mask in seen) == list(range(1, 8))
    assert all(game.joint_actions(mask) <= game.joint_actions(15 ^ mask) for mask in seen)


def test_threads_change_no_bit(monkeypatch):
    game = from_payoffs(np.random.default_rng(8).normal(size=(9, *[2] * 9)))
    alone = solve_conflicts(game, np.ones(9))
    monkeypatch.setattr(conflict, "MANY_CELLS", 0)
    shared = solve_conflicts(game, np.ones(9))
    np.testing.assert_array_equal(alone.values, shared.values)
    assert list(alone.threats) == list(shared.threats)
    for mask, threat in alone.threats.items():
        np.testing.assert_array_equal(threat, shared.threats[mask])
