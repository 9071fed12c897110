from itertools import islice

import numpy as np
import pytest

from curnits.analysis.solvers.coco.pathfollowing import PathError, refine


def zero_after(field, start, passes, **options):
    settings = {"mesh": 0.3, "shrink": 0.3, "pivots": 500} | options
    return list(islice(refine(field, np.array(start), **settings), passes))[-1]


def test_a_smooth_zero_is_approached_geometrically():
    def field(y):
        return np.array([np.cos(y[1]) - 2 * y[0], np.sin(y[0]) - 2 * y[1]])

    cell = zero_after(field, [0.0, 0.0], 20)
    assert field(cell.zero) == pytest.approx([0.0, 0.0], abs=1e-9)


def test_weights_of_a_jump_tell_the_mixture():
    """At a jump from +1 to −3 the zero mixes the two sides 3 to 1."""

    def field(y):
        return np.where(y < 0.2, 1.0, -3.0)

    cell = zero_after(field, [0.9], 15)
    assert cell.zero == pytest.approx([0.2], abs=1e-6)
    below = cell.weights[cell.points[:, 0] < 0.2].sum()
    assert below == pytest.approx(0.75)


def test_a_region_of_zeros_ends_the_search():
    cell = zero_after(lambda y: np.where(np.abs(y) < 1.0, 0.0, -y), [0.1, 0.2, 0.3], 3)
    assert cell.weights.tolist() == [1.0]


def test_a_field_without_a_zero_is_reported():
    with pytest.raises(PathError, match="within 50 pivots") as lost:
        zero_after(np.ones_like, [0.0, 0.0], 1, pivots=50)
    assert np.isfinite(lost.value.reached).all()
