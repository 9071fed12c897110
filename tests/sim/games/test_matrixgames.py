"""Stacks of zero-sum games: optimal by every test, the same compiled or not, and never cycling."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curnits.sim.games.feasible import matrixgames, pivoting
from curnits.sim.games.feasible.linear import solve_game
from curnits.sim.games.feasible.matrixgames import Simplex, solve_stack

ROOT = Path(__file__).parents[3]
SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9))
TIED = SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=st.integers(-3, 3)))
"""Small integers: equal rows, dominated actions, many saddle points."""


def regrets(matrices, rows, columns):
    ranges = np.ptp(matrices, axis=(1, 2))
    floors = np.einsum("pr,prc->pc", rows, matrices).min(axis=1)
    ceilings = np.einsum("prc,pc->pr", matrices, columns).max(axis=1)
    return (ceilings - floors) / np.where(ranges > 0, ranges, 1.0)


@given(TIED, st.sampled_from([1e-9, 1.0, 1e9]))
def test_both_sides_secure_the_value(matrices, scale):
    values, rows, columns = solve_stack(scale * matrices)
    np.testing.assert_allclose(rows.sum(axis=1), 1.0, atol=1e-14)
    np.testing.assert_allclose(columns.sum(axis=1), 1.0, atol=1e-14)
    assert min(rows.min(), columns.min()) >= 0.0
    assert regrets(scale * matrices, rows, columns).max() <= 1e-13
    for value, matrix in zip(values, scale * matrices, strict=True):
        assert value == pytest.approx(solve_game(matrix).value, abs=1e-9 * scale)


@given(TIED, st.sampled_from([1e-6, 1e-7, 1e-9, 1e-10, 1e-12]), st.sampled_from([1e-6, 1.0, 1e6]))
def test_near_ties_are_solved(matrices, noise, scale):
    ties = np.random.default_rng(1).standard_normal(matrices.shape)
    payoffs = scale * (matrices + noise * ties)
    _, rows, columns = solve_stack(payoffs)
    rounding = np.abs(payoffs).max() / np.ptp(payoffs, axis=(1, 2)).clip(min=1e-300)
    assert np.all(regrets(payoffs, rows, columns) <= 1e-13 + 1e-15 * rounding)


@given(TIED)
def test_a_game_alone_is_solved_as_in_a_stack(matrices):
    together = solve_stack(matrices)
    for p, matrix in enumerate(matrices):
        for whole, alone in zip(together, solve_stack(matrix[None]), strict=True):
            np.testing.assert_array_equal(whole[p], alone[0])


@pytest.mark.parametrize("size", [2, 3, 5, 8, 20, 40])
@pytest.mark.parametrize("kind", ["normal", "integer", "zeros"])
def test_no_game_is_handed_over(size, kind):
    rng = np.random.default_rng(size)
    matrices = rng.normal(size=(20, size, size + 1))
    if kind == "integer":
        matrices = np.round(matrices)
    if kind == "zeros":
        matrices *= rng.random(matrices.shape) < 0.2
    matrices = matrices[np.ptp(matrices, axis=(1, 2)) > 0]
    simplex = Simplex()
    _, rows, columns = simplex.solve(matrices)
    assert simplex.handed_over == 0
    assert regrets(matrices, rows, columns).max() <= 1e-13


def test_compiled_and_plain_give_the_same_bits():
    pytest.importorskip("numba")
    rng = np.random.default_rng(3)
    plain, compiled = Simplex(can_compile=False), Simplex(work=10**9)
    for shape in [(30, 2, 2), (30, 2, 5), (20, 7, 3), (5, 12, 12)]:
        for matrices in (rng.normal(size=shape), np.round(rng.normal(size=shape))):
            mixed = matrices[np.ptp(matrices, axis=(1, 2)) > 0]
            for one, other in zip(plain.solve(mixed), compiled.solve(mixed), strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("cells", "accuracy"), [(600, 1e-15), (0, 1e-9)])
def test_what_is_given_up_is_solved_in_whole_numbers_or_goes_to_highs(monkeypatch, cells, accuracy):
    monkeypatch.setattr(pivoting, "MOST_PIVOTS", 0)
    monkeypatch.setattr(matrixgames, "_MOST_CELLS_EXACT", cells)
    matrices = np.eye(3) + 0.1 * np.random.default_rng(5).normal(size=(4, 3, 3))
    simplex = Simplex(can_compile=False)
    values, rows, columns = simplex.solve(matrices)
    assert simplex.handed_over == 4
    assert regrets(matrices, rows, columns).max() <= accuracy
    np.testing.assert_allclose(values, [solve_game(matrix).value for matrix in matrices])


def test_what_is_too_large_goes_to_highs(monkeypatch):
    monkeypatch.setattr(matrixgames, "_MOST_CELLS_PLAIN", 8)
    monkeypatch.setattr(matrixgames, "_MOST_CELLS_EXACT", 8)
    matrix = np.random.default_rng(6).normal(size=(3, 3))
    (value,), _, _ = Simplex(can_compile=False).solve(matrix[None])
    assert value == pytest.approx(solve_game(matrix).value)


def test_it_compiles_where_nothing_can_be_written(tmp_path):
    pytest.importorskip("numba")
    code = (
        "import numpy as np\n"
        "from unittest import mock\n"
        "import numba.core.caching as caching\n"
        "mock.patch.object(caching.CacheImpl, '_locator_classes', []).start()\n"
        "from curnits.sim.games.feasible.matrixgames import Simplex\n"
        "print(Simplex(work=10**9).solve(np.array([[[1.0, 0.0], [0.0, 1.0]]]))[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[0.5]\n"


def test_what_is_kept_is_named_after_the_compiler():
    """Another version cannot read it, and may find it half replaced where processes share it."""
    numba = pytest.importorskip("numba")
    from curnits.sim.games.feasible.compiled import compiled  # noqa: PLC0415  # optional, slow

    Simplex(work=10**9).solve(np.array([[[1.0, 0.0], [0.0, 1.0]]]))
    kept = Path(compiled().stats.cache_path).glob("*solve_games*.nbi")
    assert any(numba.__version__.replace(".", "_") in path.name for path in kept)
