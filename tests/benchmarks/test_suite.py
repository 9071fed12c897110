"""The suite itself: what it measures is there, and calls are counted."""

import numpy as np

from tests.benchmarks.suite.rows import ROWS, counted


def test_calls_are_counted_and_functions_put_back() -> None:
    usual = np.linalg.solve

    def work() -> None:
        for size in (1, 2, 3):
            np.linalg.solve(np.eye(size), np.ones(size))

    assert counted(np.linalg, "solve", work) == 3
    assert counted(np.linalg, "solve", work, lambda matrix, _: len(matrix)) == 6
    assert np.linalg.solve is usual
    assert ROWS
